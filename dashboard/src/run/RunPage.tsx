import { lazy, Suspense } from "react";
import { useLocation } from "wouter";

import { useRun } from "../api/queries";
import type { RunDetail } from "../api/types";
import { runAddress } from "../app/addresses";
import { Boundary } from "../app/Boundary";
import { ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import { type Tab, Tabs } from "../ui/Tabs";
import { ArtifactsTab } from "./ArtifactsTab";
import { Overview } from "./Overview";
import { RunHeader } from "./RunHeader";
import styles from "./RunPage.module.css";

const ChartsTab = lazy(async () => ({ default: (await import("./ChartsTab")).ChartsTab }));
const SystemTab = lazy(async () => ({ default: (await import("./SystemTab")).SystemTab }));
const LogsTab = lazy(async () => ({ default: (await import("./LogsTab")).LogsTab }));
const FilesTab = lazy(async () => ({ default: (await import("./FilesTab")).FilesTab }));
const CodeTab = lazy(async () => ({ default: (await import("./CodeTab")).CodeTab }));

/** The tabs as they stand in the address; "" is the overview. */
const names = ["", "charts", "system", "logs", "files", "code", "artifacts"] as const;
type TabName = (typeof names)[number];

/** The page of one run, with its tabs in the address. */
export function RunPage({ project, run: id, tab }: { project: string; run: string; tab: string }) {
  const run = useRun(project, id);
  const [, navigate] = useLocation();
  if (run.error !== null && run.data === undefined) return <ErrorState error={run.error} onRetry={() => void run.refetch()} />;
  if (run.data === undefined) return <Spinner centred label="Loading the run" />;
  const current = names.find((name) => name === tab) ?? "";
  return (
    <div className={styles["page"]}>
      <RunHeader run={run.data} />
      <div className={styles["tabs"]}>
        <Tabs<TabName | "overview">
          label="Parts of the run"
          tabs={tabsOf(run.data)}
          value={current === "" ? "overview" : current}
          onChange={(next) => {
            navigate(next === "overview" || next === "" ? runAddress(project, id) : runAddress(project, id, next));
          }}
        />
      </div>
      <Boundary key={current}>
        <Suspense fallback={<Spinner centred />}>
          <TabBody run={run.data} tab={current} />
        </Suspense>
      </Boundary>
    </div>
  );
}

function tabsOf(run: RunDetail): Tab<TabName | "overview">[] {
  const count = (stream: string) => run.keys.filter((key) => key.stream === stream && !key.hidden).length;
  return [
    { value: "overview", label: "Overview" },
    { value: "charts", label: "Charts", count: count("history") },
    { value: "system", label: "System" },
    { value: "logs", label: "Logs" },
    { value: "files", label: "Files" },
    { value: "code", label: "Code" },
    { value: "artifacts", label: "Artifacts", count: run.artifacts.length },
  ];
}

function TabBody({ run, tab }: { run: RunDetail; tab: TabName }) {
  switch (tab) {
    case "":
      return <Overview run={run} />;
    case "charts":
      return <ChartsTab run={run} />;
    case "system":
      return <SystemTab run={run} />;
    case "logs":
      return <LogsTab run={run} />;
    case "files":
      return <FilesTab run={run} />;
    case "code":
      return <CodeTab run={run} />;
    case "artifacts":
      return <ArtifactsTab run={run} />;
  }
}
