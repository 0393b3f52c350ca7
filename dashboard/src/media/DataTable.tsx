import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";

import { EmptyState, ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import { CellDialog } from "./CellDialog";
import { ColumnHead } from "./ColumnHead";
import styles from "./DataTable.module.css";
import { DataTableBar } from "./DataTableBar";
import type { Home } from "./records";
import { TableCell } from "./TableCell";
import { EMPTY_STATE, fitted, resize, sortBy, type TableState } from "./tableState";
import { type TableSource, useTable } from "./useTable";

/** Properties of a `DataTable`. */
export interface DataTableProps {
  source: TableSource;
  /** Where the files of media in cells are; those of the run without it. */
  home?: Home;
  /** What a person did to it, where somebody keeps that; it keeps it itself without. */
  state?: TableState;
  onState?: (state: TableState) => void;
  label: string;
}

const HEIGHT = 30;
const MEDIA_HEIGHT = 64; // of tables with pictures and sounds in their cells
const NUMBER_WIDTH = 64;
// Browsers lay out no more than some 17 million pixels.
const MOST_ROWS = 400_000;
const MEDIA = new Set(["image", "audio", "video"]);

/** A logged table, of any length: it fills the height that it is given. Sorting, filtering and searching is the server's work. */
export function DataTable({ source, home, state: given, onState, label }: DataTableProps) {
  const [own, setOwn] = useState<TableState>(EMPTY_STATE);
  const wanted = given ?? own;
  const change = onState ?? setOwn;
  const scroller = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<[number, number]>([0, 40]);
  const [opened, setOpened] = useState<{ index: number; column: number } | null>(null);
  const table = useTable(source, wanted, ...seen);
  const names = useMemo(() => table.columns.map((column) => column.name), [table.columns]);
  const state = useMemo(() => (names.length > 0 ? fitted(wanted, names) : wanted), [wanted, names]);
  const shown = table.columns.map((column, at) => ({ ...column, at })).filter((column) => !state.hidden.includes(column.name));
  const height = shown.some((column) => MEDIA.has(column.type)) ? MEDIA_HEIGHT : HEIGHT;
  const count = Math.min(MOST_ROWS, table.total);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    onChange: ({ range }) => {
      if (range && (range.startIndex !== seen[0] || range.endIndex !== seen[1])) setSeen([range.startIndex, range.endIndex]);
    },
  });
  const widthOf = (column: { name: string; type: string }): number => state.widths[column.name] ?? usualWidth(column);
  const template = `${NUMBER_WIDTH}px ${shown.map((column) => `${widthOf(column)}px`).join(" ")} minmax(0, 1fr)`;
  const place: Home = home ?? { project: source.project, run: source.run };

  return (
    <section className={styles["table"]} aria-label={label}>
      <DataTableBar source={source} state={state} total={table.pending || table.error !== null ? null : table.total} columns={table.columns} onState={change} />
      <div ref={scroller} className={styles["scroller"]} tabIndex={0} role="table" aria-label={label} aria-rowcount={table.total + 1} aria-colcount={shown.length}>
        {shown.length > 0 && (
          <div role="row" className={styles["head"]} style={{ gridTemplateColumns: template }}>
            <span role="columnheader" className={styles["number"]}>#</span>
            {shown.map((column) => (
              <ColumnHead
                key={column.name}
                column={column}
                state={state}
                all={names}
                width={widthOf(column)}
                onSort={(add) => { change(sortBy(state, column.name, add)); }}
                onResize={(width) => { change(resize(state, column.name, width)); }}
                onState={change}
              />
            ))}
          </div>
        )}
        <div className={styles["body"]} role="rowgroup" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const row = table.row(item.index);
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                className={styles["row"]}
                style={{ gridTemplateColumns: template, height, transform: `translateY(${item.start}px)` }}
              >
                <span role="rowheader" className={styles["number"]}>{row ? (row.number + 1).toLocaleString("en-US") : ""}</span>
                {shown.map((column) => (
                  <TableCell
                    key={column.name}
                    value={row?.cells[column.at]}
                    loaded={row !== undefined}
                    type={column.type}
                    home={place}
                    height={height}
                    width={widthOf(column)}
                    onOpen={() => { setOpened({ index: item.index, column: column.at }); }}
                  />
                ))}
              </div>
            );
          })}
        </div>
        {table.pending && <Spinner label="Loading the table" centred />}
        {table.error !== null && <ErrorState error={table.error} onRetry={table.retry} small />}
        {!table.pending && table.error === null && table.total === 0 && (
          <EmptyState title={state.search || state.filters.length ? "No row matches" : "The table has no rows"} small />
        )}
      </div>
      {opened && (
        <CellDialog
          columns={table.columns}
          row={table.row(opened.index)}
          column={opened.column}
          home={place}
          onClose={() => { setOpened(null); }}
        />
      )}
    </section>
  );
}

function usualWidth(column: { name: string; type: string }): number {
  const wide = { string: 220, list: 160, dict: 200, any: 180, audio: 240, image: 96, video: 110, number: 100, boolean: 76, timestamp: 170 }[column.type] ?? 130;
  return Math.max(wide, Math.min(220, column.name.length * 7.4 + 44));
}
