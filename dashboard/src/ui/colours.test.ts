import { describe, expect, it } from "vitest";

import { assignColours, hashColour, runColours } from "./colours";

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe("run colours", () => {
  it("can be seen on the ground of both themes", () => {
    for (const [light, dark] of runColours) {
      expect(1.05 / (luminance(light) + 0.05), light).toBeGreaterThanOrEqual(3);
      expect((luminance(dark) + 0.05) / (luminance("#111317") + 0.05), dark).toBeGreaterThanOrEqual(3);
    }
  });

  it("are all different for up to twenty runs", () => {
    const ids = Array.from({ length: 20 }, (_, index) => `run-${index}`);
    expect(new Set(assignColours(ids, new Map()).values()).size).toBe(20);
  });

  it("stay with a run while others come and go", () => {
    const remembered = new Map<string, number>();
    const first = assignColours(["a", "b", "c"], remembered);
    const second = assignColours(["x", "y", "b"], remembered);
    expect(second.get("b")).toBe(first.get("b"));
  });

  it("are the same for a run on every machine as long as nobody else has it", () => {
    expect(assignColours(["a"], new Map()).get("a")).toBe(hashColour("a"));
  });
});
