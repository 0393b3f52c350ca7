import { ChevronsDownUp, ChevronsUpDown, PanelLeft, Plus, Redo2, Search, SlidersHorizontal, Undo2 } from "lucide-react";
import { useRef, useState } from "react";

import type { Columns } from "../api/types";
import { useCommands } from "../app/commands";
import { useShortcut } from "../app/keyboard";
import { Button } from "../ui/Button";
import { plural } from "../ui/format";
import { IconButton } from "../ui/IconButton";
import { Popover } from "../ui/Popover";
import { Slider } from "../ui/Slider";
import { TextField } from "../ui/TextField";
import { useTyped } from "../ui/useTyped";
import { addPanel, foldAll } from "./edits";
import { PanelDialog } from "./PanelDialog";
import { chartsSection, type Section } from "./sections";
import { SettingsForm } from "./SettingsForm";
import styles from "./Toolbar.module.css";
import type { ViewPlace, ViewState } from "./useView";
import type { RunView } from "./view";
import { ViewMenu } from "./ViewMenu";

/** Properties of a `Toolbar`. */
export interface ToolbarProps {
  project: string;
  state: ViewState;
  /** Which page it is on; each has saved views of its own. */
  place: ViewPlace;
  /** The runs that are drawn. */
  runs: RunView[];
  columns: Columns | undefined;
  sections: Section[];
  /** The list of runs beside the panels, where there is one. */
  list?: { open: boolean; onToggle: () => void };
}

/** What is over the panels: their search, the settings of all charts, undo, saved views, new panels. */
export function Toolbar({ project, state, place, runs, columns, sections, list }: ToolbarProps) {
  const { view, change } = state;
  const [search, setSearch] = useTyped(view.panelSearch, (panelSearch) => { change({ panelSearch }, "panelSearch"); }, 120);
  const [adding, setAdding] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const folded = sections.length > 0 && sections.every((section) => section.collapsed);
  useShortcut({ keys: "/", about: "Search panels", group: "Workspace", run: () => field.current?.focus() });
  useShortcut({ keys: "Ctrl+z", about: "Undo a change of the view", group: "Workspace", run: state.undo });
  useShortcut({ keys: "Ctrl+Shift+z", about: "Redo it", group: "Workspace", run: state.redo });
  const names = sections.map((section) => section.name);
  useCommands([
    { label: "Fold all sections", group: "Workspace", run: () => { change(foldAll(view, names, true)); } },
    { label: "Unfold all sections", group: "Workspace", run: () => { change(foldAll(view, names, false)); } },
  ]);
  useShortcut({ keys: "n", about: "New panel", group: "Workspace", run: () => { setAdding(true); } });
  return (
    <div className={styles["toolbar"]} role="toolbar" aria-label="Panels">
      {list && (
        <IconButton label={list.open ? "Hide the run list" : "Show the run list"} keys="[" icon={<PanelLeft />} pressed={list.open} onClick={list.onToggle} />
      )}
      <div className={styles["search"]}>
        <TextField
          ref={field}
          label="Search panels"
          placeholder={`Search ${plural(sections.reduce((sum, section) => sum + section.total, 0), "panel")}`}
          icon={<Search />}
          clearable
          value={search}
          onChange={setSearch}
        />
      </div>
      <div className={styles["smoothing"]} title="Smoothing of all charts">
        <Slider
          bare
          label="Smoothing of all charts"
          min={0}
          max={1}
          step={0.01}
          value={view.settings.smoothing.kind === "none" ? 0 : view.settings.smoothing.amount}
          format={(amount) => amount.toFixed(2)}
          onChange={(amount) => {
            const kind = view.settings.smoothing.kind === "none" ? "twema" : view.settings.smoothing.kind;
            change({ settings: { ...view.settings, smoothing: { kind, amount } } }, "smoothing");
          }}
        />
      </div>
      <ChartSettingsButton state={state} columns={columns} />
      <IconButton
        label={folded ? "Unfold all sections" : "Fold all sections"}
        icon={folded ? <ChevronsUpDown /> : <ChevronsDownUp />}
        onClick={() => {
          change(foldAll(view, names, !folded));
        }}
      />
      <span className={styles["space"]} />
      <IconButton label="Undo" keys="Ctrl Z" icon={<Undo2 />} disabled={!state.canUndo} onClick={state.undo} />
      <IconButton label="Redo" keys="Ctrl Shift Z" icon={<Redo2 />} disabled={!state.canRedo} onClick={state.redo} />
      <ViewMenu project={project} state={state} place={place} />
      <Button icon={<Plus />} onClick={() => { setAdding(true); }}>
        Panel
      </Button>
      {adding && (
        <PanelDialog
          project={project}
          columns={columns}
          runs={runs}
          settings={sections[0]?.settings ?? view.settings}
          panel={null}
          onClose={() => { setAdding(false); }}
          onSave={(panel) => {
            change(addPanel(view, sections[0]?.name ?? chartsSection, panel));
            setAdding(false);
          }}
        />
      )}
    </div>
  );
}

function ChartSettingsButton({ state, columns }: { state: ViewState; columns: Columns | undefined }) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const { view, change } = state;
  return (
    <>
      <IconButton
        ref={anchor}
        label="Settings of all charts"
        icon={<SlidersHorizontal />}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      />
      {open && (
        <Popover anchor={anchor} label="Settings of all charts" onClose={() => { setOpen(false); }}>
          <SettingsForm
            settings={view.settings}
            columns={columns}
            grouped={view.groupBy.length > 0}
            onChange={(part) => {
              change({ settings: { ...view.settings, ...part } }, `settings ${Object.keys(part).join()}`);
            }}
          />
        </Popover>
      )}
    </>
  );
}
