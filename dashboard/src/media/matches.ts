/** Where a search is found in a line that is cut into styled pieces. */

import type { AnsiSpan } from "./ansi";

/** A piece of a line; `hit` if it is what was searched for. */
export interface MarkedSpan extends AnsiSpan {
  hit: boolean;
}

/** A search as this browser understands it; null if it does not: the server has Python's regular expressions. */
export function searchPattern(text: string): RegExp | null {
  if (text === "") return null;
  try {
    return new RegExp(text, "gi");
  } catch {
    return null;
  }
}

/** Cuts pieces where hits begin and end. A hit may reach over several pieces. */
export function markMatches(spans: readonly AnsiSpan[], pattern: RegExp | null): MarkedSpan[] {
  if (!pattern) return spans.map((span) => ({ ...span, hit: false }));
  const text = spans.map((span) => span.text).join("");
  const hits = [...text.matchAll(pattern)].filter((found) => found[0]).map((found) => [found.index, found.index + found[0].length] as const);
  const marked: MarkedSpan[] = [];
  let start = 0;
  for (const span of spans) {
    const end = start + span.text.length;
    const edges = hits.flat().filter((edge) => edge > start && edge < end);
    const cuts = [start, ...new Set(edges), end];
    for (let at = 0; at + 1 < cuts.length; at += 1) {
      const from = cuts[at] ?? start;
      const hit = hits.some(([begin, stop]) => from >= begin && from < stop);
      marked.push({ ...span, text: text.slice(from, cuts[at + 1]), hit });
    }
    start = end;
  }
  return marked;
}
