import { useQueries } from "@tanstack/react-query";

import { runQuery } from "../api/queries";
import type { RunView } from "../workspace/view";

// The ranks are only in the answer about a run itself. More lines than so many runs have ranks nobody tells apart.
const most = 20;

/** The ranks that any of the runs has, ascending; only the first 20 runs are asked. `[0]` while nothing is known. */
export function useRanks(project: string, runs: readonly RunView[], enabled: boolean): number[] {
  const found = useQueries({
    queries: runs.slice(0, most).map((run) => ({ ...runQuery(project, run.id), enabled })),
    combine: (answers) => answers.flatMap((answer) => answer.data?.ranks ?? []),
  });
  return [...new Set([0, ...found])].sort((a, b) => a - b);
}
