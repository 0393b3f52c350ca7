import { useCallback, useEffect, useMemo, useState } from "react";

import { isMissing } from "../api/client";
import { useColumns } from "../api/queries";
import { useCommands } from "../app/commands";
import { useShortcut } from "../app/keyboard";
import { PageLineActions } from "../charts/lineActions";
import { useAccepted } from "../table/useAccepted";
import { Drawer } from "../ui/Drawer";
import { readJson, writeJson } from "../ui/storage";
import { useWindowWidth } from "../ui/useWindowWidth";
import { NoRuns } from "./NoRuns";
import { PanelBoard } from "./PanelBoard";
import { RunList } from "./RunList";
import { buildSections } from "./sections";
import { Toolbar } from "./Toolbar";
import { useLineActions } from "./useLineActions";
import { useView } from "./useView";
import { useVisibleRuns } from "./useVisibleRuns";
import styles from "./WorkspacePage.module.css";

const drawerBelow = 800;
// The list grows with the columns beside the names, until it would take the charts' place.
const listWidth = 290;
const columnWidth = 76;
const mostWidening = 5;
const listKey = "trailmark.list";

/** The workspace of a project: its runs beside panels of what they logged. */
export function WorkspacePage({ project }: { project: string }) {
  const state = useView(project);
  const { view } = state;
  const columns = useColumns(project);
  const { asked, refused, hear } = useAccepted(view);
  const listed = useMemo(() => ({ ...view, ...asked }), [view, asked]);
  const visible = useVisibleRuns(project, listed);
  hear(visible.error, { settled: !visible.loading && !visible.stale });
  const narrow = useWindowWidth() < drawerBelow;
  const [listOpen, setListOpen] = useState(() => readJson(listKey, true));
  const [drawer, setDrawer] = useState(false);
  const keys = columns.data?.keys;
  const sections = useMemo(() => buildSections(keys ?? [], view), [keys, view]);
  const lineActions = useLineActions(state);
  const toggleList = useCallback(() => {
    if (narrow) setDrawer((open) => !open);
    else setListOpen((open) => !open);
  }, [narrow]);
  useEffect(() => {
    writeJson(listKey, listOpen);
  }, [listOpen]);

  useShortcut({ keys: "[", about: "Show or hide the run list", group: "Workspace", run: toggleList });
  useCommands([
    { label: "Show or hide the run list", group: "Workspace", keys: "[", run: toggleList },
  ]);

  const list = <RunList project={project} state={state} listed={listed} refused={refused} visible={visible} columns={columns.data} />;
  const empty = visible.total === 0 && !visible.loading && view.search === "" && view.conditions.length === 0 && !view.archived;
  if (isMissing(visible.error) || (empty && !visible.error)) return <NoRuns project={project} />;
  return (
    <div className={styles["workspace"]}>
      <h1 className="visually-hidden">Workspace of {project}</h1>
      {!narrow && listOpen && (
        <aside className={styles["list"]} aria-label="Runs" style={{ width: listWidth + Math.min(view.columns.length, mostWidening) * columnWidth }}>
          {list}
        </aside>
      )}
      {narrow && drawer && <Drawer title="Runs" onClose={() => { setDrawer(false); }}>{list}</Drawer>}
      <div className={styles["main"]}>
        <Toolbar
          project={project}
          state={state}
          place="workspace"
          runs={visible.runs}
          columns={columns.data}
          sections={sections}
          list={{ open: narrow ? drawer : listOpen, onToggle: toggleList }}
        />
        <PageLineActions value={lineActions}>
          <PanelBoard project={project} state={state} columns={columns} sections={sections} runs={visible.runs} />
        </PageLineActions>
      </div>
    </div>
  );
}
