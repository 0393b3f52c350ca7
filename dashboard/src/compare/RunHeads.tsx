import { Link } from "wouter";

import { runAddress } from "../app/addresses";
import { StateDot } from "../ui/StateDot";
import type { RunView } from "../workspace/view";
import styles from "./CompareTable.module.css";

const nameWidth = 240;
const runWidth = 196;

/** Pixels of a table that has a column a run: all of them the same, so that runs stand below one another. */
export function tableWidth(runs: number): number {
  return nameWidth + runs * runWidth;
}

/** The head of a table that has a column a run. */
export function RunHeads({ first, runs }: { first: string; runs: RunView[] }) {
  return (
    <thead>
      <tr>
        <th scope="col" className={styles["path"]} style={{ width: nameWidth }}>
          {first}
        </th>
        {runs.map((run) => (
          <th key={run.id} scope="col">
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
