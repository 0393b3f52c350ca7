/** What can be set for one line panel, as it stands in `PanelConfig.options`; anything unknown or wrong there is left out. */

import type { Key, Stream, XAxis } from "../api/types";
import type { Limits } from "../charts/model";
import type { ChartSettings, PanelConfig } from "../workspace/view";

/** The options of a line panel. */
export interface LineOptions {
  settings: Partial<ChartSettings>;
  /** Where the keys are; null: where the project has them. */
  stream: Stream | null;
  /** One rank, or all that the runs have. */
  rank: number | "all";
  unit: string;
  xLimits: Limits;
  yLimits: Limits;
  /** How many lines the legend names; 0 hides it. */
  legend: number;
}

/** The options of a panel. */
export function lineOptions(config: PanelConfig): LineOptions {
  const { settings, stream, rank, unit, xLimits, yLimits, legend } = config.options;
  return {
    settings: typeof settings === "object" && settings !== null ? settings : {},
    stream: stream === "history" || stream === "system" ? stream : null,
    rank: typeof rank === "number" || rank === "all" ? rank : 0,
    unit: typeof unit === "string" ? unit : "",
    xLimits: limits(xLimits),
    yLimits: limits(yLimits),
    legend: typeof legend === "number" ? legend : 12,
  };
}

/** The stream of a panel's keys: as its options say, else the one that has the first of them. */
export function streamOf(options: LineOptions, config: PanelConfig, keys: readonly Key[] | undefined): Stream {
  if (options.stream) return options.stream;
  const first = config.keys[0];
  const known = keys?.filter((key) => key.key === first && key.kind === "number") ?? [];
  return known.length > 0 && known.every((key) => key.stream === "system") ? "system" : "history";
}

/** The x of a panel where the settings leave it to the metric: its step metric, the step, or time since the start for what the system measured. */
export function axisOf(x: ChartSettings["x"], stream: Stream, config: PanelConfig, keys: readonly Key[] | undefined): XAxis {
  if (stream === "system") return x === "time" ? "time" : "relative";
  if (x !== "auto") return x;
  const metrics = new Set(
    config.keys.map((name) => keys?.find((key) => key.key === name && key.stream === stream)?.step_metric ?? null),
  );
  const [metric] = metrics;
  return metrics.size === 1 && metric ? `key:${metric}` : "step";
}

function limits(value: unknown): Limits {
  if (!Array.isArray(value)) return [null, null];
  const [low, high] = value as unknown[];
  return [typeof low === "number" ? low : null, typeof high === "number" ? high : null];
}
