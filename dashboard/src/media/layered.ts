/**
 * Places the nodes of a directed graph in layers, as Sugiyama's method does: each node one layer below the lowest of
 * those it follows, the nodes of a layer in the order that makes few crossings.
 */

/** A node with the size that it is drawn with, in pixels. */
export interface SizedNode {
  id: string;
  width: number;
  height: number;
}

/** Where a node is: its upper left corner. */
export interface Placed {
  x: number;
  y: number;
  layer: number;
}

export interface Layout {
  places: Map<string, Placed>;
  width: number;
  height: number;
}

const GAP_X = 24;
const GAP_Y = 34;
const SWEEPS = 8; // the order hardly changes after that

/** Places nodes; edges from or to unknown nodes, and those that close a circle, do not count. */
export function layered(nodes: readonly SizedNode[], edges: readonly (readonly [string, string])[]): Layout {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const forward = acyclic(known, edges.filter(([from, to]) => from !== to && known.has(from) && known.has(to)));
  const layers = inLayers(nodes, forward);
  order(layers, forward);
  const widths = layers.map((layer) => layer.reduce((sum, id) => sum + (known.get(id)?.width ?? 0) + GAP_X, -GAP_X));
  const width = Math.max(0, ...widths);
  const places = new Map<string, Placed>();
  let y = 0;
  layers.forEach((layer, number) => {
    let x = (width - (widths[number] ?? 0)) / 2;
    for (const id of layer) {
      places.set(id, { x, y, layer: number });
      x += (known.get(id)?.width ?? 0) + GAP_X;
    }
    y += Math.max(0, ...layer.map((id) => known.get(id)?.height ?? 0)) + GAP_Y;
  });
  return { places, width, height: Math.max(0, y - GAP_Y) };
}

/** Turns round the edges that lead back to a node on the way to them. Without recursion: models are deep. */
function acyclic(nodes: Map<string, SizedNode>, edges: readonly (readonly [string, string])[]): [string, string][] {
  const next = grouped(edges, 0, 1);
  const state = new Map<string, "open" | "done">();
  const back = new Set<string>();
  for (const start of nodes.keys()) {
    if (state.has(start)) continue;
    const stack: [string, number][] = [[start, 0]];
    state.set(start, "open");
    for (let top = stack[stack.length - 1]; top; top = stack[stack.length - 1]) {
      const target = next.get(top[0])?.[top[1]];
      top[1] += 1;
      if (target === undefined) {
        state.set(top[0], "done");
        stack.pop();
      } else if (state.get(target) === "open") back.add(`${top[0]}\u0000${target}`);
      else if (!state.has(target)) {
        state.set(target, "open");
        stack.push([target, 0]);
      }
    }
  }
  return edges.map(([from, to]) => (back.has(`${from}\u0000${to}`) ? [to, from] : [from, to]));
}

function inLayers(nodes: readonly SizedNode[], edges: readonly [string, string][]): string[][] {
  const next = grouped(edges, 0, 1);
  const waiting = new Map(nodes.map((node) => [node.id, 0]));
  for (const [, to] of edges) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const layer = new Map<string, number>();
  const ready = nodes.filter((node) => waiting.get(node.id) === 0).map((node) => node.id);
  // It grows while it is walked through.
  for (const id of ready) {
    const depth = layer.get(id) ?? 0;
    layer.set(id, depth);
    for (const target of next.get(id) ?? []) {
      layer.set(target, Math.max(layer.get(target) ?? 0, depth + 1));
      const left = (waiting.get(target) ?? 1) - 1;
      waiting.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  const layers: string[][] = [];
  for (const node of nodes) (layers[layer.get(node.id) ?? 0] ??= []).push(node.id);
  return Array.from(layers, (found) => found ?? []);
}

/** Sorts each layer by the mean place of its neighbours, down and up in turn. */
function order(layers: string[][], edges: readonly [string, string][]): void {
  const above = grouped(edges, 1, 0);
  const below = grouped(edges, 0, 1);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const neighbours = sweep % 2 === 0 ? above : below;
    const place = new Map<string, number>();
    const sequence = sweep % 2 === 0 ? layers : [...layers].reverse();
    for (const layer of sequence) {
      const middle = new Map(
        layer.map((id, at) => {
          const places = (neighbours.get(id) ?? []).flatMap((other) => place.get(other) ?? []);
          const mean = places.reduce((sum, value) => sum + value, 0) / places.length;
          return [id, places.length ? mean : at / Math.max(1, layer.length - 1)];
        }),
      );
      layer.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
      layer.forEach((id, at) => place.set(id, layer.length > 1 ? at / (layer.length - 1) : 0.5));
    }
  }
}

function grouped(edges: readonly (readonly [string, string])[], by: 0 | 1, what: 0 | 1): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const edge of edges) {
    const group = groups.get(edge[by]);
    if (group) group.push(edge[what]);
    else groups.set(edge[by], [edge[what]]);
  }
  return groups;
}
