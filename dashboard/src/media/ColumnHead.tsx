import { type PointerEvent, useRef, useState } from "react";
import { ArrowDown, ArrowUp, ListFilter } from "lucide-react";

import { Button } from "../ui/Button";
import { classes } from "../ui/classes";
import { Popover } from "../ui/Popover";
import { Select } from "../ui/Select";
import { TextField } from "../ui/TextField";
import styles from "./DataTable.module.css";
import { filterBy, type FilterOp, filterValue, isComparable, opsOf, type TableState, toggleColumn } from "./tableState";

/** Properties of a `ColumnHead`. */
export interface ColumnHeadProps {
  column: { name: string; type: string };
  state: TableState;
  /** The names of all columns. */
  all: readonly string[];
  width: number;
  /** `add`: after what it is sorted by already. */
  onSort: (add: boolean) => void;
  onResize: (width: number) => void;
  onState: (state: TableState) => void;
}

/** The head of a column: a press sorts, the funnel filters, the right edge resizes. */
export function ColumnHead({ column, state, all, width, onSort, onResize, onState }: ColumnHeadProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const from = useRef<{ x: number; width: number } | null>(null);
  const place = state.order.findIndex((order) => order.column === column.name);
  const order = state.order[place];
  const comparable = isComparable(column.type);
  const filtered = state.filters.some((filter) => filter.column === column.name);
  return (
    <span role="columnheader" aria-sort={order ? (order.descending ? "descending" : "ascending") : "none"} className={classes(styles["columnHead"], column.type === "number" && styles["right"])}>
      <button type="button" className={styles["sort"]} disabled={!comparable} title={`${column.name} (${column.type ?? "no type"})`} onClick={(event) => { onSort(event.shiftKey); }}>
        <span className={styles["name"]}>{column.name}</span>
        {order && (order.descending ? <ArrowDown /> : <ArrowUp />)}
        {order && state.order.length > 1 && <span className={styles["place"]}>{place + 1}</span>}
      </button>
      <button
        ref={anchor}
        type="button"
        className={classes(styles["funnel"], filtered && styles["filtered"])}
        aria-label={`Filter or hide ${column.name}`}
        aria-expanded={open}
        onClick={() => { setOpen(!open); }}
      >
        <ListFilter />
      </button>
      <span
        className={styles["edge"]}
        role="separator"
        aria-orientation="vertical"
        aria-label={`Width of ${column.name}`}
        aria-valuenow={width}
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
          event.preventDefault();
          onResize(width + (event.key === "ArrowRight" ? 16 : -16));
        }}
        onPointerDown={(event: PointerEvent) => {
          event.preventDefault();
          from.current = { x: event.clientX, width };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (from.current) onResize(from.current.width + event.clientX - from.current.x);
        }}
        onPointerUp={() => { from.current = null; }}
      />
      {open && (
        <Popover anchor={anchor} label={`Filter of ${column.name}`} align="end" onClose={() => { setOpen(false); }}>
          <FilterForm column={column} state={state} all={all} onState={(next) => { onState(next); setOpen(false); }} />
        </Popover>
      )}
    </span>
  );
}

function FilterForm({ column, state, all, onState }: Pick<ColumnHeadProps, "column" | "state" | "all" | "onState">) {
  const old = state.filters.find((filter) => filter.column === column.name);
  const ops = opsOf(column.type);
  const [op, setOp] = useState<FilterOp>(old?.op ?? ops[0] ?? "=");
  const [text, setText] = useState(old ? String(old.value) : "");
  const value = filterValue(text, column.type);
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (value !== null && text !== "") onState(filterBy(state, column.name, { op, value }));
      }}
    >
      {isComparable(column.type) && (
        <>
          <div className={styles["condition"]}>
            <Select label="Comparison" value={op} options={ops.map((each) => ({ value: each, label: each }))} onChange={(next) => { setOp(next as FilterOp); }} />
            {column.type === "boolean" ? (
              <Select label="Value" value={text || "true"} options={["true", "false"].map((each) => ({ value: each, label: each }))} onChange={setText} />
            ) : (
              <TextField data-autofocus label="Value" value={text} onChange={setText} error={text !== "" && value === null ? "Not a number" : undefined} />
            )}
          </div>
          <div className={styles["actions"]}>
            <Button small tone="quiet" disabled={!old} onClick={() => { onState(filterBy(state, column.name, null)); }}>Remove</Button>
            <Button
              small
              tone="primary"
              onClick={() => {
                const chosen = column.type === "boolean" ? (text || "true") === "true" : value;
                if (chosen !== null && (text !== "" || column.type === "boolean")) onState(filterBy(state, column.name, { op, value: chosen }));
              }}
            >
              Filter
            </Button>
          </div>
        </>
      )}
      <Button small tone="quiet" onClick={() => { onState(toggleColumn(state, column.name, all)); }}>Hide this column</Button>
    </form>
  );
}
