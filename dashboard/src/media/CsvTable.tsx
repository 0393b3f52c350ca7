import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";

import { classes } from "../ui/classes";
import styles from "./CsvTable.module.css";

const ROW_HEIGHT = 26;
const SAMPLE = 200; // rows that the widths of columns are taken from

/** The rows of a CSV file; the first one names the columns. */
export function CsvTable({ rows }: { rows: string[][] }) {
  const [head = [], ...body] = rows;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({ count: body.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 20 });
  const columns = useMemo(() => {
    const first = rows.slice(0, SAMPLE);
    return (rows[0] ?? []).map((_, at) => {
      const longest = Math.max(...first.map((row) => (row[at] ?? "").length));
      const isNumber = first.slice(1).every((row) => row[at] === "" || !Number.isNaN(Number(row[at])));
      return { width: Math.min(320, Math.max(64, longest * 7.2 + 24)), isNumber };
    });
  }, [rows]);
  const template = columns.map((column) => `${column.width}px`).join(" ");
  const items = list.getVirtualItems();
  return (
    <div ref={scroller} className={styles["table"]} role="table" aria-label="Table" aria-rowcount={rows.length} tabIndex={0}>
      <div className={styles["head"]} role="row" style={{ gridTemplateColumns: template }}>
        {head.map((name, at) => (
          <span key={at} role="columnheader" className={classes(styles["cell"], columns[at]?.isNumber && styles["right"])} title={name}>{name}</span>
        ))}
      </div>
      <div className={styles["body"]} role="rowgroup" style={{ height: list.getTotalSize() }}>
        {items.map((item) => (
          <div key={item.key} role="row" aria-rowindex={item.index + 2} className={styles["row"]} style={{ gridTemplateColumns: template, transform: `translateY(${item.start}px)` }}>
            {head.map((_, at) => (
              <span key={at} role="cell" className={classes(styles["cell"], columns[at]?.isNumber && styles["right"])} title={body[item.index]?.[at]}>
                {body[item.index]?.[at] ?? ""}
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
