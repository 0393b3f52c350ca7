import { describe, expect, it } from "vitest";

import type { Value } from "../api/types";
import type { RunRow } from "../charts/runColumns";
import type { RunView } from "../workspace/view";
import { axisOf, kept } from "./parallelAxes";

const rows = (...values: (Value | undefined)[]): RunRow[] => values.map((value, i) => ({ run: { id: `r${i}` } as RunView, values: [value] }));

describe("a parallel axis", () => {
  it("has a log scale for positive numbers over two decades", () => {
    const axis = axisOf(rows(1e-4, 1e-2, 1), "config.lr", 0, 100, 0);
    expect(axis.places.map((place) => Math.round(place!))).toEqual([100, 50, 0]);
  });

  it("is linear otherwise, and has no place for what a run lacks or is no number", () => {
    const axis = axisOf(rows(1, 2, 3, undefined, { $number: "NaN" }), "config.x", 0, 100, 0);
    expect(axis.places).toEqual([100, 50, 0, null, null]);
  });

  it("puts texts and booleans in categories", () => {
    const axis = axisOf(rows("vit", "mlp", "vit", null), "config.model", 0, 100, 0);
    expect(axis.places).toEqual([0, 100, 0, null]);
    expect(axis.labels.map((label) => label.text)).toEqual(["mlp", "vit"]);
    expect(axisOf(rows(true, false), "config.flag", 0, 100, 0).categories).toBe(true);
  });

  it("keeps the lines that pass through all brushes", () => {
    const axis = axisOf(rows(1, 2, 3, undefined), "config.x", 0, 100, 0);
    expect(kept([axis], { "config.x": [40, 100] }, 4)).toEqual([true, true, false, false]);
    expect(kept([axis], {}, 4)).toEqual([true, true, true, true]);
  });
});
