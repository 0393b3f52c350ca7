import { describe, expect, it } from "vitest";

import { paintBand, paintEnvelope } from "./bands";
import type { Line } from "./lines";
import { projector } from "./paint";

/** Remembers the vertical strokes that were painted, by their alpha. */
class Strokes {
  globalAlpha = 1;
  lineWidth = 1;
  readonly all: { x: number; from: number; to: number; alpha: number }[] = [];
  private from = [0, 0];
  readonly setLineDash = () => undefined;
  readonly beginPath = () => undefined;
  readonly stroke = () => undefined;
  moveTo(x: number, y: number) {
    this.from = [x, y];
  }
  lineTo(x: number, y: number) {
    this.all.push({ x, from: this.from[1]!, to: y, alpha: this.globalAlpha });
  }
}

const f8 = (values: number[]) => Float64Array.from(values);

function line(count: number, max: (i: number) => number, change: Partial<Line["points"]> = {}): Line {
  const x = Array.from({ length: count }, (_, i) => i * 10);
  const y = x.map(() => 0);
  const points = {
    count: count * 10,
    epoch: 0,
    length: count,
    buckets: count,
    perBucket: 10,
    open: 10,
    x: f8(x),
    xEnd: f8(x.map((value) => value + 9)),
    y: f8(y),
    min: f8(x.map(() => -1)),
    max: f8(x.map((_, i) => max(i))),
    nan: f8(y),
    ascending: true,
    version: 1,
    ...change,
  };
  const trace = { id: "a", run: "a", label: "a", key: "k", colour: "#000", dash: [], baseline: false, group: false, points };
  return { trace, points, y: points.y, smoothed: false, from: 0, to: count };
}

function place(width: number, last: number) {
  const x = { low: 0, high: last, start: 0, end: width, log: false };
  const y = { low: -10, high: 100, start: 110, end: 0, log: false };
  return { x, y, toX: projector(x), toY: projector(y), ratio: 1 };
}

function painted(run: (context: CanvasRenderingContext2D) => void): Strokes["all"] {
  const strokes = new Strokes();
  run(strokes as unknown as CanvasRenderingContext2D);
  return strokes.all;
}

describe("an envelope", () => {
  it("keeps the spike of one bucket where ten buckets share a pixel, and paints it as a needle", () => {
    const all = painted((context) => {
      paintEnvelope(context, line(1000, (i) => (i === 503 ? 90 : 1)), place(100, 10_000), 0.2, 1);
    });
    const column = all.filter((stroke) => stroke.x === 50.5);
    expect(Math.min(...column.map((stroke) => stroke.from))).toBe(10); // 110 pixels high, from -10 to 100: 90 is at 10
    expect(all.filter((stroke) => stroke.alpha === 0.6).map((stroke) => stroke.x)).toEqual([50.5]);
    expect(all.filter((stroke) => stroke.alpha === 0.2)).toHaveLength(100);
  });

  it("fills all pixels of a bucket that is wider than one", () => {
    const all = painted((context) => {
      paintEnvelope(context, line(10, () => 1), place(100, 100), 0.2, 1);
    });
    expect(all.map((stroke) => stroke.x)).toEqual(Array.from({ length: 100 }, (_, i) => i + 0.5));
  });

  it("leaves a pause in logging and buckets without numbers open", () => {
    const x = f8([0, 10, 500]);
    const all = painted((context) => {
      const max = (i: number) => (i === 1 ? NaN : 1);
      paintEnvelope(context, line(3, max, { x, xEnd: f8([9, 19, 509]) }), place(100, 1000), 0.2, 1);
    });
    expect(all.map((stroke) => stroke.x)).toEqual([0.5, 50.5]);
  });
});

describe("a band", () => {
  it("goes straight from point to point", () => {
    const all = painted((context) => {
      paintBand(context, line(2, (i) => i * 10, { x: f8([0, 100]), xEnd: f8([0, 100]) }), place(100, 100), 0.2);
    });
    expect(all.find((stroke) => stroke.x === 50.5)!.from).toBeCloseTo(95, 5); // halfway from 0 to 10
  });
});
