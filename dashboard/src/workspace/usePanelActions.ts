/** What can be done with panels: changes of the view, said aloud for who does not see them. */

import { useMemo, useState } from "react";

import { toast } from "../ui/Toasts";
import { addPanel, changePanel, movePanel, movePanelBy, newPanelId, removePanel } from "./edits";
import { type Section, titleOf } from "./sections";
import type { ViewState } from "./useView";
import type { PanelConfig } from "./view";

/** Actions on panels. */
export interface PanelActions {
  change: (before: PanelConfig, after: PanelConfig, merge?: string) => void;
  edit: (panel: PanelConfig) => void;
  full: (panel: PanelConfig) => void;
  duplicate: (section: Section, panel: PanelConfig) => void;
  remove: (panel: PanelConfig) => void;
  moveBy: (section: Section, panel: PanelConfig, by: number) => void;
  moveTo: (id: string, section: string, before: string | null) => void;
  resizeBy: (panel: PanelConfig, columns: number, steps: number) => void;
  addTo: (section: Section, panel: PanelConfig) => void;
  /** What was done last, in words. */
  said: string;
}

const leastHeight = 6;
const mostHeight = 60;

/** The actions of a view. */
export function usePanelActions(state: ViewState, sections: Section[], onEdit: (id: string) => void): PanelActions {
  const { change, undo } = state;
  const [said, setSaid] = useState("");
  return useMemo(
    () => ({
      said,
      change: (before, after, merge) => {
        change((view) => changePanel(view, before, after), merge);
      },
      edit: (panel) => {
        onEdit(panel.id);
      },
      full: (panel) => {
        change({ full: panel.id });
      },
      duplicate: (section, panel) => {
        change((view) => addPanel(view, section, { ...panel, id: newPanelId() }, panel.id));
        setSaid(`${titleOf(panel)} duplicated`);
      },
      remove: (panel) => {
        change((view) => removePanel(view, panel.id));
        toast(`“${titleOf(panel)}” removed`, { action: { label: "Undo", run: undo } });
      },
      moveBy: (section, panel, by) => {
        change((view) => movePanelBy(view, section, panel.id, by));
        const place = section.panels.indexOf(panel) + by + 1;
        if (place >= 1 && place <= section.panels.length) setSaid(`${titleOf(panel)} is number ${place} of ${section.panels.length}`);
      },
      moveTo: (id, section, before) => {
        change((view) => movePanel(view, sections, id, section, before));
      },
      resizeBy: (panel, columns, steps) => {
        const width = Math.max(1, Math.min(6, panel.width + columns));
        const height = Math.max(leastHeight, Math.min(mostHeight, panel.height + steps));
        change((view) => changePanel(view, panel, { ...panel, width, height }), `resize ${panel.id}`);
        setSaid(`${titleOf(panel)} is ${width} wide and ${height} high`);
      },
      addTo: (section, panel) => {
        change((view) => addPanel(view, section, panel));
      },
    }),
    [change, undo, sections, onEdit, said],
  );
}
