/** Axes of charts that are not line charts: a padded range, positions in pixels, and sequential colours. */

import { type AxisKind, type Ticks, ticks } from "./ticks";

/** One axis from values to pixels. */
export interface Scale {
  low: number;
  high: number;
  log: boolean;
  ticks: Ticks;
  /** The pixel of a value. */
  at: (value: number) => number;
  /** The value of a pixel. */
  invert: (pixel: number) => number;
}

/** A scale that shows all values between two pixels, with some room at both ends. On a log axis only positive values count. */
export function scaleOf(values: readonly number[], start: number, end: number, options: { log?: boolean; kind?: AxisKind; every?: number; tight?: boolean } = {}): Scale {
  const log = options.log ?? false;
  const usable = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  let low = usable.length > 0 ? Math.min(...usable) : log ? 1 : 0;
  let high = usable.length > 0 ? Math.max(...usable) : log ? 10 : 1;
  const to = log ? Math.log10 : (value: number) => value;
  const from = log ? (value: number) => 10 ** value : (value: number) => value;
  const span = to(high) - to(low);
  const room = span === 0 ? (log ? 0.3 : Math.abs(low) * 0.1 || 1) : options.tight ? 0 : span * 0.05;
  [low, high] = [from(to(low) - room), from(to(high) + room)];
  const factor = (end - start) / (to(high) - to(low));
  const target = Math.max(2, Math.round(Math.abs(end - start) / (options.every ?? 60)));
  return {
    low,
    high,
    log,
    ticks: ticks(low, high, target, options.kind ?? "number", log),
    at: (value) => start + (to(value) - to(low)) * factor,
    invert: (pixel) => from(to(low) + (pixel - start) / factor),
  };
}

// Seven stops of a map from dark violet over teal to yellow, even in lightness in OKLab, so that it reads in grey and with
// any colour sight; on dark ground it begins at the dark end, on light ground at the light one.
const stops: readonly (readonly [number, number, number])[] = [
  [44, 14, 84],
  [62, 60, 130],
  [48, 103, 142],
  [36, 141, 140],
  [58, 178, 118],
  [140, 209, 72],
  [248, 230, 60],
];

/** A colour of the sequential map; `share` is from 0 to 1. */
export function sequential(share: number): readonly [number, number, number] {
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(place), stops.length - 2);
  const part = place - index;
  const [a, b] = [stops[index]!, stops[index + 1]!];
  return [0, 1, 2].map((i) => Math.round(a[i]! + (b[i]! - a[i]!) * part)) as [number, number, number];
}

/** The same as CSS, for both themes. Light ground leaves out the palest fifth, which it would swallow, and dark ground the darkest. */
export function sequentialCss(share: number): string {
  const rgb = (part: number) => `rgb(${sequential(part).join(" ")})`;
  return `light-dark(${rgb(share * 0.82)}, ${rgb(0.2 + share * 0.8)})`;
}
