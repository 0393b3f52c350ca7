import { ArrowDown, ArrowUp } from "lucide-react";

import { classes } from "../ui/classes";
import { formatNumber } from "../ui/format";
import type { RunView } from "../workspace/view";
import styles from "./CompareTable.module.css";
import { judge, type MetricRow } from "./metrics";
import { RunHeads, tableWidth } from "./RunHeads";

/** Results of runs, each with its difference to the first run; the best are marked. */
export function MetricTable({ rows, runs, none }: { rows: MetricRow[]; runs: RunView[]; none: string }) {
  if (rows.length === 0) return <p className={styles["none"]}>{none}</p>;
  return (
    <div className={styles["scroll"]}>
      <table className={styles["table"]} style={{ width: tableWidth(runs.length) }} aria-label="Results">
        <RunHeads first="Metric" runs={runs} />
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row" className={styles["path"]}>
                {row.key}
                {row.goal === "minimize" && <ArrowDown role="img" aria-label="smaller is better" />}
                {row.goal === "maximize" && <ArrowUp role="img" aria-label="larger is better" />}
              </th>
              {row.values.map((value, index) => (
                <td key={index} title={value === null ? "not logged" : String(value)}>
                  <span className={classes(row.best.includes(index) && styles["best"], value === null && styles["missing"])}>{formatNumber(value)}</span>
                  {index > 0 && <Delta row={row} index={index} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Delta({ row, index }: { row: MetricRow; index: number }) {
  const delta = row.deltas[index] ?? null;
  if (delta === null || delta === 0) return null;
  const base = row.values[0] ?? 0;
  const sign = delta > 0 ? "+" : "";
  const percent = base === 0 ? "" : `, ${sign}${formatNumber((delta / Math.abs(base)) * 100, 3)} %`;
  const tone = { 1: styles["better"], 0: undefined, [-1]: styles["worse"] }[judge(delta, row.goal)];
  return (
    <span className={classes(styles["delta"], tone)} title={`${sign}${delta}${percent}`}>
      {sign}
      {formatNumber(delta, 3)}
    </span>
  );
}
