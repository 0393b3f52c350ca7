import { GitCompareArrows } from "lucide-react";
import { useMemo } from "react";
import { Link, useSearchParams } from "wouter";

import type { Key, RunDetail } from "../api/types";
import { tableAddress } from "../app/addresses";
import { useRunViews } from "../run/useRunView";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import { Tabs } from "../ui/Tabs";
import { ChartsOf } from "./ChartsOf";
import { CodeDifference } from "./CodeDifference";
import styles from "./ComparePage.module.css";
import { RunChips } from "./RunChips";
import { useComparedRuns } from "./useComparedRuns";
import { Values } from "./Values";

type Part = "values" | "charts" | "code";

/** Two or more runs side by side: results, inputs, machines, charts and code. The first is what the others are compared with. */
export function ComparePage({ project }: { project: string }) {
  const compared = useComparedRuns(project);
  const [parameters, setParameters] = useSearchParams();
  const views = useRunViews(compared.runs);
  const asked = parameters.get("part");
  const part: Part = asked === "charts" || asked === "code" ? asked : "values";
  const keys = useMemo(() => mergedKeys(compared.runs), [compared.runs]);
  const ready = !compared.loading && compared.runs.length > 0;
  return (
    <div className={styles["page"]}>
      <header className={styles["header"]}>
        <h1 className={styles["title"]}>Compare</h1>
        <RunChips project={project} runs={views} onChange={compared.choose} />
      </header>
      <div className={styles["tabs"]}>
        <Tabs<Part>
          label="What to compare"
          value={part}
          tabs={[
            { value: "values", label: "Results and config" },
            { value: "charts", label: "Charts" },
            { value: "code", label: "Code and packages" },
          ]}
          onChange={(next) => {
            setParameters((before) => {
              before.set("part", next);
              return before;
            });
          }}
        />
      </div>
      {compared.failed.map(({ id, error }) => (
        <ErrorState key={id} small error={error} />
      ))}
      {compared.loading && <Spinner centred />}
      {!compared.loading && compared.ids.length === 0 && (
        <EmptyState title="Which runs?" icon={<GitCompareArrows />}>
          <p>
            Add some above, or select them in <Link href={tableAddress(project)}>the runs table</Link> and press Compare.
          </p>
        </EmptyState>
      )}
      {ready && part === "values" && <Values runs={compared.runs} views={views} />}
      {ready && part === "charts" && <ChartsOf project={project} runs={views} keys={keys} />}
      {ready && part === "code" && <CodeDifference project={project} runs={compared.runs} views={views} />}
    </div>
  );
}

/** The keys that any of the runs logged, each once. */
export function mergedKeys(runs: readonly RunDetail[]): Key[] {
  const found = new Map<string, Key>();
  for (const key of runs.flatMap((run) => run.keys)) {
    if (key.hidden) continue;
    const name = `${key.stream} ${key.kind} ${key.key}`;
    const known = found.get(name);
    found.set(name, known === undefined ? key : { ...known, runs: known.runs + 1, points: known.points + key.points });
  }
  return [...found.values()];
}
