import { describe, expect, it } from "vitest";

import { sparkPath } from "./sparkPath";

describe("sparkPath", () => {
  it("goes from corner to corner of its box", () => {
    expect(sparkPath([0, 1], 20, 10)).toBe("M1.5 8.5L18.5 1.5");
  });

  it("leaves a gap where values are missing", () => {
    expect(sparkPath([0, 1, null, 1, 0], 20, 10).match(/M/g)).toHaveLength(2);
  });

  it("draws a constant in the middle and nothing for nothing", () => {
    expect(sparkPath([3, 3], 20, 10)).toContain(" 5.0");
    expect(sparkPath([null], 20, 10)).toBe("");
  });
});
