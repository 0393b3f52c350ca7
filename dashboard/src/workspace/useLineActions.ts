/** What a person may do with a run from the list of a chart's lines: the same changes of the view as from the run list. */

import { useMemo } from "react";

import type { LineActions } from "../charts/lineActions";
import { toast } from "../ui/Toasts";
import { useRunActions } from "./useRunActions";
import type { ViewState } from "./useView";

/** The actions of a workspace. */
export function useLineActions({ view, change, undo }: ViewState): LineActions {
  const actions = useRunActions(change);
  const { pinned } = view;
  return useMemo(
    () => ({
      hide: (run, name) => {
        actions.setVisible([run], false);
        toast(`“${name}” hidden`, { action: { label: "Undo", run: undo } });
      },
      togglePin: actions.togglePin,
      isPinned: (run) => pinned.includes(run),
    }),
    [actions, undo, pinned],
  );
}
