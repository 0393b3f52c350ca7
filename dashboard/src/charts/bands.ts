/**
 * Envelopes and bands, painted as one vertical stroke for each column of pixels.
 *
 * A column has the least and the greatest value of all buckets that touch it, so no point is ever lost between two
 * pixels; and hairlines cost a tenth of what filled polygons do where a browser paints without a GPU.
 */

import type { Line } from "./lines";
import type { Axis } from "./paint";

/** Where to paint, and with what functions from values to pixels. */
export interface BandPlace {
  x: Axis;
  y: Axis;
  toX: (value: number) => number;
  toY: (value: number) => number;
  /** Pixels of the canvas a CSS pixel. */
  ratio: number;
}

/** The upper and lower pixel of each column, NaN where there is nothing. Valid until the next call. */
interface Columns {
  count: number;
  top: Float32Array;
  bottom: Float32Array;
}

// A bucket that reaches this many times further than the others of its line is a spike and gets a needle.
const SPIKE = 3;

let top = new Float32Array(0);
let bottom = new Float32Array(0);

/** Paint the envelope of a downsampled line: faint, and its spikes as needles that stand out. */
export function paintEnvelope(context: CanvasRenderingContext2D, line: Line, place: BandPlace, alpha: number, shade: number): void {
  const columns = clear(place);
  const { points, from } = line;
  const to = Math.min(line.to, points.buckets);
  for (let i = from; i < to; i++) {
    const max = points.max[i]!;
    const min = points.min[i]!;
    if (!(max >= min) || (place.y.log && max <= 0)) continue;
    const x = points.x[i]!;
    const end = points.xEnd[i]!;
    const next = i + 1 < to ? points.x[i + 1]! : end;
    // A bucket reaches to the next one, so that no stripes stand between them, but not over a pause in logging.
    const joined = i + 1 < to && next - end <= end - x;
    fill(columns, place, [x, joined ? next : end], joined, pixel(max, place), pixel(min, place));
  }
  strokeColumns(context, columns, place, alpha * shade, 0);
  strokeColumns(context, columns, place, 0.6 * shade, spikeHeight(columns, place));
}

/** Paint the band of a group, whose edges go straight from point to point. */
export function paintBand(context: CanvasRenderingContext2D, line: Line, place: BandPlace, alpha: number): void {
  const columns = clear(place);
  const { points, from, to } = line;
  for (let i = from; i + 1 < to; i++) {
    const first = place.toX(points.x[i]!);
    const last = place.toX(points.x[i + 1]!);
    const tops = [pixel(points.max[i]!, place), pixel(points.max[i + 1]!, place)] as const;
    const bottoms = [pixel(points.min[i]!, place), pixel(points.min[i + 1]!, place)] as const;
    const begin = Math.max(Math.ceil(first - place.x.start), 0);
    const end = Math.min(Math.floor(last - place.x.start), columns.count - 1);
    for (let c = begin; c <= end; c++) {
      const share = last === first ? 0 : (c + place.x.start - first) / (last - first);
      columns.top[c] = tops[0] + (tops[1] - tops[0]) * share;
      columns.bottom[c] = bottoms[0] + (bottoms[1] - bottoms[0]) * share;
    }
  }
  strokeColumns(context, columns, place, alpha, 0);
}

function clear({ x }: BandPlace): Columns {
  const count = Math.max(Math.ceil(x.end - x.start), 0);
  if (top.length < count) {
    top = new Float32Array(count);
    bottom = new Float32Array(count);
  }
  top.fill(NaN, 0, count);
  bottom.fill(NaN, 0, count);
  return { count, top, bottom };
}

/** Fill the columns from `from` to `to`; `open` leaves the column of `to` to the next bucket. */
function fill(columns: Columns, { x, toX }: BandPlace, [from, to]: readonly [number, number], open: boolean, high: number, low: number): void {
  // A bucket on a log axis may begin at zero, which has no place there.
  const first = x.log && from <= 0 ? 0 : Math.floor(toX(from) - x.start);
  const last = Math.max(open ? Math.ceil(toX(to) - x.start) - 1 : Math.floor(toX(to) - x.start), first);
  for (let c = Math.max(first, 0); c <= Math.min(last, columns.count - 1); c++) {
    if (!(columns.top[c]! <= high)) columns.top[c] = high;
    if (!(columns.bottom[c]! >= low)) columns.bottom[c] = low;
  }
}

/** The pixel of a value, no further than just outside the axes. */
function pixel(value: number, { y, toY }: BandPlace): number {
  if (y.log && value <= 0) return y.start + 1;
  return Math.min(Math.max(toY(value), y.end - 1), y.start + 1);
}

function spikeHeight({ count, top: tops, bottom: bottoms }: Columns, { ratio }: BandPlace): number {
  let sum = 0;
  let some = 0;
  for (let c = 0; c < count; c++) {
    const height = bottoms[c]! - tops[c]!;
    if (Number.isNaN(height)) continue;
    sum += height;
    some += 1;
  }
  return Math.max((sum / Math.max(some, 1)) * SPIKE, 4 * ratio);
}

/** Stroke the columns that are at least `least` pixels high. */
function strokeColumns(context: CanvasRenderingContext2D, columns: Columns, { x }: BandPlace, alpha: number, least: number): void {
  context.globalAlpha = alpha;
  context.lineWidth = 1;
  context.setLineDash([]);
  context.beginPath();
  const left = Math.floor(x.start) + 0.5; // the middle of a pixel: no half of a stroke falls on the next one
  for (let c = 0; c < columns.count; c++) {
    const from = columns.top[c]!;
    const to = columns.bottom[c]!;
    if (Number.isNaN(from) || to - from < least) continue;
    context.moveTo(left + c, from);
    context.lineTo(left + c, Math.max(to, from + 0.5));
  }
  context.stroke();
}
