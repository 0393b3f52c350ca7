/** What can be set for a bar chart, and the spread of values in a group. */

import type { BarValue } from "../charts/oneValue";
import type { PanelConfig } from "../workspace/view";

/** The options of a bar chart. */
export interface BarOptions {
  value: BarValue;
  /** By value or in the order of the list. */
  order: "value" | "list";
}

/** The options of a panel. */
export function barOptions(config: PanelConfig): BarOptions {
  const { value, order } = config.options;
  return {
    value: value === "min" || value === "max" || value === "mean" ? value : "latest",
    order: order === "list" ? "list" : "value",
  };
}

/** The mean, least and greatest of values that are numbers. */
export function spread(values: readonly number[]): { mean: number; min: number; max: number } {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return { mean: NaN, min: NaN, max: NaN };
  return { mean: known.reduce((sum, value) => sum + value, 0) / known.length, min: Math.min(...known), max: Math.max(...known) };
}
