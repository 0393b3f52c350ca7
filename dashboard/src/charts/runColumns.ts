/** Columns of the shown runs, for panels that show runs as points, bars or lines across columns. */

import { useMemo } from "react";

import { useColumns, useRuns } from "../api/queries";
import type { Column, Columns, Value } from "../api/types";
import { numberOf } from "../ui/format";
import type { RunView } from "../workspace/view";

import { columnOf } from "./groups";

/** A run and its values in the columns that were asked for. */
export interface RunRow {
  run: RunView;
  values: (Value | undefined)[];
}

// The most that one request answers for; more points than this would be one blot.
const most = 2000;

/** The values of columns for the shown runs, in their order. */
export function useRunColumns(project: string, runs: readonly RunView[], columns: readonly string[]): { rows: RunRow[]; loading: boolean; error: unknown } {
  // Sorted: the order of the list is no reason to ask again.
  const ids = useMemo(() => runs.slice(0, most).map((run) => run.id).sort(), [runs]); // prettier-ignore
  const asked = useMemo(() => columns.filter((column) => column.includes(".")), [columns]);
  const query = useRuns(project, { ids, columns: asked, archived: true, limit: most }, ids.length > 0 && asked.length > 0);
  const answer = query.data;
  const rows = useMemo(() => {
    const known = new Map(answer?.runs.map((brief) => [brief.id, brief.columns]));
    return runs.map((run) => ({
      run,
      values: columns.map((column) => known.get(run.id)?.[column] ?? columnOf(run, column)),
    }));
  }, [answer, runs, columns]);
  return { rows, loading: query.isLoading, error: query.error };
}

/** The columns of a project that a panel can offer, with those of numbers apart. */
export function useColumnChoices(project: string): { all: Column[]; numbers: Column[]; columns: Columns | undefined } {
  const { data } = useColumns(project);
  return useMemo(() => {
    const all = data ? [...data.config, ...data.summary] : [];
    return { all, numbers: all.filter((column) => column.kinds.includes("number")), columns: data };
  }, [data]);
}

/** The column of a metric's result: the summary itself, or a part of it where `define_metric` keeps several, as `summary.acc.max`. */
export function resultColumn(key: string, numbers: readonly Column[]): string {
  const whole = `summary.${key}`;
  const found = numbers.find(({ name }) => name === whole) ?? numbers.find(({ name }) => name.startsWith(`${whole}.`));
  return found?.name ?? whole;
}

/** The finite number of a value: of true 1, of false 0; else null. */
export function finite(value: Value | undefined): number | null {
  if (typeof value === "boolean") return Number(value);
  const number = numberOf(value);
  return number !== null && Number.isFinite(number) ? number : null;
}

/** Choices for a list of columns, under the headings Config and Summary. */
export function columnOptions(columns: readonly Column[], none?: string): { value: string; label: string; group?: string }[] {
  const options = columns.map(({ name }) => {
    const dot = name.indexOf(".");
    const heading = name.slice(0, dot);
    return { value: name, label: name.slice(dot + 1), group: heading === "config" ? "Config" : "Summary" };
  });
  return none === undefined ? options : [{ value: "", label: none }, ...options];
}
