/** The lines of a chart: what a trace is, what of it is drawn, and which part of it is in view. Nothing here draws. */

import type { Smoothing } from "../workspace/view";

import { lowerBound, type Points, weightsOf } from "./points";
import { smooth } from "./smoothing";

/** One line of a chart: a run and a key, or a group and a key. `points` is null until they have come. */
export interface Trace {
  id: string;
  /** The id of the run, or null for a group. */
  run: string | null;
  label: string;
  key: string;
  colour: string;
  /** Lengths of strokes and gaps in CSS pixels; empty for a whole line. */
  dash: number[];
  baseline: boolean;
  /** Whether min and max are the band of a group, and not the envelope of a downsampled line. */
  group: boolean;
  points: Points | null;
}

/** A trace with the values that its line has. */
export interface Line {
  trace: Trace;
  points: Points;
  /** The line: smoothed, or `points.y`. */
  y: Float64Array;
  smoothed: boolean;
  /** Items in view, with one more on both sides so that the line leaves the chart where it should. */
  from: number;
  to: number;
}

interface Smoothed {
  version: number;
  key: string;
  y: Float64Array;
}

const smoothings = new WeakMap<Points, Smoothed>();

/** The lines of traces between `low` and `high`; the smoothing scales with `high - low`. */
export function linesOf(traces: readonly Trace[], smoothing: Smoothing, low: number, high: number): Line[] {
  const lines: Line[] = [];
  for (const trace of traces) {
    const points = trace.points;
    if (points === null || points.length === 0) continue;
    const smoothed = smoothing.kind !== "none" && smoothing.amount > 0 && points.length > 2 && points.ascending;
    const y = smoothed ? smoothedOf(points, smoothing, high - low) : points.y;
    const [from, to] = inView(points, low, high);
    lines.push({ trace, points, y, smoothed, from, to });
  }
  return lines;
}

/** The first and the last x of traces; with `log` only positive ones count. Null where there is nothing. */
export function extent(traces: readonly Trace[], log: boolean): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { points } of traces) {
    if (points === null || points.length === 0) continue;
    if (points.ascending && !log) {
      low = Math.min(low, points.x[0]!);
      high = Math.max(high, points.xEnd[points.length - 1]!);
      continue;
    }
    for (let i = 0; i < points.length; i++) {
      const x = points.x[i]!;
      const end = points.xEnd[i]!;
      if (Number.isFinite(x) && (!log || x > 0)) low = Math.min(low, x);
      if (Number.isFinite(end) && (!log || end > 0)) {
        high = Math.max(high, end);
        if (log && x <= 0) low = Math.min(low, end);
      }
    }
  }
  return low <= high ? [low, high] : null;
}

/** Where an item stands: the middle of a bucket, or the place of a point. */
export function middle(points: Points, i: number): number {
  const x = points.x[i]!;
  return i < points.buckets ? (x + points.xEnd[i]!) / 2 : x;
}

/** The item nearest to `x`, or -1 where the line does not reach within `slack` of it. */
export function nearest(points: Points, x: number, slack: number): number {
  const { length } = points;
  if (length === 0) return -1;
  if (!points.ascending) return nearestAnywhere(points, x, slack);
  const after = Math.min(lowerBound(points.x, length, x), length - 1);
  const before = Math.max(after - 1, 0);
  const inside = x >= points.x[before]! && x <= points.xEnd[before]!;
  const best = inside || Math.abs(points.xEnd[before]! - x) <= Math.abs(points.x[after]! - x) ? before : after;
  const away = Math.max(points.x[best]! - x, x - points.xEnd[best]!, 0);
  // Between two points of a line every place belongs to one of them; beyond its ends none does.
  const within = x >= points.x[0]! && x <= points.xEnd[length - 1]!;
  return within || away <= slack ? best : -1;
}

/**
 * The least and the greatest value around item `i` in a column of pixels from `low` to `high`: those of all buckets or points that are
 * drawn there. A pixel may have several of them, and only one can be the nearest. A band has them at its own steps alone.
 */
export function reachAt({ points, trace, from, to }: Line, i: number, [low, high]: readonly [number, number]): [number, number] {
  let [least, most] = [points.min[i]!, points.max[i]!];
  if (trace.group || !points.ascending) return [least, most];
  const take = (at: number) => {
    if (!(least <= points.min[at]!) && !Number.isNaN(points.min[at]!)) least = points.min[at]!;
    if (!(most >= points.max[at]!) && !Number.isNaN(points.max[at]!)) most = points.max[at]!;
  };
  for (let at = i - 1; at >= from && points.xEnd[at]! >= low; at--) take(at);
  for (let at = i + 1; at < to && points.x[at]! <= high; at++) take(at);
  return [least, most];
}

function nearestAnywhere(points: Points, x: number, slack: number): number {
  let best = -1;
  let least = slack;
  for (let i = 0; i < points.length; i++) {
    const away = Math.abs(points.x[i]! - x);
    // The latest of equals: where x went back, the newest attempt is the one to read.
    if (away <= least) {
      least = away;
      best = i;
    }
  }
  return best;
}

function smoothedOf(points: Points, smoothing: Smoothing, width: number): Float64Array {
  const key = `${smoothing.kind} ${smoothing.amount} ${smoothing.kind === "ema" ? 0 : width}`;
  const known = smoothings.get(points);
  if (known?.version === points.version && known.key === key) return known.y;
  const samples = { x: points.x, y: points.y, length: points.length, weights: weightsOf(points) };
  const y = smooth(samples, smoothing, width);
  smoothings.set(points, { version: points.version, key, y });
  return y;
}

function inView(points: Points, low: number, high: number): [number, number] {
  if (!points.ascending) return [0, points.length];
  const from = Math.max(lowerBound(points.xEnd, points.length, low) - 1, 0);
  let to = lowerBound(points.x, points.length, high);
  while (to < points.length && points.x[to]! <= high) to++;
  return [from, Math.min(to + 1, points.length)];
}
