/** Which runs of the table are selected. */

import { useCallback, useRef, useState } from "react";

import { path, post } from "../api/client";
import type { RunPage } from "../api/types";
import { toastError } from "../ui/Toasts";
import { selectRange } from "./rows";
import type { RowsQuery } from "./useRunRows";

/** The selected runs, and how the selection is changed. */
export interface Selection {
  ids: ReadonlySet<string>;
  /** Select or deselect one; with `extend` all rows from the last one on. `idAt` tells the run of a row. */
  toggle: (index: number, idAt: (index: number) => string | null, options: { extend: boolean }) => void;
  /** Add some, or take them off. */
  put: (ids: readonly string[], options: { selected: boolean }) => void;
  /** All runs that a query finds, also those that were never loaded. */
  selectAll: (project: string, query: RowsQuery) => Promise<void>;
  clear: () => void;
}

const pageSize = 1_000;

/** A selection that is empty at first. */
export function useSelection(): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<number | null>(null);
  const put = useCallback<Selection["put"]>((changed, { selected }) => {
    setIds((before) => (selected ? new Set([...before, ...changed]) : new Set([...before].filter((id) => !changed.includes(id)))));
  }, []);
  const toggle = useCallback<Selection["toggle"]>((index, idAt, { extend }) => {
    const from = extend && last.current !== null ? last.current : index;
    const low = Math.min(from, index);
    const between = Array.from({ length: Math.abs(from - index) + 1 }, (_, step) => idAt(low + step));
    const touched = selectRange(between, 0, between.length - 1);
    last.current = index;
    setIds((before) => {
      const here = idAt(index);
      const selected = extend || here === null || !before.has(here);
      const next = new Set(before);
      for (const id of touched) {
        if (selected) next.add(id);
        else next.delete(id);
      }
      return next;
    });
  }, []);
  const selectAll = useCallback<Selection["selectAll"]>(async (project, query) => {
    const found: string[] = [];
    const { group_by: _, columns: __, ...rest } = query;
    try {
      for (let offset = 0; ; offset += pageSize) {
        const body = { ...rest, columns: [], offset, limit: pageSize };
        const page = await post<RunPage>(path("projects", project, "runs", "query"), body);
        found.push(...page.runs.map((run) => run.id));
        if (page.runs.length < pageSize || found.length >= page.total) break;
      }
      setIds(new Set(found));
    } catch (error) {
      toastError(error);
    }
  }, []);
  const clear = useCallback(() => {
    last.current = null;
    setIds(new Set());
  }, []);
  return { ids, toggle, put, selectAll, clear };
}
