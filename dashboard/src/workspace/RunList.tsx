import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, useState } from "react";

import type { Columns } from "../api/types";
import { useRunRows } from "../table/useRunRows";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { Button } from "../ui/Button";
import { Spinner } from "../ui/Spinner";
import { GroupRow } from "./GroupRow";
import styles from "./RunList.module.css";
import { RunListHead } from "./RunListHead";
import { RunRow } from "./RunRow";
import { useRunActions } from "./useRunActions";
import type { ViewState } from "./useView";
import { listQuery, type VisibleRuns } from "./useVisibleRuns";
import type { WorkspaceView } from "./view";

const rowHeight = 30;

/** Properties of a `RunList`. */
export interface RunListProps {
  project: string;
  state: ViewState;
  /** The view whose runs are listed: that of `state`, or an earlier one while the server refuses it. */
  listed: WorkspaceView;
  /** Why it is an earlier one, in the server's words. */
  refused: string | null;
  visible: VisibleRuns;
  columns: Columns | undefined;
}

/** The runs of a project: search, filter, sort, group; choose which are drawn. Any number of them. */
export function RunList({ project, state, listed, refused, visible, columns }: RunListProps) {
  const { view, change } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [window, setWindow] = useState<[number, number]>([0, 40]);
  const query = listQuery(listed);
  const rows = useRunRows(project, view.groupBy.length > 0 ? { ...query, group_by: view.groupBy } : query, open, window);
  const actions = useRunActions(change);
  const virtual = useVirtualizer({
    count: rows.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    onChange: ({ range }) => {
      if (range) setWindow((before) => (before[0] === range.startIndex && before[1] === range.endIndex ? before : [range.startIndex, range.endIndex]));
    },
  });
  const baseline = visible.runs.find((run) => run.baseline);
  return (
    <div className={styles["runs"]}>
      <RunListHead project={project} state={state} refused={refused} visible={visible} columns={columns} actions={actions} total={rows.total} />
      <div ref={scroller} className={styles["scroller"]} tabIndex={-1}>
        {rows.error ? (
          <ErrorState small error={rows.error} onRetry={rows.retry} />
        ) : rows.loading ? (
          <Spinner centred label="Loading runs" />
        ) : rows.count === 0 ? (
          <EmptyState small title="No run is like that">
            <Button small onClick={() => { change({ search: "", conditions: [] }); }}>
              Clear search and filters
            </Button>
          </EmptyState>
        ) : (
          <ul className={styles["rows"]} style={{ height: virtual.getTotalSize() }} aria-label={`${rows.total} runs`}>
            {virtual.getVirtualItems().map((item) => {
              const row = rows.rowAt(item.index);
              return (
                <li key={item.key} className={styles["line"]} style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}>
                  {row === null ? (
                    <span className={styles["waiting"]} />
                  ) : row.kind === "group" ? (
                    <GroupRow
                      group={row.group}
                      open={row.open}
                      by={view.groupBy}
                      columns={view.columns}
                      visible={visible}
                      actions={actions}
                      onToggle={() => {
                        setOpen((before) => toggled(before, row.id));
                      }}
                    />
                  ) : (
                    <RunRow run={row.run} view={view} visible={visible} actions={actions} baseline={baseline} inset={row.grouped} />
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </div>
  );
}

function toggled(open: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(open);
  if (!next.delete(id)) next.add(id);
  return next;
}
