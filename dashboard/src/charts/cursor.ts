/** What a chart reads at its cursor: the value of each line there, sorted, and which line is nearest to the hand. */

import { type Line, middle, nearest, reachAt, type Trace } from "./lines";

/** The value of one line at the cursor. */
export interface Reading {
  trace: Trace;
  /** The place of the point or bucket that was read. */
  x: number;
  /** The value of the line: smoothed where lines are. */
  value: number;
  /** As logged: the value of a point, the mean of a bucket. */
  raw: number;
  /** Of all that is drawn in the pixel, or of a band; the same where it is one point. */
  min: number;
  max: number;
  /** From the value of the baseline, or null where there is none. */
  delta: number | null;
  nearest: boolean;
}

/** The cursor of a chart. `here` is false in charts that only follow another one. */
export interface CursorState {
  x: number;
  /** In CSS pixels from the left and the top of the plotting area. */
  left: number;
  top: number | null;
  here: boolean;
  /** From the largest value to the smallest, what is no number last. */
  readings: Reading[];
}

/** Where the cursor is; pixels from the left and the top of the plotting area. */
export interface Pointer {
  x: number;
  /** The x at the left and the right side of the column of pixels there. */
  column: readonly [number, number];
  left: number;
  y: number | null;
  /** How far, in units of x, a line may end before the cursor and still be read. */
  slack: number;
  toY: (value: number) => number;
}

/** Keeps the state of one chart's cursor for those who show it. */
export class CursorStore {
  private state: CursorState | null = null;
  private readonly listeners = new Set<() => void>();

  /** Hear of moves, until the returned function is called. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Where it is, or null. */
  get = (): CursorState | null => this.state;

  /** Move it. */
  set(state: CursorState | null): void {
    if (state === null && this.state === null) return;
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

/** Read all lines at a pointer. */
export function readCursor(lines: readonly Line[], pointer: Pointer): CursorState {
  const readings: Reading[] = [];
  for (const line of lines) {
    const { trace, points, y } = line;
    const i = nearest(points, pointer.x, pointer.slack);
    if (i < 0) continue;
    const [min, max] = reachAt(line, i, pointer.column);
    readings.push({
      trace,
      x: middle(points, i),
      value: y[i]!,
      raw: points.y[i]!,
      min,
      max,
      delta: null,
      nearest: false,
    });
  }
  const here = pointer.y !== null;
  markNearest(readings, pointer);
  compare(readings);
  readings.sort((a, b) => order(b.value, a.value));
  return { x: pointer.x, left: pointer.left, top: pointer.y, here, readings };
}

function markNearest(readings: Reading[], { y, toY }: Pointer): void {
  if (y === null) return;
  let best: Reading | null = null;
  let least = Infinity;
  for (const reading of readings) {
    const away = Math.abs(toY(reading.value) - y);
    if (away < least) {
      least = away;
      best = reading;
    }
  }
  if (best) best.nearest = true;
}

function compare(readings: Reading[]): void {
  for (const base of readings.filter((reading) => reading.trace.baseline)) {
    for (const reading of readings) {
      if (!reading.trace.baseline && reading.trace.key === base.trace.key) reading.delta = reading.value - base.value;
    }
  }
}

function order(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return a === b ? 0 : a - b;
}
