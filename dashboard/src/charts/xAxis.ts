/** What the x axes of charts are called and how their values are written. */

import type { XAxis } from "../api/types";
import { formatDuration, formatNumber, formatTime } from "../ui/format";

import type { AxisKind } from "./ticks";

/** How the ticks of an x axis are written. */
export function axisKind(x: XAxis): AxisKind {
  if (x === "step") return "count";
  if (x === "time") return "time";
  return x === "relative" ? "duration" : "number";
}

/** The name of an x axis. */
export function axisTitle(x: XAxis): string {
  if (x === "relative") return "relative time";
  return x === "time" ? "wall time" : x === "step" ? "step" : x.slice("key:".length);
}

/** A name of an axis, with a word on its scale where that is not even. */
export function scaledTitle(title: string, log: boolean): string {
  return log ? `${title} (log)` : title;
}

/** A value of an x axis with its name, for reading. */
export function formatAxis(x: XAxis, value: number): string {
  if (x === "time") return formatTime(value, true);
  if (x === "relative") return formatDuration(value);
  // A bucket's middle may lie between two steps.
  return `${axisTitle(x)} ${formatNumber(x === "step" ? Math.round(value) : value, 6)}`;
}

/**
 * As many points or buckets as a chart of that width in CSS pixels shows: 2ⁿ or 1.5 × 2ⁿ, so that charts share requests. Powers of
 * two alone would bring a third more than a usual panel can show.
 */
export function resolutionFor(width: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(width, 1)));
  const least = width <= power * 0.75 ? power * 0.75 : power;
  return Math.min(Math.max(least, 256), 4096);
}
