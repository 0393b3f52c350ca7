import { lazy, Suspense } from "react";
import { Link, useLocation, useSearchParams } from "wouter";

import { useArtifact, useArtifactVersion } from "../api/queries";
import type { ArtifactDetail, ArtifactVersion } from "../api/types";
import { artifactAddress } from "../app/addresses";
import { Boundary } from "../app/Boundary";
import { ErrorState } from "../ui/EmptyState";
import { formatBytes, formatTime, plural } from "../ui/format";
import { Spinner } from "../ui/Spinner";
import { type Tab, Tabs } from "../ui/Tabs";
import { Tag } from "../ui/Tag";
import styles from "./ArtifactPage.module.css";
import { VersionList } from "./VersionList";
import { VersionOverview } from "./VersionOverview";

const VersionFiles = lazy(async () => ({ default: (await import("./VersionFiles")).VersionFiles }));
const VersionChanges = lazy(async () => ({ default: (await import("./VersionChanges")).VersionChanges }));
const LineageTab = lazy(async () => ({ default: (await import("./LineageTab")).LineageTab }));

const parts = ["overview", "files", "changes", "lineage"] as const;
type Part = (typeof parts)[number];

/** An artifact: its versions at the left, the chosen one (the latest, unless the address names one) at the right. */
export function ArtifactPage({ project, name, version }: { project: string; name: string; version: string | null }) {
  const artifact = useArtifact(project, name);
  if (artifact.error !== null && artifact.data === undefined) {
    return <ErrorState error={artifact.error} onRetry={() => void artifact.refetch()} />;
  }
  if (artifact.data === undefined) return <Spinner centred />;
  return <Versions project={project} artifact={artifact.data} asked={version} />;
}

function Versions({ project, artifact, asked }: { project: string; artifact: ArtifactDetail; asked: string | null }) {
  const [, navigate] = useLocation();
  const [parameters] = useSearchParams();
  const wanted = asked ?? artifact.latest;
  const chosen = artifact.all.find((version) => version.version === wanted || version.aliases.includes(wanted));
  const keep = parameters.get("part") === null ? "" : `?part=${parameters.get("part") ?? ""}`;
  return (
    <div className={styles["page"]}>
      <aside className={styles["side"]} aria-label="Versions">
        <p className={styles["crumb"]}>
          <Link href={artifactAddress(project)}>Artifacts</Link> / {artifact.type}
        </p>
        <h1 className={styles["name"]}>{artifact.name}</h1>
        {artifact.description !== null && artifact.description !== "" && <p className={styles["soft"]}>{artifact.description}</p>}
        <VersionList
          versions={artifact.all}
          chosen={chosen?.version ?? ""}
          addressOf={(version) => artifactAddress(project, artifact.name, version) + keep}
          onChoose={(version) => {
            navigate(artifactAddress(project, artifact.name, version) + keep);
          }}
        />
      </aside>
      {chosen === undefined ? (
        <ErrorState error={new Error(`${artifact.name} has no version or alias ${wanted}. It was deleted, or never there.`)} />
      ) : (
        <Version key={chosen.version} project={project} artifact={artifact} version={chosen} />
      )}
    </div>
  );
}

function Version({ project, artifact, version }: { project: string; artifact: ArtifactDetail; version: ArtifactVersion }) {
  const manifest = useArtifactVersion(project, artifact.name, version.version);
  const [parameters, setParameters] = useSearchParams();
  const part: Part = parts.find((each) => each === parameters.get("part")) ?? "overview";
  const tabs: Tab<Part>[] = [
    { value: "overview", label: "Overview" },
    { value: "files", label: "Files", count: version.files },
    ...(artifact.all.length > 1 ? [{ value: "changes" as const, label: "Changes" }] : []),
    { value: "lineage", label: "Lineage" },
  ];
  const body = () => {
    if (part === "overview") return <VersionOverview project={project} artifact={artifact} version={version} />;
    if (part === "lineage") return <LineageTab project={project} name={artifact.name} version={version.version} />;
    if (manifest.error !== null) return <ErrorState error={manifest.error} onRetry={() => void manifest.refetch()} />;
    if (manifest.data === undefined) return <Spinner centred />;
    if (part === "files") return <VersionFiles project={project} name={artifact.name} version={manifest.data} />;
    return <VersionChanges project={project} artifact={artifact} version={manifest.data} />;
  };
  return (
    <section className={styles["main"]} aria-label={`${artifact.name}:${version.version}`}>
      <header className={styles["header"]}>
        <h2 className={styles["version"]}>{version.version}</h2>
        {version.aliases.map((alias) => (
          <Tag key={alias} tone="accent">
            {alias}
          </Tag>
        ))}
        <span className={styles["soft"]}>
          {plural(version.files, "file")}, {formatBytes(version.size)}, {formatTime(version.time)}
        </span>
      </header>
      <div className={styles["tabs"]}>
        <Tabs<Part>
          label="Parts of the version"
          tabs={tabs}
          value={part}
          onChange={(next) => {
            setParameters(next === "overview" ? {} : { part: next });
          }}
        />
      </div>
      <Boundary key={part}>
        <Suspense fallback={<Spinner centred />}>{body()}</Suspense>
      </Boundary>
    </section>
  );
}
