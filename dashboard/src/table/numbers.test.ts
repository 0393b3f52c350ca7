import { describe, expect, it } from "vitest";

import { decimalsOf, formatAligned } from "./numbers";

describe("decimals of a column", () => {
  it("give its larger numbers five digits, and one huge number changes nothing", () => {
    expect(decimalsOf([0.18, 0.24, 0.31, 0.52])).toBe(5);
    expect(decimalsOf([1.8, 2.4, 3.1, 2.2, 1e9])).toBe(4);
  });

  it("are none for integers, very small numbers and columns without numbers", () => {
    expect([decimalsOf([1, 32, 64]), decimalsOf([1e-7, 2e-7]), decimalsOf(["a", undefined, { $number: "NaN" }])]).toEqual([null, null, null]);
  });
});

describe("aligned numbers", () => {
  it("all have the decimals of the column", () => {
    expect([2.145, -1.4502, 0, 12.5].map((value) => formatAligned(value, 4))).toEqual(["2.1450", "−1.4502", "0.0000", "12.5000"]);
  });

  it("are written by themselves where the decimals would hide them", () => {
    expect([0.00012345, 1e9, Number.NaN].map((value) => formatAligned(value, 4))).toEqual(["0.000123", "1e9", "NaN"]);
  });
});
