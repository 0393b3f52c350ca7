import { describe, expect, it } from "vitest";

import { begun, fitted, scaledAt } from "./useZoom";

describe("fitting a drawing", () => {
  it("shows all of it in the middle", () => {
    expect(fitted({ width: 200, height: 100 }, { width: 100, height: 100 })).toEqual({ scale: 0.5, x: 0, y: 25 });
  });

  it("does not enlarge it", () => {
    expect(fitted({ width: 50, height: 50 }, { width: 100, height: 100 })).toEqual({ scale: 1, x: 25, y: 25 });
  });
});

describe("the view to begin with", () => {
  it("is all of a drawing that can be read so", () => {
    expect(begun({ width: 100, height: 100 }, { width: 100, height: 100 }, { x: 0, y: 0 })).toEqual({ scale: 1, x: 0, y: 0 });
  });

  it("is what is around the point of one that cannot", () => {
    expect(begun({ width: 10_000, height: 100 }, { width: 100, height: 100 }, { x: 1_000, y: 50 })).toEqual({ scale: 0.65, x: -600, y: 17.5 });
  });
});

describe("scaling", () => {
  it("leaves the point under the pointer where it is", () => {
    const view = { x: 10, y: 20, scale: 1 };
    const next = scaledAt(view, 2, 110, 120);
    expect(next).toEqual({ scale: 2, x: -90, y: -80 });
  });

  it("stops at the ends, still about the point", () => {
    expect(scaledAt({ x: 0, y: 0, scale: 3 }, 10, 50, 50)).toEqual({ scale: 3, x: 0, y: 0 });
  });
});
