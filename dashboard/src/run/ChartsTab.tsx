import { ChartLine } from "lucide-react";

import type { RunDetail } from "../api/types";
import { EmptyState } from "../ui/EmptyState";
import { RunsBoard } from "../workspace/RunsBoard";
import { useRunViews } from "./useRunView";

/** The charts of one run; its system metrics have a tab of their own. */
export function ChartsTab({ run }: { run: RunDetail }) {
  const runs = useRunViews([run]);
  const keys = run.keys.filter((key) => key.stream === "history" && !key.hidden);
  if (keys.length === 0) {
    return (
      <EmptyState title="Nothing was logged yet" icon={<ChartLine />}>
        <p>
          What <code>run.log</code> gets is drawn here at once.
        </p>
      </EmptyState>
    );
  }
  return <RunsBoard project={run.project} place="run" runs={runs} keys={keys} />;
}
