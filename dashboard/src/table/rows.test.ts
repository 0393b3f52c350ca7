import { describe, expect, it } from "vitest";

import { countRows, pagesOf, rowAt, selectRange } from "./rows";

const groups = [
  { id: "a", runs: 2, open: true },
  { id: "b", runs: 500, open: false },
  { id: "c", runs: 150, open: true },
];

describe("rows", () => {
  it("are the runs where nothing is grouped", () => {
    expect(countRows(null, 7)).toBe(7);
    expect(rowAt(null, 7, 6)).toEqual({ kind: "run", group: null, place: 6 });
    expect(rowAt(null, 7, 7)).toBeNull();
  });

  it("are heads, and the runs of open groups below them", () => {
    expect(countRows(groups, 652)).toBe(155);
    expect([0, 2, 3, 4, 5, 154].map((index) => rowAt(groups, 652, index))).toEqual([
      { kind: "group", group: 0 },
      { kind: "run", group: 0, place: 1 },
      { kind: "group", group: 1 },
      { kind: "group", group: 2 },
      { kind: "run", group: 2, place: 0 },
      { kind: "run", group: 2, place: 149 },
    ]);
    expect(rowAt(groups, 652, 155)).toBeNull();
  });

  it("lie in pages, each asked for once", () => {
    expect(pagesOf(null, 1000, 90, 110)).toEqual([
      { group: null, page: 0 },
      { group: null, page: 1 },
    ]);
    expect(pagesOf(groups, 652, 0, 10)).toEqual([
      { group: 0, page: 0 },
      { group: 2, page: 0 },
    ]);
  });
});

describe("selecting with shift", () => {
  it("takes all rows between, in both directions, without heads", () => {
    const ids = ["a", null, "b", "c"];
    expect(selectRange(ids, 3, 0)).toEqual(["a", "b", "c"]);
    expect(selectRange(ids, 1, 2)).toEqual(["b"]);
  });
});
