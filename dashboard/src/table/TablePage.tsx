import { useCallback, useMemo, useState } from "react";
import { useLocation } from "wouter";

import { isMissing } from "../api/client";
import { useColumns } from "../api/queries";
import type { Columns } from "../api/types";
import { compareAddress } from "../app/addresses";
import { Button } from "../ui/Button";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import { NoRuns } from "../workspace/NoRuns";
import { BulkBar } from "./BulkBar";
import { allColumns, defaultColumns, placeColumns } from "./columns";
import { exportAddress } from "./exports";
import styles from "./TablePage.module.css";
import { TableRows } from "./TableRows";
import { TableToolbar } from "./TableToolbar";
import { useAcceptedRows } from "./useAcceptedRows";
import { useBest } from "./useBest";
import { useColumnActions } from "./useColumnActions";
import { useEdits } from "./useEdits";
import { useSelection } from "./useSelection";
import { useTableView } from "./useTableView";

/** The page of all runs of a project as a table. */
export function TablePage({ project }: { project: string }) {
  const columns = useColumns(project);
  if (isMissing(columns.error)) return <NoRuns project={project} />;
  if (columns.error !== null) return <ErrorState error={columns.error} onRetry={() => void columns.refetch()} />;
  if (columns.data === undefined) return <Spinner centred />;
  return <RunsTable project={project} known={columns.data} />;
}

function RunsTable({ project, known }: { project: string; known: Columns }) {
  const [view, change] = useTableView(project);
  const [, navigate] = useLocation();
  const [range, setRange] = useState<[number, number]>([0, 0]);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [filterStart, setFilterStart] = useState<{ field: string } | null>(null);
  const selection = useSelection();
  const edit = useEdits(project);

  const columns = useMemo(() => allColumns(known.config, known.summary, 0), [known]);
  const shown = useMemo(() => view.columns ?? defaultColumns(columns), [view.columns, columns]);
  const placed = useMemo(() => placeColumns(columns, shown, view.pinned, view.widths), [columns, shown, view.pinned, view.widths]);
  const ordered = useMemo(() => placed.map((column) => column.name), [placed]);
  const { rows, query, refused } = useAcceptedRows(project, view, ordered, open, range);
  const best = useBest(project, known.keys, ordered, query);
  const actions = useColumnActions(view, ordered, change, (field) => {
    setFilterStart({ field });
  });
  const ids = useMemo(() => [...selection.ids], [selection.ids]);
  const exported = (format: "csv" | "parquet") =>
    exportAddress(project, format, {
      filters: query.filters ?? null,
      search: view.search,
      order: query.order ?? [],
      columns: query.columns ?? [],
      archived: view.archived,
      ids: ids.length > 0 ? ids : null,
    });
  const onRange = useCallback((first: number, last: number) => {
    setRange([first, last]);
  }, []);
  const fold = (group: string) => {
    setOpen((before) => (before.has(group) ? new Set([...before].filter((id) => id !== group)) : new Set([...before, group])));
  };
  const selectAll = () => void selection.selectAll(project, query);
  return (
    <div className={styles["page"]}>
      <h1 className="visually-hidden">Runs of {project}</h1>
      <TableToolbar
        view={view}
        columns={columns}
        shown={ordered}
        total={rows.loading ? null : rows.total}
        refused={refused}
        filterStart={filterStart}
        onFilterClose={() => {
          setFilterStart(null);
        }}
        onPin={actions.pin}
        change={change}
        exports={{ csv: exported("csv"), parquet: exported("parquet") }}
      />
      {rows.error !== null ? (
        <ErrorState error={rows.error} onRetry={rows.retry} />
      ) : rows.loading ? (
        <Spinner centred />
      ) : rows.count === 0 && (view.search !== "" || view.conditions.length > 0) ? (
        <NothingFound onClear={() => { change({ search: "", conditions: [] }); }} />
      ) : rows.count === 0 ? (
        <NoRuns project={project} />
      ) : (
        <TableRows
          project={project}
          view={view}
          columns={placed}
          rows={rows}
          best={best}
          selection={selection}
          actions={actions}
          onRange={onRange}
          onFold={fold}
          onSelectAll={selectAll}
        />
      )}
      {ids.length > 0 && (
        <BulkBar
          ids={ids}
          total={rows.total}
          tags={known.tags}
          groups={known.groups}
          archived={view.archived}
          onSelectAll={selectAll}
          onClear={selection.clear}
          onCompare={() => {
            navigate(compareAddress(project, ids));
          }}
          onEdit={(next) => {
            void edit(next).then((done) => {
              if (done && next.set?.deleted === true) selection.clear();
            });
          }}
        />
      )}
    </div>
  );
}

function NothingFound({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState title="No run is like that">
      <Button onClick={onClear}>Clear search and filters</Button>
    </EmptyState>
  );
}
