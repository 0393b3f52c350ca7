/**
 * Smoothing of lines: what each kind computes from points or buckets. Nothing here draws, and no input is changed.
 *
 * A downsampled line has buckets in place of points. Each function weighs a bucket by the points it stands for, so that
 * a line smoothed at two zooms is the same line. Values that are no number are left out of every average and stay gaps.
 */

import type { Smoothing } from "../workspace/view";


/** The points of one line: `x` ascends; `weights[i]` is how many logged points stand behind item i (1 for all when null). */
export interface Samples {
  x: Float64Array;
  y: Float64Array;
  length: number;
  weights: Float64Array | null;
}

/** At amount 1 the standard deviation of the Gaussian is a tenth of the chart, and the window of the mean a quarter of it. */
const GAUSSIAN_MOST = 0.1;
const MEAN_MOST = 0.25;

/** The width that a chart counts as having in time-weighted smoothing, as W&B's `VIEWPORT_SCALE`. */
const VIEWPORT = 1000;

/** Gaussian weights are looked up at this many places a standard deviation: `exp` for each pair would cost five times more. */
const KERNEL_STEPS = 64;
/** Beyond three standard deviations a weight is under 1.2 % and is dropped. */
const KERNEL_REACH = 3;

const KERNEL = Float64Array.from({ length: KERNEL_STEPS * KERNEL_REACH + 1 }, (_, i) =>
  Math.exp(-((i / KERNEL_STEPS) ** 2) / 2),
);

/**
 * Smooth a line by a kind and an amount from 0 (not at all) to 1.
 *
 * `width` is the width of the chart in units of x. The answer has `length` values, NaN where the input is not finite.
 */
export function smooth(samples: Samples, { kind, amount }: Smoothing, width: number): Float64Array {
  if (!(amount > 0)) return samples.y.slice(0, samples.length);
  switch (kind) {
    case "twema":
      return timeWeighted(samples, amount, width);
    case "ema":
      return exponential(samples, amount);
    case "gaussian":
      return gaussian(samples, amount * width * GAUSSIAN_MOST);
    case "mean":
      return runningMean(samples, amount * width * MEAN_MOST);
    case "none":
      return samples.y.slice(0, samples.length);
  }
}

/**
 * Time-weighted exponential moving average as W&B defines it: the weight of what came before fades with the distance in x,
 * and the sum of weights is divided out, so that neither the start nor uneven steps bend the line.
 * See https://docs.wandb.ai/guides/app/features/panels/line-plot/smoothing
 */
export function timeWeighted({ x, y, length, weights }: Samples, amount: number, width: number): Float64Array {
  const out = new Float64Array(length).fill(NaN);
  // The root and the ceiling are W&B's: the slider is even to the hand, and at 1 nothing would ever fade.
  const weight = Math.min(Math.sqrt(Math.max(amount, 0)), 0.999);
  const scale = width > 0 ? VIEWPORT / width : 0;
  const rate = Math.log(weight);
  let sum = 0;
  let total = 0;
  let last = NaN;
  for (let i = 0; i < length; i++) {
    const value = y[i]!;
    if (!Number.isFinite(value)) continue;
    const distance = Number.isNaN(last) ? 0 : Math.max(x[i]! - last, 0) * scale;
    const kept = distance === 0 ? 1 : Math.exp(rate * distance); // -Infinity times 0 is no number
    const own = weights ? weights[i]! : 1;
    sum = sum * kept + value * own;
    total = total * kept + own;
    last = x[i]!;
    out[i] = sum / total;
  }
  return out;
}

/** Exponential moving average over points, corrected for its start at zero as TensorBoard does. */
export function exponential({ y, length, weights }: Samples, amount: number): Float64Array {
  const out = new Float64Array(length).fill(NaN);
  const weight = Math.min(Math.max(amount, 0), 0.9999);
  let sum = 0;
  let missing = 1;
  for (let i = 0; i < length; i++) {
    const value = y[i]!;
    if (!Number.isFinite(value)) continue;
    const points = weights ? weights[i]! : 1;
    const kept = points === 1 ? weight : weight ** points;
    sum = sum * kept + (1 - kept) * value;
    missing *= kept;
    out[i] = sum / (1 - missing);
  }
  return out;
}

/** Average with Gaussian weights of the distance in x; `sigma` is in units of x. */
export function gaussian({ x, y, length, weights }: Samples, sigma: number): Float64Array {
  const out = new Float64Array(length).fill(NaN);
  const reach = sigma * KERNEL_REACH;
  const scale = sigma > 0 ? KERNEL_STEPS / sigma : 0;
  let first = 0;
  for (let i = 0; i < length; i++) {
    const here = x[i]!;
    if (!Number.isFinite(y[i]!)) continue;
    while (x[first]! < here - reach) first++;
    let sum = 0;
    let total = 0;
    for (let j = first; j < length; j++) {
      const distance = Math.abs(x[j]! - here);
      if (distance > reach) {
        if (x[j]! > here) break;
        continue;
      }
      const value = y[j]!;
      if (!Number.isFinite(value)) continue;
      const own = KERNEL[Math.round(distance * scale)]! * (weights ? weights[j]! : 1);
      sum += own * value;
      total += own;
    }
    out[i] = sum / total;
  }
  return out;
}

/** Mean of what lies within half of `window` on both sides of each point; `window` is in units of x and is cut at the ends. */
export function runningMean({ x, y, length, weights }: Samples, window: number): Float64Array {
  const out = new Float64Array(length).fill(NaN);
  const half = window / 2;
  let first = 0;
  for (let i = 0; i < length; i++) {
    if (!Number.isFinite(y[i]!)) continue;
    while (x[first]! < x[i]! - half) first++;
    // Summed anew for each item: running sums would keep the rounding of one huge value for the rest of the line.
    let sum = 0;
    let total = 0;
    for (let j = first; j < length && x[j]! <= x[i]! + half; j++) {
      const value = y[j]!;
      if (!Number.isFinite(value)) continue;
      const own = weights ? weights[j]! : 1;
      sum += value * own;
      total += own;
    }
    out[i] = sum / total;
  }
  return out;
}
