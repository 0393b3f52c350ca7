import { describe, expect, it } from "vitest";

import { compareMetrics, judge } from "./metrics";

describe("comparing metrics", () => {
  it("gives differences to the first run and marks the best", () => {
    const [row] = compareMetrics([{ loss: 0.5 }, { loss: 0.25 }, {}], new Map());
    expect(row).toEqual({ key: "loss", goal: "minimize", values: [0.5, 0.25, null], deltas: [0, -0.25, null], best: [1] });
  });

  it("follows the goal of define_metric, also into the maximum of a summary", () => {
    const [row] = compareMetrics([{ x: { max: 1 } }, { x: { max: 2 } }], new Map([["x", "maximize"]]));
    expect(row).toMatchObject({ key: "x.max", goal: "maximize", best: [1] });
  });

  it("judges what stood beside a best value by its own goal, or not at all", () => {
    const summary = { loss: { best: 1, best_step: 9, at_best: { acc: 0.5, pace: 3 } } };
    const goals = new Map([["loss", "minimize"]]);
    expect(compareMetrics([summary, summary], goals).map(({ key, goal }) => [key, goal])).toEqual([
      ["loss.best", "minimize"],
      ["loss.at_best.acc", "maximize"],
      ["loss.best_step", null],
      ["loss.at_best.pace", null],
    ]);
  });

  it("marks nothing where all are equal, and leaves out what no run has a number of", () => {
    expect(compareMetrics([{ acc: 1, note: "a" }, { acc: 1, note: "b" }], new Map())).toMatchObject([{ key: "acc", best: [] }]);
  });

  it("has no difference to NaN", () => {
    expect(compareMetrics([{ loss: { $number: "NaN" } }, { loss: 1 }], new Map())[0]?.deltas).toEqual([null, null]);
  });
});

describe("judging a difference", () => {
  it("says better or worse by the goal", () => {
    expect([judge(-1, "minimize"), judge(-1, "maximize"), judge(0, "minimize"), judge(2, null)]).toEqual([1, -1, 0, 0]);
  });
});
