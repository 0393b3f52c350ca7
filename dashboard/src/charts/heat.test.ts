import { describe, expect, it } from "vitest";

import { cellAt, heatMapOf, shareOf } from "./heat";

const f8 = (values: number[]) => Float64Array.from(values);

const map = heatMapOf({
  header: { count: 3, columns: 3, step: 0, time: 1, edges: 2, counts: 3, nan: 4 },
  arrays: [f8([0, 10, 40]), f8([0, 1, 2]), f8([-1, 0, 1]), f8([1, 3, 0, 0, 5, 5]), BigInt64Array.from([0n, 2n, 0n])],
});

describe("a heat map", () => {
  it("reads step, bin, count and NaN at the cursor", () => {
    expect(cellAt(map, 0, 0.9)).toEqual({ step: 0, from: 0, to: 1, count: 3, share: 0.75, nan: 0 });
    expect(cellAt(map, 0.3, 0.1)).toMatchObject({ step: 10, from: -1, to: 0, count: 0, nan: 2 });
    expect(cellAt(map, 1, 1)).toMatchObject({ step: 40, count: 5 });
  });

  it("has columns as wide as their steps are apart", () => {
    // From 0 to 60: the last column is as wide as the average one.
    expect(cellAt(map, 39 / 60, 0)!.step).toBe(10);
    expect(cellAt(map, 41 / 60, 0)!.step).toBe(40);
  });

  it("reads nothing outside, and shares of an empty column are zero", () => {
    expect(cellAt(map, -0.1, 0.5)).toBeNull();
    expect(shareOf(map, 1, 0)).toBe(0);
  });
});
