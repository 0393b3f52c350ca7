import { describe, expect, it } from "vitest";

import { compareTrees, flatten, sameValue, searchRows } from "./differences";

describe("flattening", () => {
  it("gives each leaf its path, and keeps lists, empty mappings and encoded numbers whole", () => {
    const tree = { a: { b: 1, c: [1, { d: 2 }] }, e: {}, f: { $number: "NaN" } };
    expect([...flatten(tree)]).toEqual([
      ["a.b", 1],
      ["a.c", [1, { d: 2 }]],
      ["e", {}],
      ["f", { $number: "NaN" }],
    ]);
  });
});

describe("equality", () => {
  it("does not mind the order of names, but that of lists", () => {
    expect(sameValue({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(sameValue([1, 2], [2, 1])).toBe(false);
  });

  it("takes NaN as equal to NaN, and nothing as different from null", () => {
    expect(sameValue({ $number: "NaN" }, { $number: "NaN" })).toBe(true);
    expect(sameValue(null, undefined)).toBe(false);
    expect(sameValue({ a: undefined }, { b: undefined })).toBe(false);
  });
});

describe("comparing", () => {
  const rows = compareTrees([
    { lr: 0.1, seed: 1, width: 64, same: 1, only: 1 },
    { lr: 0.2, seed: 2, width: 32, same: 1 },
  ]);

  it("puts telling differences first, idle names and missing values later, equal ones last", () => {
    expect(rows.map((row) => row.path)).toEqual(["lr", "width", "seed", "only", "same"]);
  });

  it("marks what differs, a missing value too", () => {
    expect(rows.filter((row) => row.differs).map((row) => row.path)).toEqual(["lr", "width", "seed", "only"]);
  });

  it("is searched in paths and values", () => {
    expect(searchRows(rows, "0.2").map((row) => row.path)).toEqual(["lr"]);
    expect(searchRows(rows, "SEED").map((row) => row.path)).toEqual(["seed"]);
  });
});
