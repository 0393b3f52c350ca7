import { Cpu } from "lucide-react";
import { useMemo, useState } from "react";

import type { RunDetail } from "../api/types";
import { EmptyState } from "../ui/EmptyState";
import { Select } from "../ui/Select";
import { defaultSettings, type PanelConfig } from "../workspace/view";
import { PanelGrid } from "./PanelGrid";
import { Section } from "./Section";
import styles from "./SystemTab.module.css";
import { type SystemChart, systemOptions, systemSections } from "./system";
import { useRunViews } from "./useRunView";

/** What the machine did while the run ran: a section for processors, memory, each GPU, disks and network. */
export function SystemTab({ run }: { run: RunDetail }) {
  const [rank, setRank] = useState<number | "all">(run.ranks[0] ?? 0);
  const runs = useRunViews([run]);
  const names = run.keys.filter((key) => key.stream === "system" && key.kind === "number").map((key) => key.key);
  const token = names.join("\n");
  const sections = useMemo(() => systemSections(token === "" ? [] : token.split("\n")), [token]);
  if (sections.length === 0) {
    return (
      <EmptyState title="No system metrics" icon={<Cpu />}>
        <p>
          The first are there about a second after a run begins. With the setting <code>system</code> off, as by <code>TRAILMARK_SYSTEM=false</code>, there are
          none.
        </p>
      </EmptyState>
    );
  }
  return (
    <div className={styles["page"]}>
      {run.ranks.length > 1 && (
        <Select
          label="Process"
          labelled
          className={styles["rank"] ?? ""}
          value={String(rank)}
          options={[...run.ranks.map((each) => ({ value: String(each), label: `Rank ${each}` })), { value: "all", label: "All ranks" }]}
          onChange={(next) => {
            setRank(next === "all" ? next : Number(next));
          }}
        />
      )}
      {sections.map((section) => (
        <Section key={section.name} title={section.name} note={gpuName(run, section.name)}>
          <PanelGrid
            project={run.project}
            runs={runs}
            settings={defaultSettings}
            panels={section.charts.map((chart) => panelOf(section.name, chart, rank))}
          />
        </Section>
      ))}
    </div>
  );
}

function panelOf(section: string, chart: SystemChart, rank: number | "all"): PanelConfig {
  return {
    id: `${section}/${chart.keys.join("+")}/${rank}`,
    kind: "line",
    title: chart.title,
    keys: chart.keys,
    width: 1,
    height: 12,
    options: { ...systemOptions(chart.keys), rank, legend: chart.keys.length > 1 || rank === "all" ? 8 : 0 },
  };
}

function gpuName(run: RunDetail, section: string): string | undefined {
  const index = /^GPU (\d+)$/.exec(section)?.[1];
  const gpus = run.environment["gpus"];
  if (index === undefined || !Array.isArray(gpus)) return undefined;
  const gpu = gpus[Number(index)];
  const name = typeof gpu === "object" && gpu !== null && "name" in gpu ? gpu.name : undefined;
  return typeof name === "string" ? name : undefined;
}
