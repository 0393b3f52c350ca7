/** The runs of the compare page, by the ids in its address. */

import { useQueries } from "@tanstack/react-query";
import { useCallback } from "react";
import { useSearchParams } from "wouter";

import { get, path } from "../api/client";
import { keys } from "../api/queries";
import type { RunDetail } from "../api/types";

/** The runs that are compared, and how to choose others. The first is the one that the others are compared with. */
export interface ComparedRuns {
  ids: string[];
  /** Those that are loaded, in the order of `ids`. */
  runs: RunDetail[];
  loading: boolean;
  /** Ids of runs that could not be loaded, with the reason. */
  failed: { id: string; error: Error }[];
  choose: (ids: string[]) => void;
}

/** Load the runs whose ids are in the address: `?runs=a,b`. */
export function useComparedRuns(project: string): ComparedRuns {
  const [parameters, setParameters] = useSearchParams();
  const ids = [...new Set((parameters.get("runs") ?? "").split(",").filter(Boolean).map(decodeId))];
  const found = useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.run(project, id),
      queryFn: ({ signal }: { signal: AbortSignal }) => get<RunDetail>(path("projects", project, "runs", id), signal),
    })),
  });
  const choose = useCallback(
    (next: string[]) => {
      setParameters(
        (before) => {
          before.set("runs", next.join(","));
          return before;
        },
        { replace: true },
      );
    },
    [setParameters],
  );
  return {
    ids,
    runs: found.flatMap((query) => query.data ?? []),
    loading: found.some((query) => query.isPending),
    failed: found.flatMap((query, index) => (query.error === null ? [] : [{ id: ids[index] ?? "", error: query.error }])),
    choose,
  };
}

function decodeId(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that encodes nothing
  }
}
