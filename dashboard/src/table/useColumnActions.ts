import { useMemo } from "react";

import { serverField } from "./columns";
import type { ColumnActions } from "./HeadCell";
import type { ChangeView } from "./useTableView";
import { moveColumn, type TableView, toggleSort } from "./view";

/** What the heads of columns do to the view. `shown` are the columns as they stand, pinned ones first. */
export function useColumnActions(
  view: TableView,
  shown: readonly string[],
  change: ChangeView,
  onFilter: (field: string) => void,
): ColumnActions {
  return useMemo(
    () => ({
      sort: (column, { add }) => {
        change({ sort: toggleSort(view.sort, column, { add }) });
      },
      sortBy: (sort) => {
        change({ sort: [sort] });
      },
      resize: (column, width) => {
        change({ widths: { ...view.widths, [column]: width } });
      },
      pin: (column) => {
        const pinned = view.pinned.includes(column) ? view.pinned.filter((name) => name !== column) : [...view.pinned, column];
        change({ pinned, columns: [...shown] });
      },
      hide: (column) => {
        change({ columns: shown.filter((name) => name !== column) });
      },
      group: (column) => {
        change({ groupBy: [...new Set([...view.groupBy, column])] });
      },
      filter: (column) => {
        onFilter(serverField(column));
      },
      shift: (column, by) => {
        const place = shown.indexOf(column);
        const before = by < 0 ? shown[place - 1] : (shown[place + 2] ?? null);
        if (before !== undefined) change({ columns: moveColumn(shown, column, before) });
      },
      drop: (column, { column: target, side }) => {
        const rest = shown.filter((name) => name !== column);
        const before = side === "before" ? target : (rest[rest.indexOf(target) + 1] ?? null);
        change({ columns: moveColumn(shown, column, before) });
      },
    }),
    [view, shown, change, onFilter],
  );
}
