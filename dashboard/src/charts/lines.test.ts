import { describe, expect, it } from "vitest";

import { readCursor } from "./cursor";
import { extent, linesOf, middle, nearest, type Trace } from "./lines";
import type { Points } from "./points";
import { yRange } from "./range";

const f8 = (values: number[]) => Float64Array.from(values);
let version = 1_000_000;

function points(x: number[], y: number[], envelope?: { min: number[]; max: number[]; xEnd: number[] }): Points {
  return {
    count: x.length,
    epoch: 0,
    length: x.length,
    buckets: envelope ? x.length : 0,
    perBucket: 1,
    open: 0,
    x: f8(x),
    xEnd: f8(envelope?.xEnd ?? x),
    y: f8(y),
    min: f8(envelope?.min ?? y),
    max: f8(envelope?.max ?? y),
    nan: new Float64Array(x.length),
    ascending: true,
    version: ++version,
  };
}

function trace(id: string, of: Points | null, change: Partial<Trace> = {}): Trace {
  return { id, run: id, label: id, key: "loss", colour: "#000", dash: [], baseline: false, group: false, points: of, ...change };
}

const none = { kind: "none", amount: 0 } as const;
const rules = { x: [0, 100] as const, log: false, clipOutliers: false, withOriginal: true };

describe("lines", () => {
  it("in view have one item more on both sides, so that they leave the chart", () => {
    const [line] = linesOf([trace("a", points([0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0]))], none, 2, 3);
    expect([line!.from, line!.to]).toEqual([1, 5]);
  });

  it("reach from the first x to the end of the last bucket, and on a log axis from the first positive", () => {
    const bucketed = points([0, 10], [1, 1], { min: [0, 0], max: [2, 2], xEnd: [9, 19] });
    expect(extent([trace("a", bucketed), trace("b", null)], false)).toEqual([0, 19]);
    expect(extent([trace("a", points([0, 4, 9], [1, 1, 1]))], true)).toEqual([4, 9]);
    expect(extent([], false)).toBeNull();
  });

  it("are read at the nearest point, at a bucket's middle, and not beyond their ends", () => {
    const bucketed = points([0, 10], [1, 2], { min: [0, 0], max: [2, 2], xEnd: [8, 18] });
    expect(nearest(bucketed, 7, 1)).toBe(0);
    expect(nearest(bucketed, 9.5, 1)).toBe(1);
    expect(nearest(bucketed, 30, 5)).toBe(-1);
    expect(middle(bucketed, 1)).toBe(14);
  });

  it("are smoothed anew only when they or the smoothing change", () => {
    const own = points([0, 1, 2, 3], [1, 5, 1, 5]);
    const smoothing = { kind: "ema", amount: 0.5 } as const;
    const first = linesOf([trace("a", own)], smoothing, 0, 3)[0]!.y;
    expect(linesOf([trace("a", own)], smoothing, 0, 3)[0]!.y).toBe(first);
    own.version += 1;
    expect(linesOf([trace("a", own)], smoothing, 0, 3)[0]!.y).not.toBe(first);
  });
});

describe("the y axis", () => {
  const lines = (...all: Points[]) => linesOf(all.map((each, i) => trace(`t${i}`, each)), none, 0, 100);

  it("holds the envelope, so that a spike between two pixels is in view", () => {
    const spike = points([0, 50], [1, 1], { min: [0.5, 0.5], max: [1.5, 80], xEnd: [49, 99] });
    expect(yRange(lines(spike), rules).high).toBeGreaterThan(80);
    expect(yRange(lines(spike), { ...rules, withOriginal: false }).high).toBeLessThan(2);
  });

  it("ends at the 5 and 95 percentiles where outliers are left out", () => {
    const x = Array.from({ length: 101 }, (_, i) => i);
    const found = yRange(lines(points(x, x.map((i) => (i === 100 ? 1e6 : i)))), { ...rules, clipOutliers: true }); // prettier-ignore
    expect(found.high).toBeCloseTo(95 + 4.5, 6);
    expect(found.low).toBeCloseTo(5 - 4.5, 6);
  });

  it("counts what a log axis has no place for", () => {
    const found = yRange(lines(points([0, 1, 2], [0, -3, 10])), { ...rules, log: true });
    expect(found.nonPositive).toBe(2);
    expect(found.low).toBeGreaterThan(0);
  });

  it("looks away from infinities and NaN", () => {
    const found = yRange(lines(points([0, 1, 2, 3], [1, Infinity, NaN, 2])), rules);
    expect(found.low).toBeGreaterThan(0.5);
    expect(found.high).toBeLessThan(3);
  });

  it("keeps zero as the floor of what is never below it", () => {
    expect(yRange(lines(points([0, 1], [0.01, 2])), rules).low).toBe(0);
  });
});

describe("the cursor", () => {
  const at = { x: 1, column: [0.9, 1.1] as const, left: 10, slack: 0.5, toY: (value: number) => 100 - value };

  it("reads all lines from the largest to the smallest, NaN last, and marks the nearest", () => {
    const traces = [2, NaN, 9, 5].map((value, i) => trace(`t${i}`, points([0, 1, 2], [0, value, 0])));
    const state = readCursor(linesOf(traces, none, 0, 2), { ...at, y: 94 });
    expect(state.readings.map((reading) => reading.trace.id)).toEqual(["t2", "t3", "t0", "t1"]);
    expect(state.readings.filter((reading) => reading.nearest).map((reading) => reading.trace.id)).toEqual(["t3"]);
    expect(state.here).toBe(true);
  });

  it("gives the distance from the baseline of the same key", () => {
    const traces = [
      trace("base", points([0, 1], [0, 2]), { baseline: true }),
      trace("b", points([0, 1], [0, 5])),
      trace("c", points([0, 1], [0, 5]), { key: "acc" }),
    ];
    const state = readCursor(linesOf(traces, none, 0, 1), { ...at, y: null });
    expect(Object.fromEntries(state.readings.map((reading) => [reading.trace.id, reading.delta]))).toEqual({ base: null, b: 3, c: null });
    expect(state.here).toBe(false);
  });
});
