import { describe, expect, it } from "vitest";

import { EMPTY_STATE, filterBy, filterValue, fitted, MIN_WIDTH, opsOf, resize, sortBy, toggleColumn } from "./tableState";

describe("sortBy", () => {
  it("goes up, down, and back to the order of the rows", () => {
    const up = sortBy(EMPTY_STATE, "a", false);
    const down = sortBy(up, "a", false);
    expect([up.order, down.order, sortBy(down, "a", false).order]).toEqual([
      [{ column: "a", descending: false }],
      [{ column: "a", descending: true }],
      [],
    ]);
  });

  it("adds columns, and turns one round where it stands", () => {
    const both = sortBy(sortBy(EMPTY_STATE, "a", true), "b", true);
    expect(sortBy(both, "a", true).order).toEqual([
      { column: "a", descending: true },
      { column: "b", descending: false },
    ]);
  });
});

describe("filters", () => {
  it("keeps one a column", () => {
    const one = filterBy(EMPTY_STATE, "a", { op: ">", value: 1 });
    expect(filterBy(one, "a", { op: "<", value: 2 }).filters).toEqual([{ column: "a", op: "<", value: 2 }]);
    expect(filterBy(one, "a", null).filters).toEqual([]);
  });

  it("reads what was typed by the type of the column", () => {
    expect([filterValue("1e-3", "number"), filterValue(" ", "number"), filterValue("x", "number")]).toEqual([0.001, null, null]);
    expect([filterValue("true", "boolean"), filterValue("1", "boolean"), filterValue("1", "string")]).toEqual([true, null, "1"]);
  });

  it("offers operators that suit the type", () => {
    expect(opsOf("number")).not.toContain("contains");
    expect(opsOf("string")[0]).toBe("contains");
  });
});

describe("columns", () => {
  it("hides all but the last", () => {
    const one = toggleColumn(EMPTY_STATE, "a", ["a", "b"]);
    expect(one.hidden).toEqual(["a"]);
    expect(toggleColumn(one, "b", ["a", "b"]).hidden).toEqual(["a"]);
    expect(toggleColumn(one, "a", ["a", "b"]).hidden).toEqual([]);
  });

  it("keeps widths in bounds", () => {
    expect(resize(EMPTY_STATE, "a", 1).widths).toEqual({ a: MIN_WIDTH });
  });

  it("forgets columns that a newer table has no more", () => {
    const state = { ...sortBy(EMPTY_STATE, "gone", false), hidden: ["gone", "a"], filters: [{ column: "gone", op: "=" as const, value: 1 }] };
    expect(fitted(state, ["a"])).toEqual({ ...EMPTY_STATE, hidden: [] });
  });
});
