import { describe, expect, it } from "vitest";

import { countCrossings, layoutGraph, withoutCycles } from "./layout";

const sizes = { width: 100, height: 40, across: 60, down: 20 };
const edge = (text: string) => ({ from: text[0] ?? "", to: text[1] ?? "" });

describe("layered layout", () => {
  it("puts a node right of all that lead to it", () => {
    const { nodes } = layoutGraph(["a", "b", "c", "d"], ["ab", "bc", "ac", "cd"].map(edge), sizes);
    expect(Object.fromEntries(nodes.map((node) => [node.id, node.layer]))).toEqual({ a: 0, b: 1, c: 2, d: 3 });
  });

  it("orders a layer so that edges do not cross", () => {
    const edges = ["ad", "bc"].map(edge);
    const { nodes } = layoutGraph(["a", "b", "c", "d"], edges, sizes);
    const layers = [0, 1].map((layer) => nodes.filter((node) => node.layer === layer).map((node) => node.id));
    expect(countCrossings(layers, edges)).toBe(0);
  });

  it("keeps nodes of a layer apart, and all inside its size", () => {
    const { nodes, width, height } = layoutGraph(["a", "b", "c"], ["ab", "ac"].map(edge), sizes);
    const [b, c] = nodes.filter((node) => node.layer === 1);
    expect(Math.abs((b?.y ?? 0) - (c?.y ?? 0))).toBe(60);
    expect([width, height]).toEqual([260, 100]);
  });

  it("draws cycles and leaves out edges to nowhere", () => {
    const { nodes, edges } = layoutGraph(["a", "b"], ["ab", "ba", "ax", "aa"].map(edge), sizes);
    expect(nodes).toHaveLength(2);
    expect(edges.map(({ from, to }) => from + to)).toEqual(["ab", "ba"]);
  });

  it("is empty for an empty graph", () => {
    expect(layoutGraph([], [], sizes).nodes).toEqual([]);
  });

  it("goes through a long chain without recursion", () => {
    const ids = Array.from({ length: 5000 }, (_, index) => `n${index}`);
    const chain = ids.slice(1).map((id, index) => ({ from: `n${index}`, to: id }));
    expect(withoutCycles(ids, chain)).toHaveLength(4999);
  });
});
