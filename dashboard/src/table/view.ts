/**
 * The state of the runs table: what is shown, in which order, of which runs. It lives in the address of the page, so
 * that a link is the view. It knows nothing of the server and nothing of React.
 */

import { type Condition, decodeCondition, encodeCondition } from "./conditions";

/** One key of the order of rows. */
export interface Sort {
  column: string;
  descending: boolean;
}

/** What the table shows. `columns` is null as long as nobody chose: then the page picks some. */
export interface TableView {
  columns: string[] | null;
  pinned: string[];
  widths: Readonly<Record<string, number>>;
  sort: Sort[];
  search: string;
  conditions: Condition[];
  groupBy: string[];
  archived: boolean;
}

/** The view of an address without parameters: newest runs first. */
export const DEFAULT_VIEW: TableView = {
  columns: null,
  pinned: ["name"],
  widths: {},
  sort: [],
  search: "",
  conditions: [],
  groupBy: [],
  archived: false,
};

/** Narrowest and widest column in pixels. */
export const WIDTHS = { least: 56, most: 900 } as const;

/** Write a view as the parameters of an address; what is as in `DEFAULT_VIEW` is left out. */
export function encodeView(view: TableView): URLSearchParams {
  const parameters = new URLSearchParams();
  if (view.search) parameters.set("q", view.search);
  for (const condition of view.conditions) parameters.append("where", encodeCondition(condition));
  for (const sort of view.sort) parameters.append("sort", (sort.descending ? "-" : "+") + sort.column);
  for (const column of view.groupBy) parameters.append("by", column);
  if (view.archived) parameters.set("archived", "1");
  for (const column of view.columns ?? []) parameters.append("col", column);
  if (view.columns?.length === 0) parameters.append("col", "");
  if (view.pinned.join("\n") !== DEFAULT_VIEW.pinned.join("\n")) {
    for (const column of view.pinned.length > 0 ? view.pinned : [""]) parameters.append("pin", column);
  }
  for (const [column, width] of Object.entries(view.widths)) parameters.append("width", `${Math.round(width)}:${column}`);
  return parameters;
}

/** Read the parameters of an address; what is wrong or unknown in them is ignored. */
export function decodeView(parameters: URLSearchParams): TableView {
  const filled = (name: string) => [...new Set(parameters.getAll(name).filter((text) => text !== ""))];
  return {
    columns: parameters.has("col") ? filled("col") : null,
    pinned: parameters.has("pin") ? filled("pin") : DEFAULT_VIEW.pinned,
    widths: Object.fromEntries(parameters.getAll("width").flatMap(decodeWidth)),
    sort: filled("sort").flatMap(decodeSort),
    search: parameters.get("q") ?? "",
    conditions: parameters.getAll("where").flatMap((text) => decodeCondition(text) ?? []),
    groupBy: filled("by"),
    archived: parameters.get("archived") === "1",
  };
}

function decodeWidth(text: string): [string, number][] {
  const [head = "", ...rest] = text.split(":");
  const width = Number(head);
  return Number.isFinite(width) && width > 0 && rest.length > 0 ? [[rest.join(":"), clampWidth(width)]] : [];
}

function decodeSort(text: string): Sort[] {
  const descending = text.startsWith("-");
  const column = /^[-+ ]/.test(text) ? text.slice(1) : text; // a plus in an address reads as a space
  return column === "" ? [] : [{ column, descending }];
}

/** Keep a width between the narrowest and the widest that a column may have. */
export function clampWidth(width: number): number {
  return Math.min(WIDTHS.most, Math.max(WIDTHS.least, width));
}

/**
 * The order after a click on the head of a column: up, down, off. With `add` (shift was held) the column joins the
 * others, or changes in its place; without, it is the only one.
 */
export function toggleSort(sort: readonly Sort[], column: string, { add }: { add: boolean }): Sort[] {
  const known = sort.find((item) => item.column === column);
  const next: Sort[] = known === undefined ? [{ column, descending: false }] : known.descending ? [] : [{ column, descending: true }];
  if (!add) return sort.length > 1 && known !== undefined ? [{ column, descending: known.descending }] : next;
  if (known === undefined) return [...sort, ...next];
  return sort.flatMap((item) => (item.column === column ? next : [item]));
}

/** The `order` of a run query; newest first where nothing else was chosen. */
export function orderOf(sort: readonly Sort[]): string[] {
  return sort.length === 0 ? ["-created_at"] : sort.map((item) => (item.descending ? "-" : "+") + item.column);
}

/** Move a column to stand before another one (null: to the end); the list is as it was if either is unknown. */
export function moveColumn(columns: readonly string[], column: string, before: string | null): string[] {
  if (column === before || !columns.includes(column)) return [...columns];
  const rest = columns.filter((name) => name !== column);
  const place = before === null ? rest.length : rest.indexOf(before);
  return place < 0 ? [...columns] : [...rest.slice(0, place), column, ...rest.slice(place)];
}
