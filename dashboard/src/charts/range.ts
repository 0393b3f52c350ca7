/** The y axis of a chart: from where to where, what that leaves out, and what a log axis has no place for. */

import type { Line } from "./lines";

/** The limits of an axis and what is not within them. */
export interface AxisRange {
  low: number;
  high: number;
  /** Values in view that a log axis has no place for: zero and below. */
  nonPositive: number;
}

/** How the y axis is chosen. */
export interface RangeRules {
  /** The x in view. */
  x: readonly [number, number];
  log: boolean;
  clipOutliers: boolean;
  /** Whether the lines as logged, and their envelopes, are drawn and have to fit. */
  withOriginal: boolean;
}

// Where a chart has no values at all.
const NOTHING: readonly [number, number] = [0, 1];

/** The range that shows all values in view, or their 5 to 95 percentiles where outliers are clipped. */
export function yRange(lines: readonly Line[], rules: RangeRules): AxisRange {
  const [least, most, nonPositive] = spread(lines, rules);
  let [low, high] = least <= most ? [least, most] : NOTHING;
  if (rules.clipOutliers) [low, high] = percentiles(lines, rules) ?? [low, high];
  if (rules.log) return { ...padLog(low, high, least <= most), nonPositive };
  return { ...pad(low, high), nonPositive };
}

function spread(lines: readonly Line[], { x, log, withOriginal }: RangeRules): [number, number, number] {
  let least = Infinity;
  let most = -Infinity;
  let nonPositive = 0;
  for (const { points, y, from, to, trace } of lines) {
    const envelope = withOriginal || trace.group;
    for (let i = from; i < to; i++) {
      // The items just outside are there to lead the line out of the chart; they do not count.
      if (points.xEnd[i]! < x[0] || points.x[i]! > x[1]) continue;
      const bottom = envelope ? Math.min(points.min[i]!, y[i]!) : y[i]!;
      const top = envelope ? Math.max(points.max[i]!, y[i]!) : y[i]!;
      if (log && bottom <= 0) {
        nonPositive += 1;
        if (y[i]! > 0 && y[i]! < least) least = y[i]!;
      } else if (bottom < least && bottom > -Infinity) least = bottom;
      if (top > most && top < Infinity && (!log || top > 0)) most = top;
      if (log && top > 0 && top < least) least = top;
    }
  }
  return [least, most, nonPositive];
}

function percentiles(lines: readonly Line[], { x, log }: RangeRules): [number, number] | null {
  let size = 0;
  for (const { from, to } of lines) size += to - from;
  const values = new Float64Array(size);
  let count = 0;
  for (const { points, y, from, to } of lines) {
    for (let i = from; i < to; i++) {
      if (points.xEnd[i]! < x[0] || points.x[i]! > x[1]) continue;
      const value = y[i]!;
      if (Number.isFinite(value) && (!log || value > 0)) values[count++] = value;
    }
  }
  if (count === 0) return null;
  const sorted = values.subarray(0, count).sort();
  const at = (share: number) => sorted[Math.min(Math.round(share * (count - 1)), count - 1)]!;
  return [at(0.05), at(0.95)];
}

/** Room above and below, so that no line touches the frame; zero stays the floor of what is never below it. */
function pad(low: number, high: number): { low: number; high: number } {
  if (low === high) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.1;
    return { low: low - room, high: high + room };
  }
  const room = (high - low) * 0.05;
  const floor = low >= 0 && low < high * 0.05 ? Math.min(0, low) : low - room;
  return { low: floor, high: high + room };
}

function padLog(low: number, high: number, some: boolean): { low: number; high: number } {
  if (!some) return { low: 0.1, high: 10 };
  const ratio = high / low;
  const room = ratio === 1 ? 1.5 : Math.min(ratio ** 0.05, 1e3);
  return { low: low / room, high: high * room };
}
