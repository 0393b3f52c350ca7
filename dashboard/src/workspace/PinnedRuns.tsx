import styles from "./PinnedRuns.module.css";
import { RunRow } from "./RunRow";
import type { RunActions } from "./useRunActions";
import type { ViewState } from "./useView";
import type { VisibleRuns } from "./useVisibleRuns";

/** The pinned runs and the baseline, over the list so that they stay in sight. */
export function PinnedRuns({ state, visible, actions }: { state: ViewState; visible: VisibleRuns; actions: RunActions }) {
  const pinned = visible.runs.filter((run) => run.pinned || run.baseline);
  if (pinned.length === 0) return null;
  const baseline = pinned.find((run) => run.baseline);
  return (
    <ul className={styles["pinned"]} aria-label="Pinned runs">
      {pinned.map((run) => (
        <li key={run.id}>
          <RunRow run={run} view={state.view} visible={visible} actions={actions} baseline={baseline} inset={false} />
        </li>
      ))}
    </ul>
  );
}
