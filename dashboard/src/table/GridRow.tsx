import type { ReactNode } from "react";

import { classes } from "../ui/classes";
import type { PlacedColumn } from "./columns";
import styles from "./GridRow.module.css";

/** Height of a row in pixels. */
export const ROW = 34;
/** Width of the column of boxes in pixels. */
export const BOXES = 40;

/** What stands in a row. */
export interface RowContent {
  selected: boolean;
  /** The head of a group: it is open or not; undefined for a run. */
  expanded?: boolean | undefined;
  /** A run below the head of a group. */
  inside?: boolean;
  /** What stands at the very left: a box, or what opens a group. */
  lead: ReactNode;
  cell: (column: PlacedColumn) => ReactNode;
}

/** Properties of a `GridRow`. */
export interface GridRowProps {
  id: string;
  index: number;
  /** Pixels from the top of the first row. */
  top: number;
  width: number;
  pinnedWidth: number;
  active: boolean;
  columns: PlacedColumn[];
  pinned: PlacedColumn[];
  free: PlacedColumn[];
  content: RowContent | null;
  onActivate: (index: number) => void;
}

/** One row of the runs table. */
export function GridRow({ content, pinned, free, columns, ...row }: GridRowProps) {
  const cell = (column: PlacedColumn) => (
    <div
      key={column.name}
      role="gridcell"
      aria-colindex={columns.indexOf(column) + 2}
      className={classes(styles["cell"], column.numeric && styles["numeric"])}
      style={column.pinned ? { width: column.width } : { width: column.width, left: column.left }}
    >
      {content === null ? <span className={styles["waiting"]} /> : content.cell(column)}
    </div>
  );
  return (
    <div
      id={row.id}
      role="row"
      aria-rowindex={row.index + 2}
      aria-selected={content?.selected ?? false}
      aria-expanded={content?.expanded}
      aria-busy={content === null || undefined}
      className={classes(
        styles["row"],
        row.active && styles["active"],
        content?.selected && styles["selected"],
        content?.expanded !== undefined && styles["group"],
        content?.inside && styles["inside"],
      )}
      style={{ transform: `translateY(${row.top}px)`, width: row.width, height: ROW }}
      onPointerDown={() => {
        row.onActivate(row.index);
      }}
    >
      <div className={styles["pinned"]} style={{ width: row.pinnedWidth }}>
        <div className={styles["lead"]} role="gridcell" aria-colindex={1}>
          {content?.lead}
        </div>
        {pinned.map(cell)}
      </div>
      <div className={styles["free"]}>{free.map(cell)}</div>
    </div>
  );
}
