/** Heat maps of histograms over steps on a canvas, and what the cursor reads in one. */

import { floats, type Arrays } from "../api/arrays";
import type { HistogramsHeader } from "../api/types";

import { sequential } from "./scale";

/** Histograms of one key over steps, in bins that are the same for all. */
export interface HeatMap {
  /** Histograms that were logged; more than `columns` were added up. */
  count: number;
  columns: number;
  bins: number;
  /** (columns,): where each column begins. */
  step: Float64Array;
  /** (bins + 1,), ascending. */
  edges: Float64Array;
  /** (columns × bins): how many values, column after column. */
  counts: Float64Array;
  /** (columns,): how many values were NaN. */
  nan: Float64Array;
}

/** What the cursor is on. */
export interface HeatCell {
  step: number;
  from: number;
  to: number;
  count: number;
  /** Of all values of its column, from 0 to 1. */
  share: number;
  nan: number;
}

/** Decode the answer of `/histograms`. */
export function heatMapOf({ header, arrays }: Arrays<HistogramsHeader>): HeatMap {
  const edges = floats(arrays[header.edges]);
  return {
    count: header.count,
    columns: header.columns,
    bins: Math.max(edges.length - 1, 0),
    step: floats(arrays[header.step]),
    edges,
    counts: floats(arrays[header.counts]),
    nan: floats(arrays[header.nan]),
  };
}

/** The least and the greatest edge of the bins. */
export function edgeRange({ edges, bins }: HeatMap): [number, number] {
  return [edges[0] ?? 0, edges[bins] ?? 1];
}

/** The share of the values of column `c` that are in bin `b`, from 0 to 1. */
export function shareOf(map: HeatMap, c: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < map.bins; i++) sum += map.counts[c * map.bins + i]!;
  return sum > 0 ? map.counts[c * map.bins + b]! / sum : 0;
}

/** The cell at a place of the plotting area; x and y are from 0 to 1, from the left and the bottom. Null outside. */
export function cellAt(map: HeatMap, x: number, y: number): HeatCell | null {
  if (map.columns === 0 || map.bins === 0 || x < 0 || x > 1 || y < 0 || y > 1) return null;
  const c = columnAt(map, x);
  const b = Math.min(Math.floor(y * map.bins), map.bins - 1);
  return {
    step: map.step[c]!,
    from: map.edges[b]!,
    to: map.edges[b + 1]!,
    count: map.counts[c * map.bins + b]!,
    share: shareOf(map, c, b),
    nan: map.nan[c]!,
  };
}

/** The column at x, from 0 (the first step) to 1 (the end of the last column); columns are as wide as their steps are apart. */
export function columnAt(map: HeatMap, x: number): number {
  const [first, last] = stepRange(map);
  const step = first + (last - first) * x;
  let c = 0;
  while (c + 1 < map.columns && map.step[c + 1]! <= step) c++;
  return c;
}

/** From the first step to the end of the last column, which counts as wide as the average one. */
export function stepRange(map: HeatMap): [number, number] {
  const first = map.step[0] ?? 0;
  const last = map.step[map.columns - 1] ?? 0;
  const width = map.columns > 1 ? (last - first) / (map.columns - 1) : 1;
  return [first, last + Math.max(width, 1e-9)];
}

/** Paint a heat map over the whole of a canvas. Each cell is coloured by its share of the greatest one, through a square root. */
export function paintHeat(canvas: HTMLCanvasElement, map: HeatMap, dark: boolean): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = canvas;
  const image = context.createImageData(width, height);
  const data = image.data;
  const greatest = greatestShare(map);
  for (let px = 0; px < width; px++) {
    const c = columnAt(map, (px + 0.5) / width);
    let sum = 0;
    for (let b = 0; b < map.bins; b++) sum += map.counts[c * map.bins + b]!;
    for (let py = 0; py < height; py++) {
      const b = Math.min(Math.floor(((height - 1 - py + 0.5) / height) * map.bins), map.bins - 1);
      const share = sum > 0 ? map.counts[c * map.bins + b]! / sum : 0;
      if (share === 0) continue;
      // Most bins hold little: the root gives them as much of the colours as the few full ones.
      const strength = Math.sqrt(share / greatest);
      const [red, green, blue] = sequential(dark ? 0.12 + strength * 0.88 : 1 - strength * 0.95);
      const at = (py * width + px) * 4;
      data[at] = red;
      data[at + 1] = green;
      data[at + 2] = blue;
      data[at + 3] = 255 * Math.min(1, 0.25 + strength * 2);
    }
  }
  context.putImageData(image, 0, 0);
}

/** The greatest share of any cell; 1 where there is nothing. */
export function greatestShare(map: HeatMap): number {
  let greatest = 0;
  for (let c = 0; c < map.columns; c++) {
    for (let b = 0; b < map.bins; b++) greatest = Math.max(greatest, shareOf(map, c, b));
  }
  return greatest || 1;
}
