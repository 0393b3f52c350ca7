/** The rows of a view; those of the view before as long as the server cannot take what was typed. */

import { useMemo, useState } from "react";

import { ApiError } from "../api/client";
import { serverField } from "./columns";
import { filtersOf } from "./conditions";
import { type RowsQuery, type RunRows, useRunRows } from "./useRunRows";
import { orderOf, type TableView } from "./view";

/** What of a view the server may refuse: a regular expression that is none, half typed as often as not. */
type Typed = Pick<TableView, "search" | "conditions">;

/** Rows, with the query that found them. */
export interface AcceptedRows {
  rows: RunRows;
  query: RowsQuery;
  /** Why the rows are not those of the view, in the server's words. */
  refused: string | null;
}

const nothing: Typed = { search: "", conditions: [] };

/** Ask for the rows of a view as `useRunRows` does. */
export function useAcceptedRows(project: string, view: TableView, shown: readonly string[], open: ReadonlySet<string>, range: [number, number]): AcceptedRows {
  const { search, conditions } = view;
  const typed = useMemo((): Typed => ({ search, conditions }), [search, conditions]);
  const [accepted, setAccepted] = useState(nothing);
  const [refused, setRefused] = useState<{ typed: Typed; words: string } | null>(null);
  const wrong = refused !== null && same(refused.typed, typed);
  const asked = wrong ? accepted : typed;
  const query = useMemo(() => rowsQuery({ ...view, ...asked }, shown), [view, asked, shown]);
  const rows = useRunRows(project, query, open, range);
  if (rows.error instanceof ApiError && rows.error.status === 400 && !wrong && !same(typed, nothing)) {
    setRefused({ typed, words: rows.error.message });
  } else if (rows.error === null && !rows.loading && !rows.stale && !same(asked, accepted)) {
    setAccepted(asked);
  }
  return { rows, query, refused: wrong ? refused.words : null };
}

function same(a: Typed, b: Typed): boolean {
  return JSON.stringify([a.search, a.conditions]) === JSON.stringify([b.search, b.conditions]);
}

function rowsQuery(view: TableView, shown: readonly string[]): RowsQuery {
  const filters = filtersOf(view.conditions);
  return {
    ...(filters === null ? {} : { filters }),
    ...(view.search === "" ? {} : { search: view.search }),
    order: orderOf(view.sort.map((sort) => ({ ...sort, column: serverField(sort.column) }))),
    columns: shown.filter((name) => name.includes(".")),
    ...(view.groupBy.length === 0 ? {} : { group_by: view.groupBy }),
    ...(view.archived ? { archived: true } : {}),
  };
}
