import { Search } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";

import { useColumns } from "../api/queries";
import type { RunDetail } from "../api/types";
import { Section } from "../run/Section";
import { TextField } from "../ui/TextField";
import { Toggle } from "../ui/Toggle";
import type { RunView } from "../workspace/view";
import { compareTrees, searchRows } from "./differences";
import { DifferenceTable } from "./DifferenceTable";
import { compareMetrics } from "./metrics";
import { MetricTable } from "./MetricTable";
import styles from "./Values.module.css";

/** Results, config and environment of runs side by side. */
export function Values({ runs, views }: { runs: RunDetail[]; views: RunView[] }) {
  const [differences, setOnly] = useState(true);
  const only = differences && runs.length > 1;
  const [search, setSearch] = useState("");
  const sought = useDeferredValue(search);
  const columns = useColumns(runs[0]?.project ?? "");
  const goals = useMemo(() => new Map((columns.data?.keys ?? []).map((key) => [key.key, key.goal])), [columns.data]);
  const metrics = useMemo(() => compareMetrics(runs.map((run) => run.summary), goals), [runs, goals]);
  const config = useMemo(() => compareTrees(runs.map((run) => run.config)), [runs]);
  const others = useMemo(() => compareTrees(runs.map(otherFacts)), [runs]);
  const shownMetrics = metrics.filter((row) => (!only || new Set(row.values.map(String)).size > 1) && matches(row.key, sought));
  const shown = (rows: typeof config) => searchRows(only ? rows.filter((row) => row.differs) : rows, sought);
  const note = (total: number, differing: number) => (runs.length > 1 ? `${differing} of ${total} differ` : String(total));
  return (
    <div className={styles["page"]}>
      <div className={styles["bar"]}>
        <TextField label="Search names and values" placeholder="Search names and values" value={search} onChange={setSearch} icon={<Search />} clearable className={styles["search"] ?? ""} />
        {runs.length > 1 && <Toggle label="Differences only" checked={only} onChange={setOnly} />}
      </div>
      <Section title="Results" note={note(metrics.length, metrics.filter((row) => new Set(row.values.map(String)).size > 1).length)}>
        <MetricTable rows={shownMetrics} runs={views} none={noneText(only, sought)} />
      </Section>
      <Section title="Config" note={note(config.length, config.filter((row) => row.differs).length)}>
        <DifferenceTable label="Config" rows={shown(config)} runs={views} none={noneText(only, sought)} />
      </Section>
      <Section title="Run and environment" note={note(others.length, others.filter((row) => row.differs).length)}>
        <DifferenceTable label="Run and environment" rows={shown(others)} runs={views} none={noneText(only, sought)} />
      </Section>
    </div>
  );
}

function noneText(only: boolean, search: string): string {
  if (search.trim() !== "") return `Nothing here has “${search.trim()}” in it.`;
  return only ? "All of these are equal." : "There are none.";
}

function matches(key: string, search: string): boolean {
  return search.toLowerCase().split(/\s+/).every((word) => key.toLowerCase().includes(word));
}

/** What else can differ; what is not set is left out, so that it reads as such. */
function otherFacts(run: RunDetail): Record<string, unknown> {
  const { state, group, job_type, runtime_s, last_step, exit_code } = run;
  const facts = { state, tags: run.tags.join(", ") || null, group, job_type, runtime_s, last_step, exit_code, ...run.environment };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}
