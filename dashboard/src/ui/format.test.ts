import { describe, expect, it } from "vitest";

import { formatAgo, formatBytes, formatCount, formatDuration, formatNumber, formatValue, numberOf } from "./format";

describe("format", () => {
  it("writes numbers so that small, large and strange ones can be read", () => {
    const numbers = [0, 1, 0.1 + 0.2, 1234567, 123456.789, 1e-30, -2.5, 6.02e23, Number.NaN, -Infinity, null];
    expect(numbers.map((number) => formatNumber(number))).toEqual(["0", "1", "0.3", "1,234,567", "123,457", "1e-30", "−2.5", "6.02e23", "NaN", "−∞", "–"]);
  });

  it("writes counts short", () => {
    expect([12, 999, 1_000, 3_449, 999_600, 1_200_000].map(formatCount)).toEqual(["12", "999", "1k", "3.45k", "1M", "1.2M"]);
  });

  it("writes durations in the two units that matter", () => {
    expect([0.42, 12.4, 60, 200, 7_500, 100_000].map(formatDuration)).toEqual(["0.4 s", "12 s", "1 m", "3 m 20 s", "2 h 5 m", "1 d 3 h"]);
  });

  it("writes sizes in powers of a thousand", () => {
    expect([12, 3_400, 1_200_000].map(formatBytes)).toEqual(["12 B", "3.4 kB", "1.2 MB"]);
  });

  it("says how long ago something was", () => {
    expect([1_000, 970, 400, -9_000].map((time) => formatAgo(time, 1_000))).toEqual(["now", "30 s ago", "10 min ago", "2 h ago"]);
  });

  it("reads the numbers that JSON has no form for", () => {
    expect(formatValue({ $number: "9007199254740993" })).toBe("9007199254740993");
    expect(numberOf({ $number: "-Infinity" })).toBe(-Infinity);
    expect(formatValue({ $number: "NaN" })).toBe("NaN");
  });
});
