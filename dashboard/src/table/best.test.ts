import { describe, expect, it } from "vitest";

import { bestOf, goalOf, metricOfColumn } from "./best";

describe("goals", () => {
  it("are those of define_metric before those of names", () => {
    expect(goalOf("val/loss", "maximize")).toBe("maximize");
    expect(["val/loss", "train_err", "val/acc", "test.f1_score"].map((key) => goalOf(key, null))).toEqual([
      "minimize",
      "minimize",
      "maximize",
      "maximize",
    ]);
  });

  it("are unknown for names that say nothing, also where a word is inside another", () => {
    expect(["epoch", "glossary", "accelerate", "lr"].map((key) => goalOf(key, null))).toEqual([null, null, null, null]);
  });
});

describe("best values", () => {
  it("leave out NaN, infinities and text", () => {
    expect(bestOf([Number.NaN, 3, "1", Number.NEGATIVE_INFINITY, 2, null], "minimize")).toBe(2);
    expect(bestOf([Number.NaN], "maximize")).toBeNull();
  });
});

describe("the metric of a column", () => {
  it("is the key, also where the summary holds its maximum", () => {
    const keys = new Set(["val/acc", "time.max"]);
    expect(["summary.loss.at_best.val/acc", "summary.loss.best_step"].map((name) => metricOfColumn(name, keys))).toEqual(["val/acc", null]);
    expect(["summary.val/acc", "summary.val/acc.max", "summary.time.max"].map((name) => metricOfColumn(name, keys))).toEqual([
      "val/acc",
      "val/acc",
      "time.max",
    ]);
  });
});
