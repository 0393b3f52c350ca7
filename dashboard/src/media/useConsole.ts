import { useEffect, useMemo, useSyncExternalStore } from "react";

import { get, path } from "../api/client";
import { useChanges } from "../api/feed";
import type { ConsoleLine, ConsolePage } from "../api/types";
import { LogPages } from "./logPages";

/** Which lines of a run; null: all. */
export interface LogFilter {
  stream: ConsoleLine["stream"] | null;
  rank: number | null;
}

/** The address of a run's console with a filter and other parameters. */
export function consolePath(project: string, run: string, filter: LogFilter, more: Record<string, string>, part = ""): string {
  const parameters = new URLSearchParams(more);
  if (filter.stream) parameters.set("stream", filter.stream);
  if (filter.rank !== null) parameters.set("rank", String(filter.rank));
  return `${path("projects", project, "runs", run, "console")}${part}?${parameters.toString()}`;
}

/** The console of a run, which grows while the run does. The object stays the same; components draw it anew when it changes. */
export function useConsole(project: string, run: string, filter: LogFilter): LogPages {
  const { stream, rank } = filter;
  const pages = useMemo(
    () =>
      new LogPages((first, count, signal) =>
        get<ConsolePage>(consolePath(project, run, { stream, rank }, { first: String(first), count: String(count) }), signal),
      ),
    [project, run, stream, rank],
  );
  useEffect(() => {
    void pages.refresh();
  }, [pages]);
  useChanges((change) => {
    const mine = change.runs.find((each) => each.project === project && each.id === run);
    if (mine?.fields.includes("console")) void pages.refresh();
  });
  useSyncExternalStore(pages.subscribe, () => pages.version);
  return pages;
}
