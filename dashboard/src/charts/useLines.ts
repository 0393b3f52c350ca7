/** The traces of a line chart and their points: of runs and keys, or of groups of runs with their bands. */

import { useCallback, useMemo } from "react";

import type { Stream, XAxis } from "../api/types";
import { colourAt } from "../ui/colours";
import { useTheme } from "../ui/theme";
import type { ChartSettings, RunView } from "../workspace/view";

import type { AggregateAsk } from "./aggregates";
import { type Group, groupRuns } from "./groups";
import type { Trace } from "./lines";
import type { SeriesAsk } from "./loader";
import type { Limits } from "./model";
import type { Points } from "./points";
import { useAggregates } from "./useAggregates";
import { useSeries } from "./useSeries";
import { resolutionFor } from "./xAxis";

/** What lines are wanted. */
export interface LinesWanted {
  project: string;
  runs: readonly RunView[];
  keys: readonly string[];
  stream: Stream;
  /** Whose lines; with several, each rank has one of its own. Groups are of the first. */
  ranks: readonly number[];
  x: XAxis;
  settings: ChartSettings;
  /** The x that is zoomed to. */
  zoom: readonly [number, number] | null;
  /** Limits of x by hand. */
  limits: Limits;
  /** Of the chart, in CSS pixels. */
  width: number;
  active: boolean;
}

/** Traces, and where their points come from. */
export interface Lines {
  traces: Trace[];
  /** Those that have points, or all while nothing has come. */
  named: Trace[];
  points: (i: number) => Points | null;
  subscribe: (listener: () => void) => () => void;
  loading: boolean;
  /** Whether any line has points. */
  some: boolean;
  error: string | null;
}

// The keys and ranks of one chart are told apart by their strokes, since colours are for runs.
const dashes: readonly number[][] = [[], [7, 3], [2, 2.5], [9, 3, 2, 3], [4, 4]];
const baselineDash = [5, 4];

const noGroups: Group[] = [];

/** Load what a chart shows. */
export function useLines(wanted: LinesWanted): Lines {
  const { runs, keys, ranks, settings, active } = wanted;
  const theme = useTheme();
  const grouping = settings.grouping;
  const by = grouping?.by;
  const groups = useMemo(() => (by && by.length > 0 ? groupRuns(runs, by) : noGroups), [runs, by]);
  const grouped = grouping !== null && groups.length > 0;
  const shared = useShared(wanted);
  const seriesAsks = useSeriesAsks(shared, runs, keys, ranks, grouped);
  const aggregateAsks = useAggregateAsks(shared, groups, keys, grouped);
  const series = useSeries(seriesAsks, active);
  const aggregates = useAggregates(aggregateAsks, active);
  const traces = useMemo(
    () => (grouped ? groupTraces(groups, keys) : runTraces(runs, keys, ranks, theme)),
    [grouped, groups, runs, keys, ranks, theme],
  );
  const ofGroups = aggregates.set;
  const ofRuns = series.set;
  const count = groups.length;
  const points = useCallback(
    (i: number) => (grouped ? ofGroups.points(Math.floor(i / count), i % count, grouping) : ofRuns.points(i)),
    [grouped, ofGroups, ofRuns, count, grouping],
  );
  const ready = !(grouped ? aggregates.loading : series.loading);
  const mask = ready ? traces.map((_, i) => ((points(i)?.length ?? 0) > 0 ? "1" : "0")).join("") : "";
  const named = useMemo(() => (mask.includes("1") ? traces.filter((_, i) => mask[i] === "1") : traces), [traces, mask]);
  return {
    traces,
    named,
    points,
    subscribe: grouped ? ofGroups.subscribe : ofRuns.subscribe,
    loading: grouped ? aggregates.loading : series.loading,
    some: grouped ? ofGroups.some() : ofRuns.some(),
    error: grouped ? aggregates.error : series.error,
  };
}

type Shared = Pick<SeriesAsk, "project" | "stream" | "rank" | "x" | "range" | "resolution">;

function useShared({ project, stream, ranks, x, zoom, limits, width }: LinesWanted): Shared {
  const range = rangeOf(zoom, limits);
  const resolution = resolutionFor(zoom ? width * 1.5 : width);
  const [low, high] = range ?? [null, null];
  const rank = ranks[0] ?? 0;
  return useMemo(
    () => ({ project, stream, rank, x, range: low === null || high === null ? null : ([low, high] as const), resolution }),
    [project, stream, rank, x, low, high, resolution],
  );
}

/** The x to ask for. A quarter more on both sides leads lines out of the chart and gives smoothing a start. */
function rangeOf(zoom: readonly [number, number] | null, [low, high]: Limits): readonly [number, number] | null {
  if (zoom) {
    const room = (zoom[1] - zoom[0]) / 4;
    return [zoom[0] - room, zoom[1] + room];
  }
  if (low === null && high === null) return null;
  // JSON has no infinities.
  return [low ?? -1e300, high ?? 1e300];
}

function useSeriesAsks(shared: Shared, runs: readonly RunView[], keys: readonly string[], ranks: readonly number[], grouped: boolean): SeriesAsk[] {
  // The list of runs is made anew whenever one of them logs; what is asked for is not.
  const ids = runs.map((run) => run.id).join("\n");
  return useMemo(() => {
    if (grouped || ids === "") return [];
    return keys.flatMap((key) => ranks.flatMap((rank) => ids.split("\n").map((run) => ({ ...shared, key, rank, run }))));
  }, [shared, ids, keys, ranks, grouped]);
}

function useAggregateAsks(shared: Shared, groups: readonly Group[], keys: readonly string[], grouped: boolean): AggregateAsk[] {
  const members = JSON.stringify(groups.map((group) => ({ name: group.name, runs: group.runs.map((run) => run.id) })));
  return useMemo(() => {
    if (!grouped) return [];
    const asked = JSON.parse(members) as AggregateAsk["groups"];
    return keys.map((key) => ({ ...shared, key, groups: asked }));
  }, [shared, members, keys, grouped]);
}

function runTraces(runs: readonly RunView[], keys: readonly string[], ranks: readonly number[], theme: "light" | "dark"): Trace[] {
  const each = keys.flatMap((key) => ranks.map((rank) => ({ key, rank })));
  const alone = runs.length === 1 && each.length > 1;
  return each.flatMap(({ key, rank }, i) =>
    runs.map((run): Trace => {
      const parts = [...(alone ? [] : [run.name]), ...(keys.length > 1 ? [key] : []), ...(ranks.length > 1 ? [`rank ${rank}`] : [])];
      return {
        id: `${run.id} ${rank} ${key}`,
        run: run.id,
        label: parts.join(" · "),
        key,
        colour: alone ? colourAt(i, theme) : run.colour,
        dash: run.baseline ? baselineDash : alone ? [] : dashes[i % dashes.length]!,
        baseline: run.baseline ?? false,
        group: false,
        points: null,
      };
    }),
  );
}

function groupTraces(groups: readonly Group[], keys: readonly string[]): Trace[] {
  return keys.flatMap((key, k) =>
    groups.map((group): Trace => {
      const name = `${group.name} (${group.runs.length})`;
      return {
        id: `group ${group.name} ${key}`,
        run: null,
        label: keys.length > 1 ? `${name} · ${key}` : name,
        key,
        colour: group.colour,
        dash: dashes[k % dashes.length]!,
        baseline: false,
        group: true,
        points: null,
      };
    }),
  );
}
