import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, MoreHorizontal, Plus, SlidersHorizontal } from "lucide-react";
import { useRef, useState } from "react";

import type { Columns } from "../api/types";
import { classes } from "../ui/classes";
import { IconButton } from "../ui/IconButton";
import { Menu } from "../ui/Menu";
import { Popover } from "../ui/Popover";
import { changeSection, moveSection } from "./edits";
import { PanelDialog } from "./PanelDialog";
import styles from "./SectionHead.module.css";
import type { Section } from "./sections";
import { SettingsForm } from "./SettingsForm";
import type { ViewState } from "./useView";
import type { PanelConfig, RunView } from "./view";

/** Properties of a `SectionHead`. */
export interface SectionHeadProps {
  project: string;
  section: Section;
  sections: Section[];
  state: ViewState;
  columns: Columns | undefined;
  runs: RunView[];
  onAdd: (section: Section, panel: PanelConfig) => void;
}

/** The head of a section: folds it, adds panels to it, sets its charts. */
export function SectionHead({ project, section, sections, state, columns, runs, onAdd }: SectionHeadProps) {
  const { view, change } = state;
  const [adding, setAdding] = useState(false);
  const [settings, setSettings] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const own = view.sections[section.name]?.settings;
  const searching = view.panelSearch !== "";
  return (
    <div className={styles["head"]} data-section={section.name}>
      <h2 className={styles["title"]}>
        <button
          type="button"
          className={styles["fold"]}
          aria-expanded={!section.collapsed}
          disabled={searching}
          onClick={() => {
            change(changeSection(view, section.name, { collapsed: !section.collapsed }));
          }}
        >
          {section.collapsed ? <ChevronRight /> : <ChevronDown />}
          {section.name}
          <span className={styles["count"]}>
            {section.panels.length === section.total ? section.total : `${section.panels.length} of ${section.total}`}
          </span>
        </button>
      </h2>
      <span className={styles["rule"]} />
      <span className={classes(styles["actions"], own && Object.keys(own).length > 0 && styles["kept"])}>
        <IconButton
          ref={anchor}
          small
          label={`Settings of the charts in ${section.name}`}
          icon={<SlidersHorizontal />}
          pressed={(own && Object.keys(own).length > 0) || undefined}
          aria-haspopup="dialog"
          aria-expanded={settings}
          onClick={() => {
            setSettings(!settings);
          }}
        />
        <IconButton small label={`New panel in ${section.name}`} icon={<Plus />} onClick={() => { setAdding(true); }} />
        <Menu
          label={`More for ${section.name}`}
          align="end"
          icon={<MoreHorizontal />}
          button={{ small: true }}
          items={[
            { label: "Move up", icon: <ArrowUp />, disabled: sections[0] === section, run: () => { change(moveSection(sections, section.name, -1)); } },
            { label: "Move down", icon: <ArrowDown />, disabled: sections.at(-1) === section, run: () => { change(moveSection(sections, section.name, 1)); } },
          ]}
        />
      </span>
      {settings && (
        <Popover anchor={anchor} align="end" label={`Settings of the charts in ${section.name}`} onClose={() => { setSettings(false); }}>
          <SettingsForm
            settings={section.settings}
            own={own}
            columns={columns}
            grouped={view.groupBy.length > 0}
            onChange={(part) => {
              change(changeSection(view, section.name, { settings: { ...own, ...part } }), `section ${section.name}`);
            }}
            onReset={() => {
              change(changeSection(view, section.name, { settings: {} }));
            }}
          />
        </Popover>
      )}
      {adding && (
        <PanelDialog
          project={project}
          columns={columns}
          runs={runs}
          settings={section.settings}
          panel={null}
          onClose={() => { setAdding(false); }}
          onSave={(panel) => {
            onAdd(section, panel);
            setAdding(false);
          }}
        />
      )}
    </div>
  );
}
