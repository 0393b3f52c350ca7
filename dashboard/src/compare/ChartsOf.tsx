import { ChartLine } from "lucide-react";

import type { Key } from "../api/types";
import { KeyCharts } from "../run/ChartsTab";
import { EmptyState } from "../ui/EmptyState";
import type { RunView } from "../workspace/view";

/** The charts of the compared runs, laid over each other. */
export function ChartsOf({ project, runs, keys }: { project: string; runs: RunView[]; keys: Key[] }) {
  if (keys.length === 0) return <EmptyState title="None of these runs logged anything" icon={<ChartLine />} />;
  return <KeyCharts project={project} runs={runs} keys={keys} />;
}
