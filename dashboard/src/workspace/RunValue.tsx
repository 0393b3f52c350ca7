import type { Brief } from "../api/types";
import { classes } from "../ui/classes";
import { formatNumber, formatValue, numberOf } from "../ui/format";
import styles from "./RunValue.module.css";
import { valueOf } from "./values";
import type { RunView } from "./view";

/** A column of a run in the list; numbers of the summary with their distance from the baseline. */
export function RunValue({ run, column, baseline }: { run: Brief; column: string; baseline: RunView | undefined }) {
  const value = valueOf(run, column);
  const number = numberOf(value);
  const base = baseline && column.startsWith("summary.") ? numberOf(valueOf(baseline, column)) : null;
  const distance = number !== null && base !== null ? number - base : null;
  const text = formatValue(value, 4);
  return (
    <span className={classes(styles["value"], number !== null && styles["number"])} title={`${column}: ${formatValue(value, 12)}`}>
      {text}
      {distance !== null && distance !== 0 && (
        <small className={styles["distance"]}>
          {distance > 0 ? "+" : ""}
          {formatNumber(distance, 2)}
        </small>
      )}
    </span>
  );
}

/** The same for a group: the mean of its runs. */
export function GroupValue({ column, mean }: { column: string; mean: number | null | undefined }) {
  return (
    <span className={classes(styles["value"], styles["number"])} title={`${column}: mean ${formatNumber(mean, 12)}`}>
      {formatNumber(mean, 4)}
    </span>
  );
}
