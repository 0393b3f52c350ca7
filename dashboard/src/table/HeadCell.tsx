import { type PointerEvent, useRef } from "react";
import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, EllipsisVertical, EyeOff, Filter, Pin, PinOff, Rows3 } from "lucide-react";

import { classes } from "../ui/classes";
import { Menu, type MenuItem } from "../ui/Menu";
import { type PlacedColumn, sortable } from "./columns";
import styles from "./HeadCell.module.css";
import type { ColumnDrag, ColumnDrop } from "./useColumnDrag";
import { clampWidth, type Sort, WIDTHS } from "./view";

/** What can be done to a column from its head. */
export interface ColumnActions {
  sort: (column: string, options: { add: boolean }) => void;
  sortBy: (sort: Sort) => void;
  resize: (column: string, width: number) => void;
  pin: (column: string) => void;
  hide: (column: string) => void;
  group: (column: string) => void;
  filter: (column: string) => void;
  /** One place to the left (-1) or right (1). */
  shift: (column: string, by: -1 | 1) => void;
  /** Put it beside another. */
  drop: (column: string, drop: ColumnDrop) => void;
}

/** Properties of a `HeadCell`. */
export interface HeadCellProps {
  column: PlacedColumn;
  /** Its number among the shown columns, from 1. */
  place: number;
  sort: Sort | null;
  /** Its place in the order of several columns, from 1; null if there is only one. */
  rank: number | null;
  actions: ColumnActions;
  drag: ColumnDrag;
}

const keyStep = 16;

/** The head of a column: a click sorts, dragging moves it, its right edge resizes it, its menu does all that and more. */
export function HeadCell({ column, place, sort, rank, actions, drag }: HeadCellProps) {
  const able = sortable(column.name);
  return (
    <div
      role="columnheader"
      aria-colindex={place + 1}
      aria-sort={sort === null ? undefined : sort.descending ? "descending" : "ascending"}
      className={classes(styles["head"], column.numeric && styles["numeric"], sort && styles["sorted"])}
      style={{ width: column.width, ...(column.pinned ? {} : { left: column.left }) }}
      data-column={column.name}
      data-pinned={column.pinned || undefined}
      data-dragged={drag.dragging === column.name || undefined}
      data-drop={drag.drop?.column === column.name ? drag.drop.side : undefined}
    >
      <button
        type="button"
        className={styles["title"]}
        title={`${column.name}${able ? "\nClick to sort, with Shift to sort by several columns. Drag to move." : ""}`}
        onPointerDown={(event) => {
          drag.begin(column.name, event);
        }}
        onClick={(event) => {
          if (able) actions.sort(column.name, { add: event.shiftKey });
        }}
      >
        {column.source !== "run" && <span className={styles["source"]}>{column.source}</span>}
        <span className={styles["label"]}>
          <span className={styles["words"]}>{column.label}</span>
          {sort !== null && (sort.descending ? <ArrowDown aria-hidden /> : <ArrowUp aria-hidden />)}
          {rank !== null && <span className={styles["rank"]}>{rank}</span>}
        </span>
      </button>
      <span className={styles["menu"]}>
        <Menu
          label={`Column ${column.label}`}
          icon={<EllipsisVertical />}
          items={menuItems(column, able, actions)}
          align="end"
          button={{ small: true }}
        />
      </span>
      <ResizeHandle column={column} actions={actions} />
    </div>
  );
}

function menuItems(column: PlacedColumn, able: boolean, actions: ColumnActions): MenuItem[] {
  const name = column.name;
  const sorting = (label: string, descending: boolean): MenuItem => ({
    label,
    icon: descending ? <ArrowDown /> : <ArrowUp />,
    disabled: !able,
    run: () => {
      actions.sortBy({ column: name, descending });
    },
  });
  const item = (label: string, icon: React.ReactNode, run: () => void): MenuItem => ({ label, icon, run });
  return [
    sorting(column.numeric ? "Smallest first" : "A to Z", false),
    sorting(column.numeric ? "Largest first" : "Z to A", true),
    "-",
    item("Filter by it…", <Filter />, () => {
      actions.filter(name);
    }),
    item("Group by it", <Rows3 />, () => {
      actions.group(name);
    }),
    "-",
    item(column.pinned ? "Unpin" : "Pin to the left", column.pinned ? <PinOff /> : <Pin />, () => {
      actions.pin(name);
    }),
    item("Move left", <ArrowLeft />, () => {
      actions.shift(name, -1);
    }),
    item("Move right", <ArrowRight />, () => {
      actions.shift(name, 1);
    }),
    item("Hide", <EyeOff />, () => {
      actions.hide(name);
    }),
  ];
}

function ResizeHandle({ column, actions }: { column: PlacedColumn; actions: ColumnActions }) {
  const start = useRef<{ x: number; width: number } | null>(null);
  const set = (width: number) => {
    actions.resize(column.name, clampWidth(width));
  };
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${column.label}`}
      aria-valuenow={Math.round(column.width)}
      aria-valuemin={WIDTHS.least}
      aria-valuemax={WIDTHS.most}
      tabIndex={0}
      className={styles["handle"]}
      onPointerDown={(event: PointerEvent<HTMLDivElement>) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width: column.width };
      }}
      onPointerMove={(event) => {
        if (start.current !== null) set(start.current.width + event.clientX - start.current.x);
      }}
      onPointerUp={() => {
        start.current = null;
      }}
      onPointerCancel={() => {
        start.current = null;
      }}
      onKeyDown={(event) => {
        const by = { ArrowLeft: -keyStep, ArrowRight: keyStep }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        set(column.width + by);
      }}
    />
  );
}
