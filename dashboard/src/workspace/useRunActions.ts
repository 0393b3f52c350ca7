/** What can be done with a run or group in the list: changes of the view. */

import { useMemo } from "react";

import type { ChangeView } from "./useView";
import { defaultLimit, type WorkspaceView } from "./view";

/** Actions on runs of the list. */
export interface RunActions {
  /** Show runs that are hidden, hide runs that are shown. */
  setVisible: (ids: string[], visible: boolean) => void;
  only: (ids: string[]) => void;
  togglePin: (id: string) => void;
  toggleBaseline: (id: string) => void;
  setColour: (ids: string[], index: number) => void;
  setLimit: (limit: number) => void;
}

/** The actions of a view. */
export function useRunActions(change: ChangeView): RunActions {
  return useMemo(
    () => ({
      setVisible: (ids, visible) => {
        change((view) => setVisible(view, ids, visible));
      },
      only: (ids) => {
        change({ limit: 0, shown: ids, hidden: [], pinned: [] });
      },
      togglePin: (id) => {
        change((view) => ({ pinned: toggled(view.pinned, id), hidden: view.hidden.filter((each) => each !== id) }));
      },
      toggleBaseline: (id) => {
        change((view) => ({ baseline: view.baseline === id ? null : id }));
      },
      setColour: (ids, index) => {
        change((view) => ({ colours: { ...view.colours, ...Object.fromEntries(ids.map((id) => [id, index])) } }));
      },
      setLimit: (limit) => {
        change({ limit, hidden: [], ...(limit === defaultLimit || limit === 0 ? { shown: [] } : {}) });
      },
    }),
    [change],
  );
}

/** Show or hide runs whatever their place in the list. */
export function setVisible(view: WorkspaceView, ids: string[], visible: boolean): Partial<WorkspaceView> {
  const named = new Set(ids);
  const shown = view.shown.filter((id) => !named.has(id));
  const hidden = view.hidden.filter((id) => !named.has(id));
  return visible ? { shown: [...shown, ...ids], hidden } : { shown, hidden: [...hidden, ...ids] };
}

function toggled(ids: string[], id: string): string[] {
  return ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id];
}
