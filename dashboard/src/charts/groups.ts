/** Runs sorted into groups by the values of columns. */

import type { Value } from "../api/types";
import { formatValue } from "../ui/format";
import type { RunView } from "../workspace/view";

/** Runs that have the same values. */
export interface Group {
  name: string;
  runs: RunView[];
  /** Of its first run. */
  colour: string;
}

/** The groups of runs by columns, in the order of their first runs. A run that lacks a column is in the group of `–`. */
export function groupRuns(runs: readonly RunView[], by: readonly string[]): Group[] {
  const groups = new Map<string, Group>();
  for (const run of runs) {
    const name = by.map((column) => formatValue(columnOf(run, column), 6)).join(" · ");
    const group = groups.get(name);
    if (group) group.runs.push(run);
    else groups.set(name, { name, runs: [run], colour: run.colour });
  }
  return [...groups.values()];
}

/** The value of a column of a run: its own fields (`group`, `state`, `tags`, …), or what was asked for (`config.lr`). */
export function columnOf(run: RunView, column: string): Value | undefined {
  switch (column) {
    case "group":
    case "job_type":
    case "state":
    case "name":
    case "id":
    case "host":
    case "user":
    case "notes":
    case "created_at":
    case "last_time":
    case "runtime_s":
    case "last_step":
    case "rows":
    case "archived":
      return run[column];
    case "tags":
      return run.tags.join(", ");
    default:
      return run.columns[column];
  }
}
