/** Which runs are drawn, and in which colours: the first of the list, but for those a person hid, and those a person asked for. */

import { useEffect, useMemo } from "react";

import { useRuns } from "../api/queries";
import type { Brief, RunGroup, RunQuery } from "../api/types";
import { serverField, sortable } from "../table/columns";
import { filtersOf } from "../table/conditions";
import { assignColours, colourAt, hashColour, keepColours, rememberedColours } from "../ui/colours";
import { useTheme } from "../ui/theme";
import type { RunView, WorkspaceView } from "./view";

/** More lines than these are no chart any more, whatever was asked for. */
export const mostVisible = 500;

/** The runs of a group become one line, so that charts take more of them; each is still listed, about 400 bytes a run. */
export const mostGrouped = 3_000;

/** The runs that are drawn. */
export interface VisibleRuns {
  /** In the order of the list, pinned ones first. */
  runs: RunView[];
  /** How many runs the filters leave. */
  total: number;
  groups: RunGroup[] | null;
  isVisible: (id: string) => boolean;
  colourOf: (id: string) => string;
  loading: boolean;
  /** The runs are those of the query before, as the new ones are still on their way. */
  stale: boolean;
  error: Error | null;
  retry: () => void;
}

/** The part of a run query that a view says: what is in the list and in which order. */
export function listQuery(view: WorkspaceView): RunQuery {
  const query: RunQuery = { order: [serverOrder(view.order)], columns: neededColumns(view) };
  const filters = filtersOf(view.conditions.map((each) => ({ ...each, field: serverField(each.field) })));
  if (filters !== null) query.filters = filters;
  if (view.search !== "") query.search = view.search;
  if (view.archived) query.archived = true;
  return query;
}

/** Follow the visible runs of a view. */
export function useVisibleRuns(project: string, view: WorkspaceView): VisibleRuns {
  const theme = useTheme();
  const grouped = view.groupBy.length > 0;
  const query = useMemo(() => listQuery(view), [view]);
  const first = Math.min(view.limit, mostVisible) + (grouped ? 0 : view.hidden.length);
  const list = useRuns(project, { ...query, limit: Math.min(first, 1_000), ...(grouped ? { group_by: view.groupBy } : {}) });
  const groups = grouped ? (list.data?.groups ?? null) : null;
  const wanted = useMemo(() => wantedIds(view, groups), [view, groups]);
  const asked = useRuns(
    project,
    { columns: query.columns ?? [], ids: wanted, limit: mostGrouped, ...(view.archived ? { archived: true } : {}) },
    wanted.length > 0,
  );
  const listed = list.data?.runs;
  const named = wanted.length > 0 ? asked.data?.runs : undefined;
  const briefs = useMemo(() => chooseVisible(view, grouped ? [] : (listed ?? []), named ?? []), [view, grouped, listed, named]);
  const colours = useMemo(() => {
    const chosen = new Map<string, number>();
    const names = grouped ? groupNames(view, groups) : null;
    const memory = rememberedColours(project);
    const taken = assignColours(names ? [...new Set(names.values())] : briefs.map((run) => run.id), memory);
    for (const [name, index] of taken) chosen.set(name, index);
    // The runs of a group have its colour, so that its line has it too.
    for (const [id, name] of names ?? []) chosen.set(id, taken.get(name) ?? 0);
    for (const [id, index] of Object.entries(view.colours)) chosen.set(id, index);
    return chosen;
  }, [briefs, project, view, grouped, groups]);
  useEffect(() => {
    keepColours(project);
  }, [project, colours]);
  const runs = useMemo(
    () =>
      briefs.map((run): RunView => ({
        ...run,
        colour: colourAt(colours.get(run.id) ?? 0, theme),
        pinned: view.pinned.includes(run.id),
        baseline: view.baseline === run.id,
      })),
    [briefs, colours, theme, view.pinned, view.baseline],
  );
  const ids = useMemo(() => new Set(runs.map((run) => run.id)), [runs]);
  return {
    runs,
    total: list.data?.total ?? 0,
    groups,
    isVisible: (id) => ids.has(id),
    colourOf: (id) => colourAt(view.colours[id] ?? colours.get(id) ?? rememberedColours(project).get(id) ?? hashColour(id), theme),
    loading: list.isPending,
    stale: list.isPlaceholderData,
    error: list.error,
    retry: () => void list.refetch(),
  };
}

/** What a group is called where colours are kept. */
export function groupName(by: readonly string[], group: RunGroup): string {
  return JSON.stringify([by, group.values]);
}

function groupNames(view: WorkspaceView, groups: readonly RunGroup[] | null): Map<string, string> {
  const shown = (groups ?? []).slice(0, view.limit);
  return new Map(shown.flatMap((group) => group.ids.map((id): [string, string] => [id, groupName(view.groupBy, group)])));
}

/** The runs that are drawn, of the first of the list and of those that were asked for by name. */
export function chooseVisible(view: WorkspaceView, listed: readonly Brief[], named: readonly Brief[]): Brief[] {
  const hidden = new Set(view.hidden);
  const shown = listed.filter((run) => !hidden.has(run.id)).slice(0, view.limit);
  const there = new Set(shown.map((run) => run.id));
  const all = [...shown, ...named.filter((run) => !hidden.has(run.id) && !there.has(run.id))];
  const pinned = new Map(view.pinned.map((id, index) => [id, index]));
  const place = (run: Brief) => pinned.get(run.id) ?? pinned.size;
  return [...all].sort((a, b) => place(a) - place(b)).slice(0, view.groupBy.length > 0 ? mostGrouped : mostVisible);
}

function wantedIds(view: WorkspaceView, groups: readonly RunGroup[] | null): string[] {
  const hidden = new Set(view.hidden);
  const members = inTurn((groups ?? []).slice(0, view.limit).map((group) => group.ids));
  const ids = [...view.pinned, ...(view.baseline === null ? [] : [view.baseline]), ...view.shown, ...members];
  return [...new Set(ids)].filter((id) => !hidden.has(id)).slice(0, groups ? mostGrouped : mostVisible);
}

/** The first of each list, then the second of each, …: where not all fit, each group has its part. */
export function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = lists.reduce((most, list) => Math.max(most, list.length), 0);
  return Array.from({ length: longest }, (_, place) => lists.flatMap((list) => list.slice(place, place + 1))).flat();
}

function serverOrder(order: string): string {
  const column = order.replace(/^[-+]/, "");
  return sortable(column) ? (order.startsWith("-") ? "-" : "+") + serverField(column) : "-created_at";
}

function neededColumns(view: WorkspaceView): string[] {
  const sorted = view.order.replace(/^[-+]/, "");
  return [...new Set([...view.columns, ...view.groupBy, ...(/^(config|summary)\./.test(sorted) ? [sorted] : [])])].sort();
}
