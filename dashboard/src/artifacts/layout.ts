/**
 * A layered layout of a small directed graph: sources left, what came of them right, few crossings.
 *
 * The steps are those of Sugiyama, Tagawa and Toda (1981): break cycles, put nodes on layers by their longest path,
 * order each layer by the mean place of its neighbours, then place.
 */

/** An edge between two nodes, by their ids. */
export interface GraphEdge {
  from: string;
  to: string;
}

/** Where a node stands: the middle of its left edge, in pixels. */
export interface PlacedNode {
  id: string;
  layer: number;
  x: number;
  y: number;
}

/** Nodes and edges with their places, and the size of all. */
export interface Layout {
  nodes: PlacedNode[];
  /** Edges as paths of SVG. */
  edges: (GraphEdge & { path: string })[];
  width: number;
  height: number;
}

/** Sizes in pixels: of a node, and the room between layers and between nodes of one layer. */
export interface Sizes {
  width: number;
  height: number;
  across: number;
  down: number;
}

const SWEEPS = 8; // more change nothing in graphs of this size

/** Lay out a graph; edges to unknown nodes are left out. */
export function layoutGraph(ids: readonly string[], edges: readonly GraphEdge[], sizes: Sizes): Layout {
  const known = new Set(ids);
  const kept = edges.filter((edge) => known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to);
  const layers = orderLayers(layersOf(ids, withoutCycles(ids, kept)), kept);
  const tallest = Math.max(0, ...layers.map((layer) => layer.length));
  const height = Math.max(1, tallest) * (sizes.height + sizes.down) - sizes.down;
  const nodes = layers.flatMap((layer, index) => {
    const top = (height - (layer.length * (sizes.height + sizes.down) - sizes.down)) / 2;
    return layer.map((id, place): PlacedNode => ({
      id,
      layer: index,
      x: index * (sizes.width + sizes.across),
      y: top + place * (sizes.height + sizes.down) + sizes.height / 2,
    }));
  });
  const placed = new Map(nodes.map((node) => [node.id, node]));
  const width = Math.max(1, layers.length) * (sizes.width + sizes.across) - sizes.across;
  return { nodes, edges: kept.flatMap((edge) => drawEdge(edge, placed, sizes)), width, height };
}

/** Edges without those that close a cycle (a run that used a version it made itself, say). */
export function withoutCycles(ids: readonly string[], edges: readonly GraphEdge[]): GraphEdge[] {
  const next = neighbours(edges);
  const state = new Map<string, "open" | "done">();
  const dropped = new Set<GraphEdge>();
  const visit = (start: string) => {
    const stack: { id: string; rest: GraphEdge[] }[] = [{ id: start, rest: [...(next.get(start) ?? [])] }];
    state.set(start, "open");
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const edge = top?.rest.pop();
      if (top === undefined || edge === undefined) {
        if (top !== undefined) state.set(top.id, "done");
        stack.pop();
      } else if (state.get(edge.to) === "open") {
        dropped.add(edge);
      } else if (!state.has(edge.to)) {
        state.set(edge.to, "open");
        stack.push({ id: edge.to, rest: [...(next.get(edge.to) ?? [])] });
      }
    }
  };
  for (const id of ids) if (!state.has(id)) visit(id);
  return edges.filter((edge) => !dropped.has(edge));
}

function neighbours(edges: readonly GraphEdge[]): Map<string, GraphEdge[]> {
  const next = new Map<string, GraphEdge[]>();
  for (const edge of edges) next.set(edge.from, [...(next.get(edge.from) ?? []), edge]);
  return next;
}

/** Each node one layer right of the rightmost node that leads to it. `edges` must have no cycle. */
function layersOf(ids: readonly string[], edges: readonly GraphEdge[]): string[][] {
  const next = neighbours(edges);
  const waiting = new Map(ids.map((id) => [id, 0]));
  for (const edge of edges) waiting.set(edge.to, (waiting.get(edge.to) ?? 0) + 1);
  const layer = new Map(ids.map((id) => [id, 0]));
  const ready = ids.filter((id) => waiting.get(id) === 0);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    for (const edge of next.get(id) ?? []) {
      layer.set(edge.to, Math.max(layer.get(edge.to) ?? 0, (layer.get(id) ?? 0) + 1));
      const left = (waiting.get(edge.to) ?? 0) - 1;
      waiting.set(edge.to, left);
      if (left === 0) ready.push(edge.to);
    }
  }
  const layers: string[][] = [];
  for (const id of ids) (layers[layer.get(id) ?? 0] ??= []).push(id);
  return layers;
}

/** Sweep right and left, ordering each layer by the mean place of its nodes' neighbours on the layer before. */
function orderLayers(layers: readonly string[][], edges: readonly GraphEdge[]): string[][] {
  let best = layers.map((layer) => [...layer]);
  let least = countCrossings(best, edges);
  const current = best.map((layer) => [...layer]);
  for (let sweep = 0; sweep < SWEEPS && least > 0; sweep += 1) {
    const rightwards = sweep % 2 === 0;
    for (let step = 1; step < current.length; step += 1) {
      const index = rightwards ? step : current.length - 1 - step;
      const fixed = current[rightwards ? index - 1 : index + 1] ?? [];
      current[index] = byMeanPlace(current[index] ?? [], fixed, edges, rightwards);
    }
    const crossings = countCrossings(current, edges);
    if (crossings < least) [best, least] = [current.map((layer) => [...layer]), crossings];
  }
  return best;
}

function byMeanPlace(layer: readonly string[], fixed: readonly string[], edges: readonly GraphEdge[], rightwards: boolean): string[] {
  const place = new Map(fixed.map((id, index) => [id, index]));
  const mean = new Map(
    layer.map((id, index) => {
      const near = edges.flatMap((edge) => {
        const other = rightwards ? (edge.to === id ? edge.from : null) : edge.from === id ? edge.to : null;
        const at = other === null ? undefined : place.get(other);
        return at === undefined ? [] : [at];
      });
      return [id, near.length === 0 ? index : near.reduce((sum, at) => sum + at, 0) / near.length];
    }),
  );
  return [...layer].sort((a, b) => (mean.get(a) ?? 0) - (mean.get(b) ?? 0));
}

/** How many pairs of edges between neighbouring layers cross. */
export function countCrossings(layers: readonly (readonly string[])[], edges: readonly GraphEdge[]): number {
  let crossings = 0;
  for (const [index, layer] of layers.entries()) {
    const [left, right] = [places(layer), places(layers[index + 1] ?? [])];
    const pairs = edges.flatMap((edge) => {
      const [a, b] = [left.get(edge.from), right.get(edge.to)];
      return a === undefined || b === undefined ? [] : [[a, b] as const];
    });
    for (const [number, [a, b]] of pairs.entries()) {
      for (const [c, d] of pairs.slice(number + 1)) if ((a - c) * (b - d) < 0) crossings += 1;
    }
  }
  return crossings;
}

function places(layer: readonly string[]): Map<string, number> {
  return new Map(layer.map((id, index) => [id, index]));
}

function drawEdge(edge: GraphEdge, placed: ReadonlyMap<string, PlacedNode>, sizes: Sizes): (GraphEdge & { path: string })[] {
  const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
  if (from === undefined || to === undefined) return [];
  const [x1, x2] = [from.x + sizes.width, to.x];
  const bend = Math.max(24, Math.abs(x2 - x1) / 2); // 24 px: an edge that leads back still leaves to the right
  return [{ ...edge, path: `M${x1},${from.y} C${x1 + bend},${from.y} ${x2 - bend},${to.y} ${x2},${to.y}` }];
}
