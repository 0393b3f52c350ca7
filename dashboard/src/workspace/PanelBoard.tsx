import { useVirtualizer } from "@tanstack/react-virtual";
import type { UseQueryResult } from "@tanstack/react-query";
import { ChartLine } from "lucide-react";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";

import type { Columns } from "../api/types";
import { PageZooms } from "../charts/zooms";
import { Button } from "../ui/Button";
import { CopySnippet } from "../ui/CopySnippet";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import { useSize } from "../ui/useSize";
import { FullPanel } from "./FullPanel";
import { layout, type Line } from "./layout";
import styles from "./PanelBoard.module.css";
import { PanelEditor } from "./PanelEditor";
import { PanelFrame } from "./PanelFrame";
import { SectionHead } from "./SectionHead";
import type { Section } from "./sections";
import { usePanelActions } from "./usePanelActions";
import { usePanelDrag } from "./usePanelDrag";
import type { ViewState } from "./useView";
import { useZooms } from "./useZooms";
import type { RunView } from "./view";

/** Properties of a `PanelBoard`. */
export interface PanelBoardProps {
  project: string;
  state: ViewState;
  columns: Pick<UseQueryResult<Columns>, "data" | "error" | "isPending" | "refetch">;
  sections: Section[];
  runs: RunView[];
}

/** The panels in their sections; only those near the window are mounted. */
export function PanelBoard({ project, state, columns, sections, runs }: PanelBoardProps) {
  const { view, change } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const { width } = useSize(scroller);
  const [editing, setEditing] = useState<string | null>(null);
  const lines = useMemo(() => (width > 0 ? layout(sections, width) : []), [sections, width]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: useCallback((index: number) => lines[index]?.size ?? 0, [lines]),
    getItemKey: useCallback((index: number) => lineKey(lines[index]), [lines]),
    overscan: 2,
  });
  useLayoutEffect(() => {
    virtual.measure();
  }, [virtual, lines]);
  const zooms = useZooms();
  const actions = usePanelActions(state, sections, setEditing);
  const drag = usePanelDrag((id, section, before) => {
    actions.moveTo(id, section, before);
  });
  const all = sections.flatMap((section) => section.panels.map((panel) => ({ panel, section })));
  const full = view.full === null ? undefined : all.find((each) => each.panel.id === view.full);
  const edited = editing === null ? undefined : all.find((each) => each.panel.id === editing);

  return (
    <PageZooms value={zooms}>
      <div ref={scroller} data-board className={styles["board"]} data-dragging={drag.dragging !== null || undefined}>
        {columns.error ? (
          <ErrorState error={columns.error} onRetry={() => void columns.refetch()} />
        ) : columns.isPending ? (
          <Spinner centred label="Loading panels" />
        ) : sections.length === 0 ? (
          <NoPanels search={view.panelSearch} onClear={() => { change({ panelSearch: "" }); }} />
        ) : (
          <div className={styles["lines"]} style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const line = lines[item.index];
              if (!line) return null;
              return (
                <div key={item.key} className={styles["line"]} style={{ transform: `translateY(${item.start}px)`, height: line.size }}>
                  {line.kind === "head" ? (
                    <SectionHead section={line.section} sections={sections} state={state} columns={columns.data} onAdd={actions.addTo} project={project} runs={runs} />
                  ) : (
                    line.cells.map((cell) => (
                      <PanelFrame
                        key={cell.panel.id}
                        project={project}
                        cell={cell}
                        section={line.section}
                        sections={sections}
                        runs={runs}
                        actions={actions}
                        drag={drag}
                        boardWidth={width}
                      />
                    ))
                  )}
                </div>
              );
            })}
          </div>
        )}
        {full && (
          <FullPanel
            project={project}
            panel={full.panel}
            settings={full.section.settings}
            runs={runs}
            panels={all.map((each) => each.panel)}
            onShow={(id) => { change({ full: id }); }}
            onChange={(panel) => { actions.change(full.panel, panel); }}
          />
        )}
        {edited && (
          <PanelEditor
            project={project}
            columns={columns.data}
            runs={runs}
            section={edited.section}
            panel={edited.panel}
            onClose={() => { setEditing(null); }}
            onSave={(panel) => {
              actions.change(edited.panel, panel);
              setEditing(null);
            }}
          />
        )}
        <div className="visually-hidden" role="status">
          {actions.said}
        </div>
      </div>
    </PageZooms>
  );
}

function NoPanels({ search, onClear }: { search: string; onClear: () => void }) {
  if (search !== "") {
    return (
      <EmptyState title="No panel has that in its name">
        <Button onClick={onClear}>Clear the search</Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<ChartLine />} title="Nothing was logged yet">
      <p>As soon as a run logs something, its panel appears here.</p>
      <CopySnippet inline code={`run.log({"loss": loss})`} />
    </EmptyState>
  );
}

function lineKey(line: Line | undefined): string {
  if (!line) return "";
  return line.kind === "head" ? `# ${line.section.name}` : `${line.section.name} ${line.cells[0]?.panel.id ?? ""}`;
}
