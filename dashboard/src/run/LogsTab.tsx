import type { RunDetail } from "../api/types";
import { LogView } from "../media/LogView";
import styles from "./LogsTab.module.css";

/** What a run wrote to its console. */
export function LogsTab({ run }: { run: RunDetail }) {
  return (
    <div className={styles["page"]}>
      <LogView project={run.project} run={run.id} ranks={run.ranks} live={run.state === "running"} />
    </div>
  );
}
