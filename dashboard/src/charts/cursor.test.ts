import { describe, expect, it } from "vitest";

import { type Pointer, readCursor } from "./cursor";
import { linesOf, type Trace } from "./lines";
import { emptyPoints, type Points } from "./points";

/** A line of `count` buckets of `steps` steps each; all points are 1, but for one of 100 in bucket `spike`. */
function buckets(count: number, steps: number, spike: number): Points {
  const x = Float64Array.from({ length: count }, (_, i) => i * steps);
  const max = new Float64Array(count).fill(1);
  max[spike] = 100;
  return {
    ...emptyPoints(),
    length: count,
    buckets: count,
    x,
    xEnd: x.map((first) => first + steps - 1),
    y: new Float64Array(count).fill(1),
    min: new Float64Array(count).fill(1),
    max,
    nan: new Float64Array(count),
  };
}

function trace(points: Points, group = false): Trace {
  return { id: "a", run: "a", label: "a", key: "loss", colour: "#000", dash: [], baseline: false, group, points };
}

function pointer(x: number, stepsPerPixel: number): Pointer {
  return { x, column: [x - stepsPerPixel / 2, x + stepsPerPixel / 2], left: 10, y: null, slack: 8 * stepsPerPixel, toY: (y) => y };
}

const none = { kind: "none", amount: 0 } as const;

describe("readCursor", () => {
  it("reads every bucket at some pixel, also where a pixel has more than one", () => {
    const [count, steps, pixels] = [683, 293, 416];
    const stepsPerPixel = (count * steps) / pixels; // 481
    for (let spike = 0; spike < count; spike++) {
      const lines = linesOf([trace(buckets(count, steps, spike))], none, 0, count * steps);
      const most = Array.from({ length: pixels + 1 }, (_, pixel) => readCursor(lines, pointer(pixel * stepsPerPixel, stepsPerPixel)).readings[0]?.max);
      expect(most.some((max) => max === 100), `bucket ${spike}`).toBe(true);
    }
  });

  it("reads the bucket alone where it is wider than a pixel", () => {
    const lines = linesOf([trace(buckets(10, 100, 5))], none, 0, 1000);
    const at = (x: number) => readCursor(lines, pointer(x, 2)).readings[0]!;
    expect([at(450).max, at(550).max, at(650).max]).toEqual([1, 100, 1]);
    expect(at(550).x).toBe(549.5);
  });

  it("gives the band of a group at its nearest step, not over a pixel", () => {
    const lines = linesOf([trace({ ...buckets(10, 1, 5), buckets: 0 }, true)], none, 0, 10);
    expect(readCursor(lines, pointer(4.4, 4)).readings[0]!.max).toBe(1);
  });
});
