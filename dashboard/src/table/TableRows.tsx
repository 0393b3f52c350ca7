import { useCallback } from "react";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useLocation } from "wouter";

import type { Brief } from "../api/types";
import { runAddress } from "../app/addresses";
import { Checkbox } from "../ui/Checkbox";
import { useTheme } from "../ui/theme";
import { Aggregate, GroupTitle } from "./Aggregate";
import { Cell, valueOf } from "./Cell";
import type { PlacedColumn } from "./columns";
import type { RowContent } from "./GridRow";
import type { ColumnActions } from "./HeadCell";
import { decimalsOf } from "./numbers";
import { RunsGrid } from "./RunsGrid";
import styles from "./TableRows.module.css";
import type { RunRows, TableRow } from "./useRunRows";
import type { Selection } from "./useSelection";
import type { TableView } from "./view";

const judged = 100;

/** Properties of `TableRows`. */
export interface TableRowsProps {
  project: string;
  view: TableView;
  columns: PlacedColumn[];
  rows: RunRows;
  best: ReadonlyMap<string, number>;
  selection: Selection;
  actions: ColumnActions;
  onRange: (first: number, last: number) => void;
  /** Open or close a group. */
  onFold: (group: string) => void;
  onSelectAll: () => void;
}

/** The grid of runs and groups. */
export function TableRows({ project, view, columns, rows, best, selection, ...props }: TableRowsProps) {
  const theme = useTheme();
  const [, navigate] = useLocation();
  const first = columns[0]?.name;
  const decimals = decimalsOfColumns(columns, rows);
  const idAt = useCallback(
    (index: number) => {
      const row = rows.rowAt(index);
      return row?.kind === "run" ? row.run.id : null;
    },
    [rows],
  );
  const select = (index: number, options: { extend: boolean }) => {
    const row = rows.rowAt(index);
    if (row?.kind === "group") props.onFold(row.id);
    else selection.toggle(index, idAt, options);
  };
  const runRow = (index: number, run: Brief, inside: boolean): RowContent => ({
    selected: selection.ids.has(run.id),
    inside,
    lead: <RowBox run={run} selected={selection.ids.has(run.id)} onSelect={(extend) => { select(index, { extend }); }} />,
    cell: (column) => <Cell run={run} column={column} theme={theme} decimals={decimals.get(column.name) ?? null} best={isBest(run, column.name, best)} />,
  });
  const groupRow = (row: TableRow & { kind: "group" }): RowContent => ({
    selected: false,
    expanded: row.open,
    lead: (
      <button
        type="button"
        className={styles["fold"]}
        tabIndex={-1}
        aria-label={row.open ? "Close the group" : "Open the group"}
        onClick={() => {
          props.onFold(row.id);
        }}
      >
        {row.open ? <ChevronDown /> : <ChevronRight />}
      </button>
    ),
    cell: (column) =>
      column.name === first ? <GroupTitle group={row.group} by={view.groupBy} /> : <Aggregate group={row.group} column={column} />,
  });
  const content = (index: number): RowContent | null => {
    const row = rows.rowAt(index);
    if (row === null) return null;
    return row.kind === "run" ? runRow(index, row.run, row.grouped) : groupRow(row);
  };
  return (
    <RunsGrid
      label={`Runs of ${project}`}
      columns={columns}
      count={rows.count}
      sort={view.sort}
      actions={props.actions}
      row={content}
      stale={rows.stale}
      onRange={props.onRange}
      onSelect={select}
      onOpen={(index) => {
        const row = rows.rowAt(index);
        if (row?.kind === "group") props.onFold(row.id);
        else if (row !== null) navigate(runAddress(project, row.run.id));
      }}
      onClear={selection.clear}
      corner={
        <Checkbox
          label="Select all runs"
          bare
          checked={rows.total > 0 && selection.ids.size >= rows.total}
          mixed={selection.ids.size > 0 && selection.ids.size < rows.total}
          onChange={(checked) => {
            if (checked) props.onSelectAll();
            else selection.clear();
          }}
        />
      }
    />
  );
}

function RowBox({ run, selected, onSelect }: { run: Brief; selected: boolean; onSelect: (extend: boolean) => void }) {
  return (
    <input
      type="checkbox"
      className={styles["box"]}
      aria-label={`Select ${run.name}`}
      tabIndex={-1}
      checked={selected}
      onChange={(event) => {
        // Change events of boxes come from clicks, which know of Shift.
        onSelect((event.nativeEvent as MouseEvent).shiftKey);
      }}
    />
  );
}

/** The decimals of each column by the first rows: enough to judge, and they do not change while one scrolls. */
function decimalsOfColumns(columns: readonly PlacedColumn[], rows: RunRows): ReadonlyMap<string, number | null> {
  const runs = Array.from({ length: Math.min(judged, rows.count) }, (_, index) => rows.rowAt(index)).flatMap((row) => (row?.kind === "run" ? [row.run] : []));
  return new Map(columns.filter((column) => column.source !== "run").map((column) => [column.name, decimalsOf(runs.map((run) => valueOf(run, column.name)))]));
}

function isBest(run: Brief, column: string, best: ReadonlyMap<string, number>): boolean {
  const value = best.get(column);
  return value !== undefined && valueOf(run, column) === value;
}
