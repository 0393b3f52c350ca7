import { ChartLine } from "lucide-react";
import { useMemo } from "react";

import type { Key } from "../api/types";
import { EmptyState } from "../ui/EmptyState";
import { RunsBoard } from "../workspace/RunsBoard";
import type { RunView } from "../workspace/view";

/** The charts of the compared runs, laid over each other; differences at the cursor are to the first of them. */
export function ChartsOf({ project, runs, keys }: { project: string; runs: RunView[]; keys: Key[] }) {
  const compared = useMemo(() => runs.map((run, place): RunView => ({ ...run, baseline: place === 0 && runs.length > 1 })), [runs]);
  if (keys.length === 0) return <EmptyState title="None of these runs logged anything" icon={<ChartLine />} />;
  return <RunsBoard project={project} place="compare" runs={compared} keys={keys} />;
}
