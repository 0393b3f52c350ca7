import { keepPreviousData, useQueries, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";

import { get, path, post } from "../api/client";
import { useChanges } from "../api/feed";
import type { LoggedObject, ObjectsQuery, RunChange } from "../api/types";

// A picture that changes more often than this cannot be looked at.
const REFRESH_MS = 500;

/**
 * What runs logged under keys, at the newest step that is not above `step` (null: the newest of all). While another step
 * loads, the one before stays, so that scrubbing does not flicker. Without a step it follows the runs.
 */
export function useObjects(project: string, runs: readonly string[], keys: readonly string[], step: number | null): UseQueryResult<LoggedObject[]> {
  const body: ObjectsQuery = { project, runs: [...runs], keys: [...keys], step };
  useRefresh(project, runs, keys, "objects");
  return useQuery({
    queryKey: ["objects", project, body],
    queryFn: async ({ signal }) => (await post<{ objects: LoggedObject[] }>("/objects/query", body, signal)).objects,
    placeholderData: keepPreviousData,
    enabled: runs.length > 0 && keys.length > 0,
  });
}

/** The steps at which any of the runs logged any of the keys, ascending. */
export function useSteps(project: string, runs: readonly string[], keys: readonly string[]): number[] {
  useRefresh(project, runs, keys, "steps");
  const found = useQueries({
    queries: runs.flatMap((run) =>
      keys.map((key) => ({
        queryKey: ["steps", project, run, key],
        queryFn: async ({ signal }: { signal: AbortSignal }) => {
          const address = `${path("projects", project, "runs", run, "steps")}?key=${encodeURIComponent(key)}`;
          return (await get<{ steps: number[] }>(address, signal)).steps;
        },
      })),
    ),
  });
  const lists = found.map((each) => each.data);
  const version = found.map((each) => each.dataUpdatedAt).join();
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the lists are new each time; their versions tell when they changed
  return useMemo(() => [...new Set(lists.flatMap((list) => list ?? []))].sort((a, b) => a - b), [version]);
}

/** Whether a change of a run may have brought objects of these keys. */
export function touches(change: RunChange, keys: readonly string[]): boolean {
  if (!change.fields.includes("media") && !change.fields.includes("series")) return false;
  return change.keys === undefined || keys.some((key) => key in (change.keys ?? {}));
}

function useRefresh(project: string, runs: readonly string[], keys: readonly string[], what: "objects" | "steps"): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  useChanges((change) => {
    const changed = change.runs.filter((run) => run.project === project && runs.includes(run.id) && touches(run, keys));
    if (changed.length === 0 || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({
        predicate: ({ queryKey }) => {
          if (queryKey[0] !== what || queryKey[1] !== project) return false;
          if (what === "steps") return runs.includes(String(queryKey[2])) && keys.includes(String(queryKey[3]));
          const body = queryKey[2] as ObjectsQuery;
          return body.runs.some((run) => runs.includes(run)) && body.keys.some((key) => keys.includes(key));
        },
      });
    }, REFRESH_MS);
  });
}
