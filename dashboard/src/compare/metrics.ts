/** Results of several runs side by side, each with its difference to the first run. */

import type { Value } from "../api/types";
import { type Goal, goalOf, metricOf } from "../table/best";
import { numberOf } from "../ui/format";
import { keyRank } from "../workspace/sectionRank";
import { flatten } from "./differences";

/** One number of the summaries. `deltas` are to the first run; null where either number is missing or not finite. */
export interface MetricRow {
  key: string;
  goal: Goal | null;
  values: (number | null)[];
  deltas: (number | null)[];
  /** Places of the best values; empty if there is no goal or all are equal. */
  best: number[];
}

/** Rows of all numbers that the summaries have. `goals` are those of `define_metric`, by key. */
export function compareMetrics(summaries: readonly unknown[], goals: ReadonlyMap<string, string | null>): MetricRow[] {
  const flat = summaries.map((summary) => flatten(summary));
  const keys = new Set(flat.flatMap((values) => [...values.keys()]));
  return [...keys]
    .map((key) => metricRow(key, flat.map((values) => numberOf(values.get(key) as Value | undefined)), goals))
    .filter((row) => row.values.some((value) => value !== null))
    .sort(
      (a, b) => Number(b.goal !== null) - Number(a.goal !== null) || place(a.key) - place(b.key) || a.key.localeCompare(b.key, "en", { numeric: true }),
    );
}

const lastPlace = 9; // after all of `keyRank`

/** As sections of panels are ordered; what stood beside a best value comes last. */
function place(key: string): number {
  return key.includes(".at_best.") ? lastPlace : keyRank(key);
}

function metricRow(key: string, values: (number | null)[], goals: ReadonlyMap<string, string | null>): MetricRow {
  const metric = metricOf(key, goals);
  const goal = metric === null ? null : goalOf(metric, goals.get(metric));
  const first = values[0] ?? null;
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const top = goal === "minimize" ? Math.min(...finite) : Math.max(...finite);
  const tells = goal !== null && finite.some((value) => value !== top);
  return {
    key,
    goal,
    values,
    deltas: values.map((value) => (value === null || first === null || !Number.isFinite(value - first) ? null : value - first)),
    best: tells ? values.flatMap((value, place) => (value === top ? [place] : [])) : [],
  };
}

/** Whether a difference is better (1), worse (-1) or neither (0). */
export function judge(delta: number | null, goal: Goal | null): -1 | 0 | 1 {
  if (delta === null || delta === 0 || goal === null) return 0;
  return delta < 0 === (goal === "minimize") ? 1 : -1;
}
