/** Values of several runs side by side: flattened, compared, and the telling ones first. */

/** One value of config, summary or environment in each of the runs; undefined where a run has none. */
export interface ComparedRow {
  path: string;
  values: unknown[];
  differs: boolean;
}

/** A tree of values as one path with dots a leaf. Lists, empty mappings and encoded values ({"$number": …}) are leaves. */
export function flatten(tree: unknown, prefix = ""): Map<string, unknown> {
  const found = new Map<string, unknown>();
  if (!isBranch(tree)) {
    if (prefix !== "") found.set(prefix, tree);
    return found;
  }
  for (const [name, value] of Object.entries(tree)) {
    for (const [path, leaf] of flatten(value, prefix === "" ? name : `${prefix}.${name}`)) found.set(path, leaf);
  }
  return found;
}

function isBranch(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const names = Object.keys(value);
  return names.length > 0 && !names.some((name) => name === "$number" || name === "$bytes" || name === "_type");
}

/** Whether two values of JSON are the same; the order of the names of a mapping does not matter. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => name in right && sameValue(left[name], right[name]));
}

/** Names that people compare runs by come first, names that differ without meaning (seeds, paths, ids) last. */
const TELLING = /(^|[._])(lr|learning_rate|model|arch|architecture|optimizer|optim|batch_size|bs|epochs|dropout|weight_decay|wd|loss|data|dataset)($|[._])/i;
const IDLE = /(seed|path|dir|folder|output|time|date|uuid|hash|^id$|_id$|pid|port|cwd|args|program|executable|commit)/i;

/** Rows of all paths of the trees of several runs, the most telling differences first and what is equal last. */
export function compareTrees(trees: readonly unknown[]): ComparedRow[] {
  const flat = trees.map((tree) => flatten(tree));
  const paths = new Set(flat.flatMap((values) => [...values.keys()]));
  const rows = [...paths].map((path): ComparedRow => {
    const values = flat.map((known) => known.get(path));
    return { path, values, differs: values.some((value) => !sameValue(value, values[0])) };
  });
  return rows.sort((a, b) => importance(b) - importance(a) || a.path.localeCompare(b.path, "en", { numeric: true }));
}

/** How much a row tells: differences over none, set in all runs over set in some, telling names over idle ones. */
export function importance(row: ComparedRow): number {
  const everywhere = row.values.every((value) => value !== undefined);
  const name = TELLING.test(row.path) ? 2 : IDLE.test(row.path) ? 0 : 1;
  return (row.differs ? 100 : 0) + (everywhere ? 10 : 0) + name;
}

/** Rows whose path or one of whose values has all words of the text in it. */
export function searchRows(rows: readonly ComparedRow[], text: string): ComparedRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...rows];
  return rows.filter((row) => {
    const hay = `${row.path} ${row.values.map((value) => (typeof value === "string" ? value : JSON.stringify(value) ?? "")).join(" ")}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}
