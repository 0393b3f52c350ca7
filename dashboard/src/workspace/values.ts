/** Columns of runs by name: fields of a Brief, or what was asked for with `columns`. */

import type { Brief, Value } from "../api/types";

/** The value of a column, undefined where the run has none. */
export function valueOf(run: Brief, column: string): Value | undefined {
  if (column in run.columns) return run.columns[column];
  const field = (run as unknown as Record<string, Value>)[column];
  return field === null ? undefined : field;
}

/** A column's name without the part that says where it is from. */
export function shortName(column: string): string {
  return column.replace(/^(config|summary)\./, "");
}
