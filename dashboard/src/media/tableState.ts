/** What a person has done to a table: sorting, filters, search, widths, order and hidden columns. The server does the work. */

export type FilterOp = "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains";

export interface TableFilter {
  column: string;
  op: FilterOp;
  value: string | number | boolean;
}

export interface TableOrder {
  column: string;
  descending: boolean;
}

export interface TableState {
  search: string;
  filters: TableFilter[];
  order: TableOrder[];
  hidden: string[];
  /** In pixels, of columns that were resized. */
  widths: Record<string, number>;
}

export const EMPTY_STATE: TableState = { search: "", filters: [], order: [], hidden: [], widths: {} };

export const MIN_WIDTH = 48;
const MAX_WIDTH = 900;

/** Sorts by a column: up, then down, then not at all; `add` keeps what it is sorted by already, and comes after it. */
export function sortBy(state: TableState, column: string, add: boolean): TableState {
  const current = state.order.find((item) => item.column === column);
  const next: TableOrder[] = !current ? [{ column, descending: false }] : current.descending ? [] : [{ column, descending: true }];
  if (!add) return { ...state, order: next };
  if (!current) return { ...state, order: [...state.order, ...next] };
  return { ...state, order: state.order.flatMap((item) => (item.column === column ? next : [item])) };
}

/** Sets the filter of a column, or takes it away. */
export function filterBy(state: TableState, column: string, filter: Omit<TableFilter, "column"> | null): TableState {
  const others = state.filters.filter((item) => item.column !== column);
  return { ...state, filters: filter ? [...others, { column, ...filter }] : others };
}

/** Hides a column, or shows it again; the last one that is shown stays. */
export function toggleColumn(state: TableState, column: string, all: readonly string[]): TableState {
  if (state.hidden.includes(column)) return { ...state, hidden: state.hidden.filter((name) => name !== column) };
  const shown = all.filter((name) => !state.hidden.includes(name));
  return shown.length > 1 ? { ...state, hidden: [...state.hidden, column] } : state;
}

/** Gives a column a width, in reasonable bounds. */
export function resize(state: TableState, column: string, width: number): TableState {
  const bounded = Math.round(Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, width)));
  return { ...state, widths: { ...state.widths, [column]: bounded } };
}

/** The value of a filter that was typed, of the type that the column has; null if it is none of it. */
export function filterValue(text: string, type: string | null): TableFilter["value"] | null {
  if (type === "number") {
    const number = Number(text);
    return text.trim() !== "" && !Number.isNaN(number) ? number : null;
  }
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : null;
  return text;
}

/** The operators that make sense for a type of column, the usual one first. */
export function opsOf(type: string | null): FilterOp[] {
  if (type === "number" || type === "timestamp" || type === "date") return [">=", "<=", ">", "<", "=", "!="];
  if (type === "boolean") return ["=", "!="];
  return ["contains", "=", "!="];
}

const NOT_SORTABLE = new Set(["image", "audio", "video", "html", "plotly", "object3d", "molecule", "graph", "chart", "table", "array", "any", "histogram", "list", "dict"]);

/** Whether the server can sort and filter by a type of column. */
export function isComparable(type: string | null): boolean {
  return !(type !== null && NOT_SORTABLE.has(type));
}

/** Takes out what names columns that a table no longer has. */
export function fitted(state: TableState, columns: readonly string[]): TableState {
  const known = new Set(columns);
  const hidden = state.hidden.filter((name) => known.has(name));
  return {
    ...state,
    filters: state.filters.filter((filter) => known.has(filter.column)),
    order: state.order.filter((order) => known.has(order.column)),
    hidden: hidden.length < known.size ? hidden : [],
  };
}
