/** Tables of what charts show, as CSV. */

import type { Stream, Value } from "../api/types";
import { numberOf } from "../ui/format";

/** What stands in a cell; null is empty. */
export type Cell = Value | undefined;

/** Rows under a head as CSV of RFC 4180. Numbers are whole; lists and objects are JSON. */
export function csvText(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((row) => row.map(cellText).join(",")).join("\r\n") + "\r\n";
}

/** The address of all points of series, not downsampled, as CSV. */
export function pointsAddress({ project, runs, keys, stream }: { project: string; runs: string[]; keys: string[]; stream: Stream }): string {
  const query = new URLSearchParams({ format: "csv", what: "series", stream });
  for (const run of runs) query.append("runs", run);
  for (const key of keys) query.append("keys", key);
  return `/api/v1/projects/${encodeURIComponent(project)}/export?${query.toString()}`;
}

function cellText(value: Cell): string {
  if (value === null || value === undefined) return "";
  const number = numberOf(value);
  const text = number !== null ? String(number) : typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
