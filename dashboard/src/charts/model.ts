/** What a line chart shows, and from where to where its axes go. Nothing here draws. */

import type { Smoothing } from "../workspace/view";

import { extent, type Line, linesOf, type Trace } from "./lines";
import type { Points } from "./points";
import { type AxisRange, yRange } from "./range";
import type { AxisKind } from "./ticks";

/** A range with one or both ends left to the chart. */
export type Limits = readonly [number | null, number | null];

/** What a chart shows. */
export interface ChartModel {
  traces: readonly Trace[];
  /** The points of trace `i` as they are now; asked at each drawing, as lines grow. */
  points: (i: number) => Points | null;
  smoothing: Smoothing;
  showOriginal: boolean;
  logX: boolean;
  logY: boolean;
  clipOutliers: boolean;
  /** How x is read: `step`, `relative`, …; charts of one such name have synced cursors. */
  xName: string;
  xKind: AxisKind;
  /** What stands at the ends of the axes; empty where there is nothing to say or no room. */
  xTitle: string;
  yTitle: string;
  yKind: AxisKind;
  unit: string;
  /** Limits by hand, and of the zoom box, which comes first. */
  xLimits: Limits;
  yLimits: Limits;
  zoomX: readonly [number, number] | null;
  zoomY: readonly [number, number] | null;
}

/** The lines of a chart and the limits of its axes. */
export interface Frame {
  lines: Line[];
  x: readonly [number, number];
  y: AxisRange;
}

/** Read the points as they are now, and find the axes that show them. */
export function frameOf(model: ChartModel): Frame {
  const { traces, logY, clipOutliers, showOriginal } = model;
  traces.forEach((trace, i) => (trace.points = model.points(i)));
  const x = xRange(model);
  const lines = linesOf(traces, model.smoothing, x[0], x[1]);
  const found = yRange(lines, { x, log: logY, clipOutliers, withOriginal: showOriginal });
  const [low, high] = model.zoomY ?? [model.yLimits[0] ?? found.low, model.yLimits[1] ?? found.high];
  const usable = high > low && (!logY || low > 0);
  return { lines, x, y: usable ? { low, high, nonPositive: found.nonPositive } : found };
}

function xRange({ traces, logX, zoomX, xLimits }: ChartModel): readonly [number, number] {
  const reach = extent(traces, logX) ?? (logX ? [1, 10] : [0, 1]);
  const [wanted, high] = zoomX ?? [xLimits[0] ?? reach[0], xLimits[1] ?? reach[1]];
  const low = logX && wanted <= 0 ? Math.min(reach[0], high / 10) : wanted;
  if (high > low) return [low, high];
  return logX ? [low / 2, low * 2] : [low - 0.5, low + 0.5];
}
