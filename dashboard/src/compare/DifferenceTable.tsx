import type { Value } from "../api/types";
import { classes } from "../ui/classes";
import { formatValue, numberOf } from "../ui/format";
import type { RunView } from "../workspace/view";
import styles from "./CompareTable.module.css";
import { type ComparedRow, sameValue } from "./differences";
import { RunHeads, tableWidth } from "./RunHeads";

// More rows are found by the search.
const mostDrawn = 500;

/** Values of runs side by side; what differs from the first run is marked. */
export function DifferenceTable(props: { label: string; rows: ComparedRow[]; runs: RunView[]; none?: string }) {
  const { label, rows, runs, none = "There are none." } = props;
  if (rows.length === 0) return <p className={styles["none"]}>{none}</p>;
  return (
    <div className={styles["scroll"]}>
      <table className={styles["table"]} style={{ width: tableWidth(runs.length) }} aria-label={label}>
        <RunHeads first="Name" runs={runs} />
        <tbody>
          {rows.slice(0, mostDrawn).map((row) => (
            <tr key={row.path} className={classes(!row.differs && styles["same"])}>
              <th scope="row" className={styles["path"]}>
                {row.path}
              </th>
              {row.values.map((value, index) => (
                <DifferenceCell key={index} value={value as Value | undefined} differs={index > 0 && !sameValue(value, row.values[0])} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > mostDrawn && <p className={styles["none"]}>{rows.length - mostDrawn} more: search for them.</p>}
    </div>
  );
}

function DifferenceCell({ value, differs }: { value: Value | undefined; differs: boolean }) {
  const text = value === undefined ? "not set" : formatValue(value, 8);
  const tone = value === undefined ? styles["missing"] : numberOf(value) === null ? undefined : styles["digits"];
  return (
    <td title={text}>
      <span className={classes(styles["value"], tone, differs && styles["differs"])}>{text === "" ? "empty" : text}</span>
    </td>
  );
}
