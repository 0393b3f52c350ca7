import { describe, expect, it } from "vitest";

import { unitAt } from "./units";

describe("unitAt", () => {
  it("writes megabytes as gigabytes from 1,024 of them on", () => {
    expect([1_000, 1_024, -20_000, 3_000_000].map((size) => unitAt("MB", size).unit)).toEqual(["MB", "GB", "GB", "TB"]);
    expect(unitAt("MB", 3_000_000).factor).toBe(1_048_576);
  });

  it("leaves other units as they are", () => {
    expect(unitAt("%", 5_000)).toEqual({ unit: "%", factor: 1 });
  });
});
