import { ChevronLeft, ChevronRight } from "lucide-react";
import { useRef } from "react";

import { Dialog } from "../ui/Dialog";
import { IconButton } from "../ui/IconButton";
import { useSize } from "../ui/useSize";
import styles from "./FullPanel.module.css";
import { PanelBody } from "./PanelBody";
import { titleOf } from "./sections";
import type { ChartSettings, PanelConfig, RunView } from "./view";

/** Properties of a `FullPanel`. */
export interface FullPanelProps {
  project: string;
  panel: PanelConfig;
  panels: PanelConfig[];
  settings: ChartSettings;
  runs: RunView[];
  /** Show another one, or none. */
  onShow: (id: string | null) => void;
  onChange: (panel: PanelConfig) => void;
}

/** One panel that fills the window; arrow keys go to its neighbours. */
export function FullPanel({ project, panel, panels, settings, runs, onShow, onChange }: FullPanelProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const at = panels.findIndex((each) => each.id === panel.id);
  const go = (by: number) => {
    const next = panels[at + by];
    if (next) onShow(next.id);
  };
  return (
    <Dialog
      title={titleOf(panel)}
      size="full"
      onClose={() => { onShow(null); }}
      note={
        <span className={styles["steps"]}>
          <IconButton small label="Previous panel" keys="←" icon={<ChevronLeft />} disabled={at <= 0} onClick={() => { go(-1); }} />
          {at + 1} of {panels.length}
          <IconButton small label="Next panel" keys="→" icon={<ChevronRight />} disabled={at + 1 >= panels.length} onClick={() => { go(1); }} />
        </span>
      }
    >
      <div
        ref={box}
        className={styles["box"]}
        tabIndex={-1}
        data-autofocus
        onKeyDown={(event) => {
          if (event.target !== event.currentTarget) return;
          if (event.key === "ArrowLeft") go(-1);
          if (event.key === "ArrowRight") go(1);
        }}
      >
        {width > 0 && (
          <PanelBody key={panel.id} project={project} config={panel} runs={runs} settings={settings} width={width} height={height} fullScreen onChange={onChange} />
        )}
      </div>
    </Dialog>
  );
}
