import { describe, expect, it } from "vitest";

import { parseObj, parseStl } from "./mesh";
import { framing, matrixOf, panned, seenAt, turned } from "./orbit";
import { linesOf, pointsOf, sceneOf } from "./scene";

/** A unit cube as `trailmark.box3d` lists its corners: lower x first, then lower y, then lower z. */
const CUBE = Array.from({ length: 8 }, (_, corner) => [corner >> 2, (corner >> 1) & 1, corner & 1]);

describe("linesOf", () => {
  it("draws the twelve edges of a box, each along one axis", () => {
    const { lines, labels } = linesOf({ boxes: [{ corners: CUBE, color: [1, 2, 3], label: "car", score: 0.9 }] });
    const edges = Array.from({ length: lines.places.length / 6 }, (_, at) => [...lines.places.slice(6 * at, 6 * at + 6)]);
    const lengths = edges.map((edge) => [0, 1, 2].filter((axis) => edge[axis] !== edge[axis + 3]).length);
    expect([edges.length, new Set(lengths), new Set(edges.map((edge) => edge.join())).size]).toEqual([12, new Set([1]), 12]);
    expect([labels[0]?.text, [...lines.shades.slice(0, 3)]]).toEqual(["car 0.90", [1, 2, 3]]);
  });

  it("leaves out what is no box", () => {
    expect(linesOf({ boxes: [{ corners: [] }], vectors: [{}] }).lines.places.length).toBe(0);
    expect(linesOf(null).labels).toEqual([]);
  });
});

describe("pointsOf", () => {
  it("takes colours as they are, and gives categories one each", () => {
    const own = pointsOf({ shape: [1, 6], dtype: "<f4", values: [1, 2, 3, 10, 20, 30] });
    expect([[...own.points.places], [...own.points.shades], own.legend]).toEqual([[1, 2, 3], [10, 20, 30], "own colours"]);
    const { points } = pointsOf({ shape: [3, 4], dtype: "<f4", values: [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1] });
    expect([...points.shades.slice(0, 3)]).toEqual([...points.shades.slice(6, 9)]);
    expect([...points.shades.slice(0, 3)]).not.toEqual([...points.shades.slice(3, 6)]);
  });
});

describe("the camera", () => {
  const scene = sceneOf({ lines: linesOf({ boxes: [{ corners: CUBE }] }).lines });
  const start = framing(scene.low, scene.high);

  it("sees all of a scene from wherever it is turned to", () => {
    for (const [yaw, pitch] of [[0, 0], [2, 1], [-1, -3], [4, 0.3]] as const) {
      const matrix = matrixOf(turned(start, yaw, pitch), 1);
      for (const corner of CUBE) expect(seenAt(matrix, corner)?.every((part) => part > 0 && part < 1)).toBe(true);
    }
  });

  it("shows what it looks at in the middle, with z upwards", () => {
    const matrix = matrixOf(start, 1);
    const middle = seenAt(matrix, [0.5, 0.5, 0.5]);
    expect([middle?.[0], middle?.[1]].map((part) => Math.round((part ?? 0) * 1000))).toEqual([500, 500]);
    expect(seenAt(matrix, [0.5, 0.5, 1])?.[1]).toBeLessThan(0.5);
  });

  it("moves to the right when it is told so", () => {
    expect(seenAt(matrixOf(panned(start, 0.25, 0), 1), [0.5, 0.5, 0.5])?.[0]).toBeCloseTo(0.25, 3);
  });

  it("sees nothing behind itself", () => {
    const far = start.target.map((value, at) => value + 100 * ([Math.cos(start.pitch) * Math.cos(start.yaw), Math.cos(start.pitch) * Math.sin(start.yaw), Math.sin(start.pitch)][at] ?? 0));
    expect(seenAt(matrixOf(start, 1), far)).toBeNull();
  });
});

describe("models", () => {
  it("cuts faces of OBJ files into triangles, and counts from the end where indices are negative", () => {
    expect(parseObj("v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1/1/1 2//2 3 4\n").places.length).toBe(18);
    expect([...parseObj("v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1").places]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0]);
    expect(() => parseObj("f 1 2 3")).toThrow("triangles");
  });

  it("reads STL files of both kinds", () => {
    const binary = new DataView(new ArrayBuffer(134));
    binary.setUint32(80, 1, true);
    [0, 0, 0, 1, 0, 0, 0, 1, 0].forEach((value, at) => { binary.setFloat32(96 + 4 * at, value, true); });
    const text = new TextEncoder().encode("solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet");
    expect([...parseStl(binary.buffer).places]).toEqual([...parseStl(text.buffer).places]);
  });
});
