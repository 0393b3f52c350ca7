/** A model's modules, as the file of a logged graph has them. */

import { isMapping } from "./records";

/** A module: its dotted name, the shapes of its parameters, and what it returns, as far as known. */
export interface GraphNode {
  name: string;
  type: string;
  parameters: { name: string; shape: number[] }[];
  /** How many numbers it learns, with all that is in it; null if unknown. */
  count: number | null;
  outputShape: unknown;
}

export interface ModelGraph {
  type: string | null;
  count: number | null;
  nodes: GraphNode[];
  edges: [string, string][];
}

/** Reads the file of a graph. Throws an `Error` in words for another file. */
export function readGraph(file: unknown): ModelGraph {
  if (!isMapping(file) || !Array.isArray(file["nodes"])) throw new Error("the file holds no graph");
  const nodes = file["nodes"].flatMap((item: unknown): GraphNode[] => {
    if (!isMapping(item) || typeof item["name"] !== "string") return [];
    const parameters = Array.isArray(item["parameters"]) ? item["parameters"].filter(isMapping) : [];
    return [
      {
        name: item["name"],
        type: typeof item["type"] === "string" ? item["type"] : "",
        parameters: parameters.map((each) => ({ name: String(each["name"]), shape: Array.isArray(each["shape"]) ? (each["shape"] as number[]) : [] })),
        count: typeof item["num_parameters"] === "number" ? item["num_parameters"] : null,
        outputShape: item["output_shape"] ?? null,
      },
    ];
  });
  const edges = Array.isArray(file["edges"]) ? (file["edges"] as [string, string][]) : [];
  return { type: typeof file["type"] === "string" ? file["type"] : null, count: typeof file["num_parameters"] === "number" ? file["num_parameters"] : null, nodes, edges };
}

/** The module that another is in; null for the outermost. */
export function parentOf(name: string, names: ReadonlySet<string>): string | null {
  for (let dot = name.lastIndexOf("."); dot > 0; dot = name.lastIndexOf(".", dot - 1)) {
    const parent = name.slice(0, dot);
    if (names.has(parent)) return parent;
  }
  return name !== "" && names.has("") ? "" : null;
}

/**
 * What is drawn: the nodes that edges join, with the edges; where no edges are known, all modules, each joined to the one
 * that it is in.
 */
export function drawable(graph: ModelGraph): { nodes: GraphNode[]; edges: [string, string][]; isFlow: boolean } {
  const names = new Set(graph.nodes.map((node) => node.name));
  const edges = graph.edges.filter(([from, to]) => names.has(from) && names.has(to));
  if (edges.length > 0) {
    const joined = new Set(edges.flat());
    return { nodes: graph.nodes.filter((node) => joined.has(node.name)), edges, isFlow: true };
  }
  const inside = graph.nodes.flatMap((node): [string, string][] => {
    const parent = parentOf(node.name, names);
    return parent === null ? [] : [[parent, node.name]];
  });
  return { nodes: graph.nodes, edges: inside, isFlow: false };
}

/** A shape in words: `16 × 3 × 3 × 3`. */
export function shapeText(shape: unknown): string {
  if (!Array.isArray(shape)) return shape === null || shape === undefined ? "" : JSON.stringify(shape);
  if (shape.some(Array.isArray)) return shape.map(shapeText).join(", ");
  return shape.map((side) => (side === null ? "?" : String(side))).join(" × ");
}
