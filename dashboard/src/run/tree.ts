/** A mapping of values as the lines of a tree that can be folded and searched. */

import type { Value } from "../api/types";

/** One line: a branch with how many values are below it, or a leaf with its value. */
export interface TreeLine {
  path: string;
  name: string;
  depth: number;
  branch: boolean;
  /** Leaves below a branch. */
  size: number;
  open: boolean;
  value: Value;
}

/** Whether a value is a mapping with something in it that is not one of the encoded values. */
export function isBranch(value: Value): value is Record<string, Value> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const names = Object.keys(value);
  return names.length > 0 && !names.some((name) => name === "$number" || name === "$bytes" || name === "_type");
}

/**
 * The lines to show. `folded` has the paths of branches that are closed. A search opens everything and keeps the leaves
 * whose path or value has all its words, with the branches above them.
 */
export function treeLines(tree: Record<string, Value>, folded: ReadonlySet<string>, search: string): TreeLine[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return walk(tree, "", 0, folded, words);
}

function walk(
  tree: Record<string, Value>,
  prefix: string,
  depth: number,
  folded: ReadonlySet<string>,
  words: readonly string[],
): TreeLine[] {
  const names = Object.keys(tree).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return names.flatMap((name): TreeLine[] => {
    const value = tree[name] ?? null;
    const path = prefix === "" ? name : `${prefix}.${name}`;
    if (!isBranch(value)) {
      const line = { path, name, depth, branch: false, size: 1, open: false, value };
      return matches(line, words) ? [line] : [];
    }
    const below = walk(value, path, depth + 1, folded, words);
    const size = below.filter((line) => !line.branch).length;
    if (words.length > 0 && size === 0) return [];
    const open = words.length > 0 || !folded.has(path);
    const head = { path, name, depth, branch: true, size: words.length > 0 ? size : countLeaves(value), open, value };
    return [head, ...(open ? below : [])];
  });
}

function matches(line: TreeLine, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${line.path} ${typeof line.value === "string" ? line.value : JSON.stringify(line.value)}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** How many leaves a mapping has. */
export function countLeaves(value: Value): number {
  return isBranch(value) ? Object.values(value).reduce<number>((sum, child) => sum + countLeaves(child), 0) : 1;
}
