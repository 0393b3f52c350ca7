import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

import { classes } from "../ui/classes";
import type { PlacedColumn } from "./columns";
import { BOXES, GridRow, ROW, type RowContent } from "./GridRow";
import { type ColumnActions, HeadCell } from "./HeadCell";
import styles from "./RunsGrid.module.css";
import { useColumnDrag } from "./useColumnDrag";
import { useScrollWindow } from "./useScrollWindow";
import type { Sort } from "./view";

// Rows and pixels drawn beyond the edges, so that fast scrolling shows no gaps.
const overscan = 12;
const beyond = 300;

/** Properties of a `RunsGrid`. */
export interface RunsGridProps {
  label: string;
  columns: PlacedColumn[];
  count: number;
  sort: Sort[];
  actions: ColumnActions;
  /** The box that selects all. */
  corner: ReactNode;
  /** What stands in a row; null while it is loaded. */
  row: (index: number) => RowContent | null;
  /** The rows on screen. */
  onRange: (first: number, last: number) => void;
  onOpen: (index: number) => void;
  /** The space bar on a row; `extend` with Shift. */
  onSelect: (index: number, options: { extend: boolean }) => void;
  /** Escape. */
  onClear: () => void;
  stale: boolean;
}

/** A grid of rows and columns of which only those on screen are drawn, with pinned columns at the left. */
export function RunsGrid(props: RunsGridProps) {
  const { columns, count, onRange } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const id = useId();
  const rows = useVirtualizer({ count, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan });
  const [left, width] = useScrollWindow(scroller);
  const drag = useColumnDrag(props.actions.drop);
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    onRange(first, last);
  }, [onRange, first, last]);

  const pinned = columns.filter((column) => column.pinned);
  const pinnedWidth = pinned.reduce((sum, column) => sum + column.width, BOXES);
  const free = columns.filter(
    (column) => !column.pinned && column.left + column.width > left - beyond && column.left < left + width + beyond,
  );
  const end = columns.at(-1);
  const total = BOXES + (end === undefined ? 0 : end.left + end.width);

  const goTo = (index: number) => {
    const next = Math.max(0, Math.min(count - 1, index));
    setActive(next);
    rows.scrollToIndex(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 2);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (event.shiftKey) props.onSelect(active, { extend: false });
      goTo(active + step);
      if (event.shiftKey) props.onSelect(Math.max(0, Math.min(count - 1, active + step)), { extend: true });
    } else if (event.key === "Enter") props.onOpen(active);
    else if (event.key === "Escape") props.onClear();
    else if (event.key === " ") {
      event.preventDefault();
      props.onSelect(active, { extend: event.shiftKey });
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      event.preventDefault();
      scroller.current?.scrollBy({ left: event.key === "ArrowLeft" ? -120 : 120 });
    }
  };
  const head = (column: PlacedColumn) => {
    const place = props.sort.findIndex((sort) => sort.column === column.name);
    return (
      <HeadCell
        key={column.name}
        column={column}
        place={columns.indexOf(column) + 1}
        sort={props.sort[place] ?? null}
        rank={place >= 0 && props.sort.length > 1 ? place + 1 : null}
        actions={props.actions}
        drag={drag}
      />
    );
  };
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={props.label}
      aria-rowcount={count + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      aria-activedescendant={count > 0 ? `${id}-${active}` : undefined}
      tabIndex={0}
      className={classes(styles["grid"], props.stale && styles["stale"])}
      data-dragging={drag.dragging !== null || undefined}
      onKeyDown={onKeyDown}
    >
      <div className={styles["heads"]} role="row" aria-rowindex={1} style={{ width: total }}>
        <div className={styles["pinned"]} style={{ width: pinnedWidth }}>
          <div className={styles["box"]} role="columnheader" aria-colindex={1}>
            {props.corner}
          </div>
          {pinned.map(head)}
        </div>
        <div className={styles["free"]}>
          {free.map(head)}
        </div>
      </div>
      <div role="rowgroup" className={styles["body"]} style={{ height: rows.getTotalSize(), width: total }}>
        {items.map((item) => (
          <GridRow
            key={item.index}
            id={`${id}-${item.index}`}
            index={item.index}
            top={item.start}
            width={total}
            pinnedWidth={pinnedWidth}
            active={item.index === active}
            columns={columns}
            pinned={pinned}
            free={free}
            content={props.row(item.index)}
            onActivate={setActive}
          />
        ))}
      </div>
    </div>
  );
}
