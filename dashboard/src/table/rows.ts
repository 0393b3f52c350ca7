/** Where rows of the table come from: the pages of one list, or of several groups with a head each. */

/** One group of the table as far as its rows go. */
export interface RowGroup {
  id: string;
  runs: number;
  open: boolean;
}

/** What stands in a row: the head of a group, or the run with this number in the list of its group (null: ungrouped). */
export type Row = { kind: "group"; group: number } | { kind: "run"; group: number | null; place: number };

/** Runs asked for at once. */
export const PAGE = 100;

/** How many rows there are. */
export function countRows(groups: readonly RowGroup[] | null, total: number): number {
  if (groups === null) return total;
  return groups.reduce((sum, group) => sum + 1 + (group.open ? group.runs : 0), 0);
}

/** What stands in row `index`; null if there is none. */
export function rowAt(groups: readonly RowGroup[] | null, total: number, index: number): Row | null {
  if (groups === null) return index >= 0 && index < total ? { kind: "run", group: null, place: index } : null;
  let rest = index;
  for (const [number, group] of groups.entries()) {
    if (rest === 0) return { kind: "group", group: number };
    rest -= 1;
    const runs = group.open ? group.runs : 0;
    if (rest < runs) return { kind: "run", group: number, place: rest };
    rest -= runs;
  }
  return null;
}

/** A page that has to be loaded: of a group's list, or of the only one. */
export interface PageOf {
  group: number | null;
  page: number;
}

/** The pages that rows `first` to `last` (inclusive) lie in, each once. */
export function pagesOf(groups: readonly RowGroup[] | null, total: number, first: number, last: number): PageOf[] {
  const found = new Map<string, PageOf>();
  for (let index = Math.max(0, first); index <= last; index += 1) {
    const row = rowAt(groups, total, index);
    if (row?.kind !== "run") continue;
    const page = Math.floor(row.place / PAGE);
    found.set(`${row.group ?? ""}/${page}`, { group: row.group, page });
  }
  return [...found.values()];
}

/** The selection after a click on a row: with `extend` (shift was held) all from the last one that was clicked. */
export function selectRange(ids: readonly (string | null)[], from: number, to: number): string[] {
  const [low, high] = from <= to ? [from, to] : [to, from];
  return ids.slice(Math.max(0, low), high + 1).filter((id) => id !== null);
}
