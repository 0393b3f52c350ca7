import { describe, expect, it } from "vitest";

import { decodeCondition, encodeCondition, filtersOf, parseValue } from "./conditions";

describe("values of conditions", () => {
  it("are numbers, truth values, nothing or text", () => {
    expect(["1e-3", " 4 ", "true", "None", "vit", ""].map(parseValue)).toEqual([0.001, 4, true, null, "vit", ""]);
  });

  it("stay text in quotes", () => {
    expect(parseValue('"64"')).toBe("64");
  });
});

describe("filters of a query", () => {
  it("are null without conditions and plain with one", () => {
    expect(filtersOf([])).toBeNull();
    expect(filtersOf([{ field: "config.lr", operator: "<", value: "0.1" }])).toEqual({ "config.lr": { $lt: 0.1 } });
  });

  it("keep two conditions on one field", () => {
    const filters = filtersOf([
      { field: "config.lr", operator: ">", value: "0.1" },
      { field: "config.lr", operator: "<", value: "0.5" },
    ]);
    expect(filters).toEqual({ $and: [{ "config.lr": { $gt: 0.1 } }, { "config.lr": { $lt: 0.5 } }] });
  });

  it("take the text of contains as it is, not as a pattern", () => {
    const filters = filtersOf([{ field: "name", operator: "contains", value: "a.b(" }]);
    expect(filters).toEqual({ name: { $regex: "a\\.b\\(", $options: "i" } });
  });
});

describe("a condition in the address", () => {
  it("comes back as it went in", () => {
    const condition = { field: 'config."x"', operator: "contains" as const, value: "a & b" };
    expect(decodeCondition(encodeCondition(condition))).toEqual(condition);
  });

  it("is none if the operator is unknown", () => {
    expect(decodeCondition('["a","$where","1"]')).toBeNull();
  });
});
