import { Link } from "wouter";

import { runAddress } from "../app/addresses";
import { classes } from "../ui/classes";
import { StateDot } from "../ui/StateDot";
import type { RunView } from "../workspace/view";
import styles from "./CompareTable.module.css";

/** The head of a table that has a column a run; of `metrics` a second one for the difference to the first run. */
export function RunHeads({ first, runs, metrics }: { first: string; runs: RunView[]; metrics?: boolean }) {
  return (
    <thead>
      <tr>
        <th scope="col" className={styles["path"]}>
          {first}
        </th>
        {runs.map((run, index) => (
          <th key={run.id} scope="col" colSpan={metrics && index > 0 ? 2 : 1} className={classes(metrics && styles["metric"])}>
            <span className={styles["run"]}>
              <span className={styles["colour"]} style={{ background: run.colour }} />
              <Link href={runAddress(run.project, run.id)} className={styles["runName"]} title={run.name}>
                {run.name}
              </Link>
              <StateDot state={run.state} />
            </span>
          </th>
        ))}
      </tr>
    </thead>
  );
}
