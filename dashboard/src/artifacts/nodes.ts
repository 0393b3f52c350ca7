/** The nodes of a lineage graph: what their ids say. */

import { artifactAddress, runAddress } from "../app/addresses";

/** The page of a node, by its id: `artifact:p/model:v3` or `run:p/id`; null if the id is neither. */
export function nodeAddress(id: string): string | null {
  const artifact = /^artifact:([^/]+)\/(.+):([^:]+)$/.exec(id);
  if (artifact) return artifactAddress(artifact[1] ?? "", artifact[2], artifact[3]);
  const run = /^run:([^/]+)\/(.+)$/.exec(id);
  return run ? runAddress(run[1] ?? "", run[2] ?? "") : null;
}

/** All that a node came of and all that came of it, with itself: what stays bright when it is pointed at. */
export function relatives(id: string, edges: readonly { from: string; to: string }[]): Set<string> {
  const found = new Set([id]);
  const follow = (start: string, next: (edge: { from: string; to: string }) => [string, string]) => {
    const waiting = [start];
    const seen = new Set([start]);
    for (let here = waiting.pop(); here !== undefined; here = waiting.pop()) {
      for (const edge of edges) {
        const [source, target] = next(edge);
        if (source !== here || seen.has(target)) continue;
        seen.add(target);
        found.add(target);
        waiting.push(target);
      }
    }
  };
  follow(id, (edge) => [edge.from, edge.to]);
  follow(id, (edge) => [edge.to, edge.from]);
  return found;
}
