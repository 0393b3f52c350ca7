import { describe, expect, it } from "vitest";

import { countLeaves, treeLines } from "./tree";

const tree = { b: { y: 1, x: { deep: "Adam" } }, a10: 1, a2: [1, 2], n: { $number: "NaN" }, e: {} };
const brief = (folded: string[], search: string) =>
  treeLines(tree, new Set(folded), search).map((line) => [line.path, line.depth, line.branch ? line.size : null]);

describe("lines of a tree", () => {
  it("are sorted with numbers in their order; lists, empty mappings and encoded numbers are leaves", () => {
    expect(brief([], "")).toEqual([
      ["a2", 0, null],
      ["a10", 0, null],
      ["b", 0, 2],
      ["b.x", 1, 1],
      ["b.x.deep", 2, null],
      ["b.y", 1, null],
      ["e", 0, null],
      ["n", 0, null],
    ]);
  });

  it("end at a folded branch, which still tells its size", () => {
    expect(brief(["b"], "")).toContainEqual(["b", 0, 2]);
    expect(brief(["b"], "").some(([path]) => path === "b.y")).toBe(false);
  });

  it("of a search are the leaves that match in path or value, and the branches above, also folded ones", () => {
    expect(brief(["b"], "adam b.x")).toEqual([
      ["b", 0, 1],
      ["b.x", 1, 1],
      ["b.x.deep", 2, null],
    ]);
    expect(brief([], "nothing")).toEqual([]);
  });

  it("counts leaves", () => {
    expect(countLeaves(tree)).toBe(6);
  });
});
