import { useMemo, useState } from "react";

import { useArtifactVersion } from "../api/queries";
import type { ArtifactDetail, ArtifactManifest } from "../api/types";
import { ErrorState } from "../ui/EmptyState";
import { formatBytes, plural } from "../ui/format";
import { Select } from "../ui/Select";
import { Spinner } from "../ui/Spinner";
import { Toggle } from "../ui/Toggle";
import { compareManifests, type FileChange, summarise } from "./manifest";
import styles from "./VersionChanges.module.css";

const signs = { added: "+", removed: "−", changed: "~", moved: "→", same: "=" } as const;
// More files are of no use in one list.
const mostDrawn = 1_000;

/** What differs between this version and another one, by default the one before it. */
export function VersionChanges({ project, artifact, version }: { project: string; artifact: ArtifactDetail; version: ArtifactManifest }) {
  const sorted = useMemo(() => [...artifact.all].sort((a, b) => numberOf(a.version) - numberOf(b.version)), [artifact.all]);
  const place = sorted.findIndex((each) => each.version === version.version);
  const usual = (sorted[place - 1] ?? sorted[place + 1])?.version ?? version.version;
  const [other, setOther] = useState(usual);
  const [same, setSame] = useState(false);
  return (
    <div className={styles["page"]}>
      <div className={styles["bar"]}>
        <Select
          label="Compare with"
          labelled
          value={other}
          options={sorted
            .filter((each) => each.version !== version.version)
            .reverse()
            .map((each) => ({ value: each.version, label: [each.version, ...each.aliases].join(" · ") }))}
          onChange={setOther}
        />
        <Toggle label="Show equal files" checked={same} onChange={setSame} />
      </div>
      <Changes project={project} name={artifact.name} version={version} other={other} same={same} />
    </div>
  );
}

function numberOf(version: string): number {
  return Number(version.replace(/^v/, ""));
}

interface ChangesProps {
  project: string;
  name: string;
  version: ArtifactManifest;
  other: string;
  same: boolean;
}

function Changes({ project, name, version, other, same }: ChangesProps) {
  const before = useArtifactVersion(project, name, other);
  const older = before.data?.manifest;
  const newer = version.manifest;
  const changes = useMemo(() => (older === undefined ? [] : compareManifests(older, newer)), [older, newer]);
  if (before.error !== null) return <ErrorState error={before.error} onRetry={() => void before.refetch()} />;
  if (older === undefined) return <Spinner />;
  const counts = summarise(changes);
  const shown = same ? changes : changes.filter((change) => change.kind !== "same");
  return (
    <>
      <p className={styles["summary"]}>
        From {other} to {version.version}: {counts.added} added, {counts.removed} removed, {counts.changed} changed, {counts.moved} moved,{" "}
        {counts.same} equal; {counts.bytes >= 0 ? `${formatBytes(counts.bytes)} more` : `${formatBytes(-counts.bytes)} less`}
      </p>
      {shown.length === 0 && <p className={styles["soft"]}>All {plural(counts.same, "file")} are equal.</p>}
      <ul className={styles["list"]}>
        {shown.slice(0, mostDrawn).map((change) => (
          <ChangeLine key={`${change.kind} ${change.path}`} change={change} />
        ))}
      </ul>
      {shown.length > mostDrawn && <p className={styles["soft"]}>{plural(shown.length - mostDrawn, "more file")} not shown.</p>}
    </>
  );
}

function ChangeLine({ change }: { change: FileChange }) {
  const [before, after] = [change.before?.size, change.after?.size];
  const sizes = [before, after].filter((size) => size !== undefined && size !== null).map(formatBytes);
  return (
    <li className={styles["line"]} data-kind={change.kind}>
      <span className={styles["sign"]} title={change.kind}>
        {signs[change.kind]}
        <span className="visually-hidden">{change.kind}</span>
      </span>
      <span className={styles["path"]}>
        {change.from !== null && <span className={styles["soft"]}>{change.from} → </span>}
        {change.path}
      </span>
      <span className={styles["size"]}>{change.kind === "changed" ? sizes.join(" → ") : sizes[0]}</span>
    </li>
  );
}
