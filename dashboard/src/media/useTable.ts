import { keepPreviousData, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { path, post } from "../api/client";
import type { TablePageData, TableQuery, Value } from "../api/types";
import type { TableState } from "./tableState";

/** Which table: one that a run logged, or one in an artifact. */
export type TableSource =
  | { project: string; run: string; key: string; step: number | null }
  | { project: string; run: string; artifact: string; path: string };

/** Rows in a page. */
export const ROWS = 100;

/** A row of a table: its number in the whole table, and its cells. */
export interface TableRow {
  number: number;
  cells: Value[];
}

/** A table as it is shown: its columns, how many rows match, and those that are here. */
export interface LoadedTable {
  columns: TablePageData["columns"];
  total: number;
  row: (index: number) => TableRow | undefined;
  pending: boolean;
  error: unknown;
  retry: () => void;
}

/** The body of a request for a part of a table. */
export function tableBody(source: TableSource, state: Pick<TableState, "search" | "filters" | "order">, offset: number, limit: number): TableQuery {
  const which = "key" in source ? { key: source.key, step: source.step } : { artifact: source.artifact, path: source.path };
  return { ...which, search: state.search, filters: state.filters, order: state.order, offset, limit };
}

/** Fetches a part of a table. */
export function getTable(source: TableSource, body: TableQuery, signal?: AbortSignal): Promise<TablePageData> {
  return post<TablePageData>(path("projects", source.project, "runs", source.run, "table"), body, signal);
}

/** The pages of a table that hold the rows from `first` to `last`, and what is known of the whole. */
export function useTable(source: TableSource, state: TableState, first: number, last: number): LoadedTable {
  const question = useMemo(() => ({ search: state.search, filters: state.filters, order: state.order }), [state.search, state.filters, state.order]);
  const options = (page: number) => ({
    queryKey: ["table", source, question, page] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) => getTable(source, tableBody(source, question, page * ROWS, ROWS), signal),
  });
  const head = useQuery({ ...options(0), placeholderData: keepPreviousData });
  const from = Math.floor(first / ROWS);
  const to = Math.max(from, Math.floor(last / ROWS));
  const pages = useQueries({ queries: Array.from({ length: to - from + 1 }, (_, at) => options(from + at)) });
  const client = useQueryClient();
  const row = (index: number): TableRow | undefined => {
    const page = Math.floor(index / ROWS);
    const loaded = pages[page - from]?.data ?? (page === 0 ? head.data : client.getQueryData<TablePageData>(["table", source, question, page]));
    const cells = loaded?.rows[index % ROWS];
    return cells ? { number: loaded?.numbers[index % ROWS] ?? index, cells } : undefined;
  };
  return {
    columns: head.data?.columns ?? [],
    total: head.data?.total ?? 0,
    row,
    pending: head.isPending,
    error: head.data ? null : head.error,
    retry: () => void head.refetch(),
  };
}
