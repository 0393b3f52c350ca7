/** The rows of a view; those of the view before as long as the server cannot take what was typed. */

import { useMemo } from "react";

import { serverField } from "./columns";
import { filtersOf } from "./conditions";
import { useAccepted } from "./useAccepted";
import { type RowsQuery, type RunRows, useRunRows } from "./useRunRows";
import { orderOf, type TableView } from "./view";

/** Rows, with the query that found them. */
export interface AcceptedRows {
  rows: RunRows;
  query: RowsQuery;
  /** Why the rows are not those of the view, in the server's words. */
  refused: string | null;
}

/** Ask for the rows of a view as `useRunRows` does. */
export function useAcceptedRows(project: string, view: TableView, shown: readonly string[], open: ReadonlySet<string>, range: [number, number]): AcceptedRows {
  const { asked, refused, hear } = useAccepted(view);
  const query = useMemo(() => rowsQuery({ ...view, ...asked }, shown), [view, asked, shown]);
  const rows = useRunRows(project, query, open, range);
  hear(rows.error, { settled: !rows.loading && !rows.stale });
  return { rows, query, refused };
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
