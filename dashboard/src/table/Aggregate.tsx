import type { RunGroup, Value } from "../api/types";
import { formatNumber, formatValue, plural } from "../ui/format";
import styles from "./Aggregate.module.css";
import type { PlacedColumn } from "./columns";

/** What the runs of a group have in common, for the head of the group. */
export function GroupTitle({ group, by }: { group: RunGroup; by: string[] }) {
  return (
    <span className={styles["title"]}>
      <span className={styles["values"]}>{by.map((column, index) => groupWord(column, group.values[index])).join(" · ")}</span>
      <span className={styles["runs"]}>
        {plural(group.runs, "run")}
        {group.running > 0 && `, ${group.running} running`}
      </span>
    </span>
  );
}

function groupWord(column: string, value: Value | undefined): string {
  const name = column.replace(/^(config|summary)\./, "");
  return `${name}: ${value === null || value === undefined ? "none" : formatValue(value)}`;
}

/** The mean of a column over the runs of a group, with its range. */
export function Aggregate({ group, column }: { group: RunGroup; column: PlacedColumn }) {
  const value = group.columns[column.name];
  if (value === undefined || value.mean === null) return null;
  const range = `mean ${formatNumber(value.mean)}, from ${formatNumber(value.min)} to ${formatNumber(value.max)}`;
  return (
    <span className={styles["mean"]} title={range}>
      {formatNumber(value.mean, 4)}
    </span>
  );
}
