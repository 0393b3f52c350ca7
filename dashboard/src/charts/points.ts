/**
 * The points of one series as a chart holds them: typed arrays that grow at their end.
 *
 * An exact series has its points; a downsampled one has buckets of consecutive points, each from `x` to `xEnd` with `min`,
 * `max` and mean `y`. New points are appended to the one, and gathered into buckets of the same size at the end of the other.
 */

import { type Arrays, floats } from "../api/arrays";
import type { SeriesHeader } from "../api/types";

/** Points or buckets of a series. Arrays may be longer than `length`; only the first `length` items count. */
export interface Points {
  /** Points the whole series has on the server, in and out of the range. */
  count: number;
  /** Grows when the series was rewritten. */
  epoch: number;
  length: number;
  /** The first so many items are buckets; the rest are points. */
  buckets: number;
  /** Points that stand behind each bucket, about. */
  perBucket: number;
  /** Points in the last bucket, which takes more until it has `perBucket`. */
  open: number;
  x: Float64Array;
  xEnd: Float64Array;
  y: Float64Array;
  min: Float64Array;
  max: Float64Array;
  /** How many values of each bucket were NaN; of a point that is one if y is NaN. */
  nan: Float64Array;
  /** Whether x never goes down, as it may where x is another metric. */
  ascending: boolean;
  /** Changes whenever anything here does. */
  version: number;
}

const NOTHING = new Float64Array(0);
let versions = 0;

/** A series without points. */
export function emptyPoints(): Points {
  return {
    count: 0,
    epoch: 0,
    length: 0,
    buckets: 0,
    perBucket: 1,
    open: 0,
    x: NOTHING,
    xEnd: NOTHING,
    y: NOTHING,
    min: NOTHING,
    max: NOTHING,
    nan: NOTHING,
    ascending: true,
    version: ++versions,
  };
}

/** The points of one series of an answer. `whole` says that it was asked for without a range. */
export function pointsOf(header: SeriesHeader, { arrays }: Arrays<unknown>, whole: boolean): Points {
  const array = (index: number | undefined) => (index === undefined ? NOTHING : floats(arrays[index]));
  const x = array(header.x);
  const y = array(header.y);
  const length = Math.min(x.length, y.length);
  const exact = header.exact;
  // How many points are within a range no answer says; of those that come live, two to a bucket is a fair guess.
  const perBucket = exact || length === 0 ? 1 : whole ? header.count / length : 2;
  return {
    count: header.count,
    epoch: header.epoch,
    length,
    buckets: exact ? 0 : length,
    perBucket,
    open: perBucket,
    x,
    xEnd: exact ? x : array(header.x_end),
    y,
    min: exact ? y : array(header.min),
    max: exact ? y : array(header.max),
    nan: exact ? NOTHING : array(header.nan),
    ascending: ascends(x, length, -Infinity),
    version: ++versions,
  };
}

/** Append what came after `points`, in place. */
export function append(points: Points, more: Points): void {
  points.count = more.count;
  points.epoch = more.epoch;
  points.version = ++versions;
  if (more.length === 0) return;
  const last = points.length > 0 ? points.x[points.length - 1]! : -Infinity;
  points.ascending &&= more.ascending && more.x[0]! >= last;
  const exact = points.buckets === 0 && more.buckets === 0;
  if (points.buckets > 0 && more.buckets === 0) {
    gather(points, more);
    return;
  }
  if (!exact) split(points);
  const grown = points.length + more.length;
  points.x = put(points.x, points.length, more.x, more.length);
  points.y = put(points.y, points.length, more.y, more.length);
  if (exact) {
    points.xEnd = points.x;
    points.min = points.max = points.y;
  } else {
    points.xEnd = put(points.xEnd, points.length, more.xEnd, more.length);
    points.min = put(points.min, points.length, more.min, more.length);
    points.max = put(points.max, points.length, more.max, more.length);
    points.nan = put(points.nan, points.length, more.nan, more.length);
    points.buckets = grown;
    points.open = points.perBucket = Math.max(points.perBucket, more.perBucket);
  }
  points.length = grown;
}

/** How many points stand behind each item, or null where it is one for all. */
export function weightsOf(points: Points): Float64Array | null {
  if (points.buckets === 0 || points.perBucket === 1) return null;
  const weights = new Float64Array(points.length).fill(points.perBucket);
  weights[points.length - 1] = points.open;
  return weights;
}

/** The number of the first item whose `array` value is at least `value`; the array ascends over its first `length` items. */
export function lowerBound(array: Float64Array, length: number, value: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (array[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bytes that the arrays of a series take. */
export function sizeOf(points: Points): number {
  const distinct = new Set([points.x, points.xEnd, points.y, points.min, points.max, points.nan]);
  let size = 0;
  for (const array of distinct) size += array.byteLength;
  return size;
}

/** Put points into the last bucket, and into new ones when it is full, so that what came live looks like what was loaded. */
function gather(points: Points, more: Points): void {
  for (let i = 0; i < more.length; i++) {
    const y = more.y[i]!;
    const last = points.length - 1;
    if (points.open + 1 > points.perBucket) {
      const one = more.x.subarray(i, i + 1);
      const value = more.y.subarray(i, i + 1);
      points.x = put(points.x, points.length, one, 1);
      points.xEnd = put(points.xEnd, points.length, one, 1);
      points.y = put(points.y, points.length, value, 1);
      points.min = put(points.min, points.length, value, 1);
      points.max = put(points.max, points.length, value, 1);
      points.nan = put(points.nan, points.length, Float64Array.of(Number(Number.isNaN(y))), 1);
      points.length += 1;
      points.buckets = points.length;
      points.open = 1;
      continue;
    }
    points.xEnd[last] = more.x[i]!;
    const numbers = points.open - points.nan[last]!;
    points.open += 1;
    if (Number.isNaN(y)) {
      points.nan[last]! += 1;
      continue;
    }
    points.y[last] = numbers > 0 ? (points.y[last]! * numbers + y) / (numbers + 1) : y;
    // NaN is neither less nor greater: the first number of a bucket replaces it.
    if (!(points.min[last]! <= y)) points.min[last] = y;
    if (!(points.max[last]! >= y)) points.max[last] = y;
  }
}

/** Give each array a memory of its own, before points and buckets are mixed. */
function split(points: Points): void {
  if (points.buckets > 0) return;
  points.xEnd = points.x.slice();
  points.min = points.y.slice();
  points.max = points.y.slice();
  points.nan = new Float64Array(points.length);
}

function put(array: Float64Array, at: number, more: Float64Array, length: number): Float64Array {
  let target = array;
  if (at + length > array.length) {
    // Twice as long as it has to be, so that a line that grows by a point at a time is copied seldom.
    target = new Float64Array(Math.max(64, (at + length) * 2));
    target.set(array.subarray(0, at));
  }
  target.set(more.subarray(0, length), at);
  return target;
}

function ascends(x: Float64Array, length: number, before: number): boolean {
  let last = before;
  for (let i = 0; i < length; i++) {
    const value = x[i]!;
    if (value < last || Number.isNaN(value)) return false;
    last = value;
  }
  return true;
}
