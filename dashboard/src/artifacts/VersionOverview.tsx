import { useState } from "react";
import { Link } from "wouter";

import { useRuns } from "../api/queries";
import type { ArtifactDetail, ArtifactVersion, Brief } from "../api/types";
import { runAddress } from "../app/addresses";
import { Section } from "../run/Section";
import { ValueTree } from "../run/ValueTree";
import { CopySnippet } from "../ui/CopySnippet";
import { formatTime } from "../ui/format";
import { Segmented } from "../ui/Segmented";
import { StateDot } from "../ui/StateDot";
import { usageSnippet } from "./snippet";
import styles from "./VersionOverview.module.css";

/** How to use a version, its metadata, the run that made it and those that used it. */
export function VersionOverview({ project, artifact, version }: { project: string; artifact: ArtifactDetail; version: ArtifactVersion }) {
  const [way, setWay] = useState<"run" | "api">("run");
  const ids = [...new Set([...(version.run === null ? [] : [version.run]), ...version.used_by])];
  // Deleted and archived runs too: they made it all the same.
  const runs = useRuns(project, { ids, archived: true, limit: Math.max(1, ids.length) }, ids.length > 0);
  const known = new Map((runs.data?.runs ?? []).map((run) => [run.id, run]));
  return (
    <div className={styles["page"]}>
      <Section
        title="Use it"
        actions={
          <Segmented
            label="How to use it"
            value={way}
            onChange={setWay}
            choices={[
              { value: "run", label: "In a run" },
              { value: "api", label: "Without a run" },
            ]}
          />
        }
      >
        <CopySnippet code={usageSnippet(project, artifact.name, version.version)[way]} />
      </Section>
      <Section title="Made by">
        {version.run === null ? <p className={styles["soft"]}>No run: it was made outside of runs, or its run was deleted.</p> : <RunLine project={project} id={version.run} run={known.get(version.run)} />}
      </Section>
      <Section title="Used by" note={version.used_by.length > 0 ? version.used_by.length : undefined}>
        {version.used_by.length === 0 && <p className={styles["soft"]}>No run has used this version.</p>}
        {version.used_by.map((id) => (
          <RunLine key={id} project={project} id={id} run={known.get(id)} />
        ))}
      </Section>
      <ValueTree title="Metadata" values={version.metadata} empty="This version has no metadata." />
      <Section title="Digest">
        <CopySnippet code={version.digest} inline />
      </Section>
    </div>
  );
}

function RunLine({ project, id, run }: { project: string; id: string; run: Brief | undefined }) {
  return (
    <p className={styles["run"]}>
      {run !== undefined && <StateDot state={run.state} />}
      <Link href={runAddress(project, id)} className={styles["name"]}>
        {run?.name ?? id}
      </Link>
      {run !== undefined && <span className={styles["soft"]}>{[run.job_type, formatTime(run.created_at)].filter(Boolean).join(", ")}</span>}
    </p>
  );
}
