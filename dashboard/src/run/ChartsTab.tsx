import { ChartLine } from "lucide-react";
import { useMemo } from "react";

import type { Key, RunDetail } from "../api/types";
import { automaticKind } from "../panels/registry";
import { EmptyState } from "../ui/EmptyState";
import { defaultSettings, type PanelConfig, type RunView } from "../workspace/view";
import { PanelGrid } from "./PanelGrid";
import { Section } from "./Section";
import styles from "./SystemTab.module.css";
import { useRunViews } from "./useRunView";

/** The charts of one run. */
export function ChartsTab({ run }: { run: RunDetail }) {
  const runs = useRunViews([run]);
  const keys = run.keys.filter((key) => key.stream === "history" && !key.hidden);
  if (keys.length === 0) {
    return (
      <EmptyState title="Nothing was logged yet" icon={<ChartLine />}>
        What <code>run.log</code> gets is drawn here at once.
      </EmptyState>
    );
  }
  return <KeyCharts project={run.project} runs={runs} keys={keys} />;
}

/** Charts of some keys for some runs, in sections by the prefix of the keys. */
export function KeyCharts({ project, runs, keys }: { project: string; runs: RunView[]; keys: Key[] }) {
  const sections = useMemo(() => bySection(keys), [keys]);
  return (
    <div className={styles["page"]}>
      {[...sections].map(([name, panels]) => (
        <Section key={name} title={name} note={panels.length}>
          <PanelGrid project={project} runs={runs} settings={defaultSettings} panels={panels} />
        </Section>
      ))}
    </div>
  );
}

function bySection(keys: readonly Key[]): Map<string, PanelConfig[]> {
  const sections = new Map<string, PanelConfig[]>();
  for (const key of keys) {
    const kind = automaticKind(key);
    if (kind === undefined) continue;
    const slash = key.key.indexOf("/");
    const name = slash > 0 ? key.key.slice(0, slash) : "Charts";
    const panel = { id: key.key, kind: kind.kind, title: key.key, keys: [key.key], width: 1, height: 12, options: {} };
    sections.set(name, [...(sections.get(name) ?? []), panel]);
  }
  return sections;
}
