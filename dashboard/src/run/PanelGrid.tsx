import { Suspense, useEffect, useRef, useState } from "react";

import { Boundary } from "../app/Boundary";
import { panelKind } from "../panels/registry";
import { Spinner } from "../ui/Spinner";
import type { ChartSettings, PanelConfig, RunView } from "../workspace/view";
import styles from "./PanelGrid.module.css";

/** Properties of a `PanelGrid`. */
export interface PanelGridProps {
  project: string;
  panels: PanelConfig[];
  runs: RunView[];
  settings: ChartSettings;
}

const ignore = () => undefined;

/** Panels side by side that are made by the page and not by a person: they cannot be moved or changed. */
export function PanelGrid({ project, panels, runs, settings }: PanelGridProps) {
  return (
    <div className={styles["grid"]}>
      {panels.map((panel) => (
        <Card key={panel.id} project={project} panel={panel} runs={runs} settings={settings} />
      ))}
    </div>
  );
}

function Card({ project, panel, runs, settings }: Omit<PanelGridProps, "panels"> & { panel: PanelConfig }) {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  const View = panelKind(panel.kind)?.View;
  return (
    <section className={styles["card"]} aria-label={panel.title}>
      <h3 className={styles["title"]}>{panel.title}</h3>
      <div ref={box} className={styles["body"]}>
        {View !== undefined && size !== null && (
          <Boundary small>
            <Suspense fallback={<Spinner centred />}>
              <View
                project={project}
                config={panel}
                runs={runs}
                settings={settings}
                width={size.width}
                height={size.height}
                fullScreen={false}
                onChange={ignore}
              />
            </Suspense>
          </Boundary>
        )}
      </div>
    </section>
  );
}
