/** The addresses of the table as files. */

import { address } from "../api/client";
import type { Filter } from "../api/types";

/** What is exported: the runs of a view, or only those with these ids. */
export interface ExportQuery {
  filters: Filter | null;
  search: string;
  order: readonly string[];
  columns: readonly string[];
  archived: boolean;
  ids: readonly string[] | null;
}

/** The address of the runs table as a file. */
export function exportAddress(project: string, format: "csv" | "parquet", query: ExportQuery): string {
  const clauses: Filter[] = [];
  if (query.filters !== null) clauses.push(query.filters);
  if (query.ids !== null) clauses.push({ id: { $in: query.ids } });
  const parameters = new URLSearchParams({ format, what: "runs" });
  for (const field of query.order) parameters.append("order", field);
  for (const column of query.columns) parameters.append("columns", column);
  if (clauses.length > 0) parameters.set("filters", JSON.stringify(clauses.length === 1 ? clauses[0] : { $and: clauses }));
  if (query.search !== "") parameters.set("search", query.search);
  if (query.archived) parameters.set("archived", "true");
  return `${address("projects", project, "export")}?${parameters.toString()}`;
}
