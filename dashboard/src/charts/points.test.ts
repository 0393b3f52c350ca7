import { describe, expect, it } from "vitest";

import type { SeriesHeader } from "../api/types";
import { append, lowerBound, pointsOf, weightsOf } from "./points";

const f8 = (values: number[]) => Float64Array.from(values);

function exact(x: number[], y: number[], count = x.length) {
  const header: SeriesHeader = { run: "a", key: "k", exact: true, count, epoch: 0, x: 0, y: 1 };
  return pointsOf(header, { header: {}, arrays: [f8(x), f8(y)] }, true);
}

function buckets() {
  const header: SeriesHeader = { run: "a", key: "k", exact: false, count: 20, epoch: 0, x: 0, y: 1, x_end: 2, min: 3, max: 4, nan: 5 };
  const arrays = [f8([0, 10]), f8([1, 2]), f8([9, 19]), f8([0, -5]), f8([2, 80]), f8([0, 1])];
  return pointsOf(header, { header: {}, arrays }, true);
}

const shown = (array: Float64Array, length: number) => [...array.subarray(0, length)];

describe("points", () => {
  it("grow at their end a point at a time, and stay exact", () => {
    const points = exact([0, 1], [5, 6]);
    const before = points.version;
    for (let i = 2; i < 500; i++) append(points, exact([i], [i + 5], i + 1));
    expect(points.length).toBe(500);
    expect(points.count).toBe(500);
    expect(points.x[499]).toBe(499);
    expect(points.min[499]).toBe(504);
    expect(points.buckets).toBe(0);
    expect(points.version).toBeGreaterThan(before);
  });

  it("that are buckets gather what follows into buckets of the same size, without losing an extreme", () => {
    const points = buckets(); // of ten points each
    const y = [3, 4, NaN, 90, 5, 5, 5, 5, 5, 5, -7];
    append(points, exact(y.map((_, i) => 20 + i), y, 31)); // prettier-ignore
    expect(points.length).toBe(4);
    expect(points.buckets).toBe(4);
    expect(shown(points.x, 4)).toEqual([0, 10, 20, 30]);
    expect(shown(points.xEnd, 4)).toEqual([9, 19, 29, 30]);
    expect(shown(points.min, 4)).toEqual([0, -5, 3, -7]);
    expect(shown(points.max, 4)).toEqual([2, 80, 90, -7]);
    expect(shown(points.nan, 4)).toEqual([0, 1, 1, 0]);
    expect(points.y[2]).toBeCloseTo((3 + 4 + 90 + 30) / 9, 12);
  });

  it("gathered one at a time give the same as all at once", () => {
    const [once, slowly] = [buckets(), buckets()];
    const y = [NaN, 4, 2, NaN, 8];
    append(once, exact([20, 21, 22, 23, 24], y, 25));
    y.forEach((value, i) => append(slowly, exact([20 + i], [value], 21 + i))); // prettier-ignore
    for (const name of ["x", "xEnd", "y", "min", "max", "nan"] as const) {
      expect(shown(slowly[name], slowly.length)).toEqual(shown(once[name], once.length));
    }
  });

  it("weigh a bucket by the points behind it", () => {
    const points = buckets();
    append(points, exact([20, 21], [3, 3], 22));
    expect([...weightsOf(points)!]).toEqual([10, 10, 2]);
    expect(weightsOf(exact([0], [1]))).toBeNull();
  });

  it("know when x goes back", () => {
    const points = exact([0, 5], [1, 1]);
    expect(points.ascending).toBe(true);
    append(points, exact([3], [1], 3));
    expect(points.ascending).toBe(false);
  });

  it("read whole numbers of 64 bits", () => {
    const header: SeriesHeader = { run: "a", key: "k", exact: true, count: 2, epoch: 3, x: 0, y: 1 };
    const points = pointsOf(header, { header: {}, arrays: [BigInt64Array.from([1n, 2n]), f8([1, 2])] }, true);
    expect(shown(points.x, 2)).toEqual([1, 2]);
  });
});

describe("lowerBound", () => {
  it("finds the first item that is not less", () => {
    const array = f8([1, 3, 3, 7, 0]);
    expect(lowerBound(array, 4, 3)).toBe(1);
    expect(lowerBound(array, 4, 4)).toBe(3);
    expect(lowerBound(array, 4, 8)).toBe(4);
  });
});
