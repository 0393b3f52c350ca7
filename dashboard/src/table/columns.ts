/** The columns of the runs table: which there are, what they are called, how wide they are, and which come first. */

import { keyRank } from "../workspace/sectionRank";
import { clampWidth } from "./view";

/** What a column is about. */
export type Source = "run" | "config" | "summary";

/** One column that can be shown. `name` is what the HTTP API calls it. */
export interface TableColumn {
  name: string;
  label: string;
  source: Source;
  numeric: boolean;
  width: number;
  /** In how many runs it has a value. */
  runs: number;
}

/** A column as `GET /projects/{project}/columns` tells it. */
export interface KnownColumn {
  name: string;
  runs: number;
  kinds: readonly string[];
}

const FIELDS: readonly [name: string, label: string, width: number, numeric: boolean][] = [
  ["name", "Name", 220, false],
  ["state", "State", 104, false],
  ["tags", "Tags", 150, false],
  ["created_at", "Created", 120, true],
  ["runtime_s", "Duration", 92, true],
  ["last_step", "Last step", 92, true],
  ["rows", "Rows", 92, true],
  ["group", "Group", 110, false],
  ["job_type", "Job type", 100, false],
  ["notes", "Notes", 220, false],
  ["id", "Id", 104, false],
  ["host", "Host", 120, false],
  ["user", "User", 90, false],
  ["last_time", "Last heard of", 120, true],
];

/** The fields of a run by which the server cannot order rows. */
const UNORDERED: ReadonlySet<string> = new Set(["rows", "tags", "archived"]);

/** What the server calls a field of `Brief` in an order or a filter. */
const SERVER_NAMES: Readonly<Record<string, string>> = { runtime_s: "runtime", last_time: "heartbeat_at", name: "display_name" };

/** The field of a filter or an order that stands for a column. */
export function serverField(column: string): string {
  return SERVER_NAMES[column] ?? column;
}

/** Whether rows can be ordered by a column. */
export function sortable(column: string): boolean {
  return !UNORDERED.has(column);
}

/** All columns that a project's runs have: the fields of a run, then config, then summary, each by name. */
export function allColumns(config: readonly KnownColumn[], summary: readonly KnownColumn[], runs: number): TableColumn[] {
  const fields = FIELDS.map(([name, label, width, numeric]): TableColumn => ({ name, label, source: "run", numeric, width, runs }));
  const of = (columns: readonly KnownColumn[], source: Source) =>
    [...columns].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })).map((column) => valueColumn(column, source));
  return [...fields, ...of(config, "config"), ...of(summary, "summary")];
}

function valueColumn(column: KnownColumn, source: Source): TableColumn {
  const label = column.name.startsWith(`${source}.`) ? column.name.slice(source.length + 1) : column.name;
  const numeric = column.kinds.includes("number") && !column.kinds.includes("text");
  const width = clampWidth(Math.max(numeric ? 108 : 120, Math.min(200, 44 + label.length * 7))); // 7 px: a letter of the head
  return { name: column.name, label, source, numeric, width, runs: column.runs };
}

/** Summary values that every run has and nobody compares. */
const DULL = /^summary\.(_|epoch$|step$|.*(time|lr|learning_rate|timestamp|grad_norm)$|.*\.(best_step|nan)$)/;

const lastPlace = 9; // after all of `keyRank`

/** As sections of panels are ordered; what stood beside a best value comes last. */
function rank(column: TableColumn): number {
  if (column.source === "config") return 0;
  return column.label.includes(".at_best.") ? lastPlace : keyRank(column.label);
}

/** The columns to begin with: who and how, then up to six settings and six results that most runs have. */
export function defaultColumns(columns: readonly TableColumn[]): string[] {
  const most = (source: Source, ok: (column: TableColumn) => boolean) => {
    const able = columns.filter((column) => column.source === source && ok(column));
    const kept = [...able].sort((a, b) => b.runs - a.runs || rank(a) - rank(b)).slice(0, 6);
    return kept.sort((a, b) => rank(a) - rank(b) || b.runs - a.runs || able.indexOf(a) - able.indexOf(b)).map((column) => column.name);
  };
  const results = most("summary", (column) => column.numeric && !DULL.test(column.name));
  return ["name", "state", "tags", "created_at", "runtime_s", ...results, ...most("config", (column) => !column.label.startsWith("_"))];
}

/** The columns of a search: every word of it has to be in the name. */
export function searchColumns(columns: readonly TableColumn[], text: string): TableColumn[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return columns.filter((column) => words.every((word) => `${column.name} ${column.label}`.toLowerCase().includes(word)));
}

/** A column where it stands in the table. */
export interface PlacedColumn extends TableColumn {
  left: number;
  pinned: boolean;
}

/** Place the shown columns from left to right, pinned ones first; a name that no run has any more keeps its place. */
export function placeColumns(
  columns: readonly TableColumn[],
  shown: readonly string[],
  pinned: readonly string[],
  widths: Readonly<Record<string, number>>,
): PlacedColumn[] {
  const known = new Map(columns.map((column) => [column.name, column]));
  const ordered = [...shown.filter((name) => pinned.includes(name)), ...shown.filter((name) => !pinned.includes(name))];
  let left = 0;
  return ordered.map((name) => {
    const column = known.get(name) ?? unknownColumn(name);
    const placed = { ...column, width: widths[name] ?? column.width, left, pinned: pinned.includes(name) };
    left += placed.width;
    return placed;
  });
}

function unknownColumn(name: string): TableColumn {
  const source = name.startsWith("config.") ? "config" : name.startsWith("summary.") ? "summary" : "run";
  return valueColumn({ name, runs: 0, kinds: [] }, source);
}
