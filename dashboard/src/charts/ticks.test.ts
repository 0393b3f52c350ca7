import { describe, expect, it } from "vitest";

import { niceStep, ticks } from "./ticks";

describe("ticks", () => {
  it("stand at 1, 2 or 5 times a power of ten", () => {
    expect([0.28, 0.4, 3, 8, 120].map((rough) => niceStep(rough))).toEqual([0.2, 0.5, 2, 10, 100]);
    expect(niceStep(0.01, 1)).toBe(1);
  });

  it("have no rounding errors and one precision", () => {
    expect(ticks(0, 1, 10, "number", false).values).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(ticks(0, 1, 5, "number", false).labels).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  });

  it("write steps short and small numbers with an exponent", () => {
    expect(ticks(0, 10_000, 4, "count", false).labels).toEqual(["0", "2k", "4k", "6k", "8k", "10k"]);
    expect(ticks(0, 2_500_000, 5, "count", false).labels).toEqual(["0", "500k", "1M", "1.5M", "2M", "2.5M"]);
    expect(ticks(0, 2e-6, 2, "number", false).labels).toEqual(["0", "1e−6", "2e−6"]);
  });

  it("never stand between two steps", () => {
    expect(ticks(0, 3, 12, "count", false).values).toEqual([0, 1, 2, 3]);
  });

  it("name the powers of ten on a log axis", () => {
    const { values, labels } = ticks(1e-4, 1, 4, "number", true);
    expect(labels.filter((label) => label !== "")).toEqual(["1e−4", "0.001", "0.01", "0.1", "1"]);
    expect(values[0]).toBe(1e-4);
  });

  it("are linear on a log axis that spans less than a decade", () => {
    expect(ticks(2, 4, 4, "number", true).values).toEqual([2, 2.5, 3, 3.5, 4]);
  });

  it("divide durations by minutes and hours", () => {
    expect(ticks(0, 7200, 4, "duration", false).labels).toEqual(["0s", "30m", "1h", "1h30", "2h"]);
    expect(ticks(0, 120, 4, "duration", false).labels).toEqual(["0s", "30s", "1m", "1m30", "2m"]);
  });

  it("name the day of a time once", () => {
    const noon = new Date(2026, 10, 21, 12).getTime() / 1000;
    expect(ticks(noon, noon + 7200, 4, "time", false).labels).toEqual(["12:00\n2026-11-21", "12:30", "13:00", "13:30", "14:00"]);
  });

  it("write sizes in powers of a thousand", () => {
    expect(ticks(0, 2e9, 4, "bytes", false).labels).toEqual(["0", "500 MB", "1 GB", "1.5 GB", "2 GB"]);
  });

  it("are none where there is no range", () => {
    expect(ticks(1, 1, 5, "number", false).values).toEqual([]);
    expect(ticks(0, Infinity, 5, "number", false).values).toEqual([]);
  });
});
