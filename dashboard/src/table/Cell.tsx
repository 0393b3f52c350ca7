import { Link } from "wouter";

import type { Brief, Value } from "../api/types";
import { runColour } from "../ui/colours";
import { classes } from "../ui/classes";
import { formatAgo, formatDuration, formatTime, formatValue, numberOf } from "../ui/format";
import { StateDot } from "../ui/StateDot";
import { Tag } from "../ui/Tag";
import type { Theme } from "../ui/theme";
import styles from "./Cell.module.css";
import type { PlacedColumn } from "./columns";
import { formatAligned } from "./numbers";

/** The value of a column in a run; undefined where it has none. */
export function valueOf(run: Brief, column: string): Value | undefined {
  if (column.includes(".")) return run.columns[column];
  const value = (run as unknown as Record<string, Value | undefined>)[column];
  return value === null || value === "" ? undefined : value;
}

/** Properties of a `Cell`. */
export interface CellProps {
  run: Brief;
  column: PlacedColumn;
  /** It has the best value of the column. */
  best: boolean;
  /** The decimals of the column's numbers; null: each by itself. */
  decimals: number | null;
  theme: Theme;
}

/** What stands in one cell of the runs table. */
export function Cell({ run, column, best, decimals, theme }: CellProps) {
  switch (column.name) {
    case "name":
      return <NameCell run={run} theme={theme} />;
    case "state":
      return <StateDot state={run.state} words />;
    case "tags":
      return (
        <span className={styles["tags"]}>
          {run.tags.map((tag) => (
            <Tag key={tag}>{tag}</Tag>
          ))}
        </span>
      );
    case "created_at":
    case "last_time":
      return <span title={formatTime(run[column.name], true)}>{formatAgo(run[column.name])}</span>;
    case "runtime_s":
      return <>{formatDuration(run.runtime_s)}</>;
    default:
      return <ValueCell value={valueOf(run, column.name)} best={best} decimals={decimals} />;
  }
}

function NameCell({ run, theme }: { run: Brief; theme: Theme }) {
  return (
    <span className={styles["name"]}>
      <span className={styles["colour"]} style={{ background: runColour(run.project, run.id, theme) }} />
      <Link
        href={`/p/${encodeURIComponent(run.project)}/runs/${encodeURIComponent(run.id)}`}
        className={styles["link"]}
        title={run.notes === null || run.notes === "" ? run.name : `${run.name}\n\n${run.notes}`}
        tabIndex={-1}
      >
        {run.name}
      </Link>
      {run.archived && <span className={styles["mark"]}>archived</span>}
    </span>
  );
}

function ValueCell({ value, best, decimals }: { value: Value | undefined; best: boolean; decimals: number | null }) {
  if (value === undefined) return <span className={styles["missing"]}>–</span>;
  const number = numberOf(value);
  if (number === null) {
    const text = formatValue(value);
    return (
      <span className={typeof value === "object" ? styles["json"] : undefined} title={text}>
        {text}
      </span>
    );
  }
  return (
    <span className={classes(best && styles["best"], !Number.isFinite(number) && styles["odd"])} title={best ? `${number}, the best` : String(number)}>
      {formatAligned(number, decimals)}
    </span>
  );
}
