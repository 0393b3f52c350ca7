/** The rows of the runs table, page by page from the server, kept fresh by the feed. */

import { useQueries } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";

import { runsQuery, useRuns } from "../api/queries";
import type { Brief, RunGroup, RunQuery } from "../api/types";
import { countRows, PAGE, pagesOf, rowAt, type RowGroup } from "./rows";

/** What stands in a row of the table; null while it is loaded. */
export type TableRow = { kind: "group"; group: RunGroup; id: string; open: boolean } | { kind: "run"; run: Brief; grouped: boolean };

/** The rows, and how their loading goes. */
export interface RunRows {
  count: number;
  /** Runs of all groups together. */
  total: number;
  rowAt: (index: number) => TableRow | null;
  loading: boolean;
  /** Rows shown are those of the view before, as the new ones are still on their way. */
  stale: boolean;
  error: Error | null;
  retry: () => void;
}

/** The part of a query that is the same for all pages. */
export type RowsQuery = Pick<RunQuery, "filters" | "search" | "order" | "columns" | "archived" | "group_by">;

const mostGroups = 1_000;

/** Ask for the rows `first` to `last` (those on screen) and for the heads of groups. */
export function useRunRows(project: string, query: RowsQuery, open: ReadonlySet<string>, [first, last]: [number, number]): RunRows {
  const grouped = (query.group_by ?? []).length > 0;
  const head = useRuns(project, { ...query, limit: grouped ? mostGroups : PAGE });
  const groups = useMemo(() => (grouped ? (head.data?.groups ?? []) : null), [grouped, head.data]);
  const shape = useMemo(() => groups?.map((group): RowGroup => rowGroup(group, open)) ?? null, [groups, open]);
  const total = grouped ? (groups ?? []).reduce((sum, group) => sum + group.runs, 0) : (head.data?.total ?? 0);
  const wanted = useMemo(() => pagesOf(shape, total, first, last), [shape, total, first, last]);
  const pages = useQueries({
    queries: wanted.map(({ group, page }) => {
      const values = group === null ? undefined : groups?.[group]?.values;
      const part = { ...query, offset: page * PAGE, limit: PAGE };
      // The first page came with the head.
      return { ...runsQuery(project, values === undefined ? part : { ...part, group: values }), enabled: group !== null || page > 0 };
    }),
  });
  const found = new Map<string, Brief[]>();
  if (!grouped && head.data !== undefined) found.set("/0", head.data.runs ?? []);
  for (const [index, { group, page }] of wanted.entries()) {
    const runs = pages[index]?.data?.runs;
    if (runs !== undefined) found.set(`${groupName(groups, group)}/${page}`, runs);
  }
  const kept = useKeptPages(found, JSON.stringify([project, query]));
  const at = (index: number): TableRow | null => {
    const row = rowAt(shape, total, index);
    if (row === null) return null;
    if (row.kind === "group") {
      const group = groups?.[row.group];
      return group === undefined ? null : { kind: "group", group, id: groupId(group), open: open.has(groupId(group)) };
    }
    const name = `${groupName(groups, row.group)}/${Math.floor(row.place / PAGE)}`;
    const run = (found.get(name) ?? kept.get(name))?.[row.place % PAGE];
    return run === undefined ? null : { kind: "run", run, grouped };
  };
  const error = head.error ?? pages.find((page) => page.error !== null)?.error ?? null;
  return {
    count: countRows(shape, total),
    total,
    rowAt: at,
    loading: head.isPending,
    stale: head.isPlaceholderData,
    error,
    retry: () => void head.refetch(),
  };
}

/** A name for a group that stays as long as its values do. */
export function groupId(group: RunGroup): string {
  return JSON.stringify(group.values);
}

function groupName(groups: readonly RunGroup[] | null, number: number | null): string {
  const group = number === null ? undefined : groups?.[number];
  return group === undefined ? "" : groupId(group);
}

function rowGroup(group: RunGroup, open: ReadonlySet<string>): RowGroup {
  const id = groupId(group);
  return { id, runs: group.runs, open: open.has(id) };
}

/** The pages that were there last, so that rows do not blink while new ones are loaded. */
function useKeptPages(found: ReadonlyMap<string, Brief[]>, query: string): ReadonlyMap<string, Brief[]> {
  const [kept, setKept] = useState<{ query: string; pages: ReadonlyMap<string, Brief[]> }>({ query, pages: found });
  const latest = useRef(found);
  useEffect(() => {
    latest.current = found;
  });
  const size = [...found.keys()].join("\n");
  useEffect(() => {
    if (latest.current.size > 0) setKept({ query, pages: latest.current });
  }, [query, size]);
  return kept.pages;
}
