import { Package, Search } from "lucide-react";
import { useMemo, useState } from "react";

import { isMissing } from "../api/client";
import { useArtifacts } from "../api/queries";
import type { Artifact } from "../api/types";
import { artifactAddress } from "../app/addresses";
import { Section } from "../run/Section";
import { CopySnippet } from "../ui/CopySnippet";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { formatAgo, formatBytes, formatTime } from "../ui/format";
import { PlainTable, type PlainColumn } from "../ui/PlainTable";
import { Spinner } from "../ui/Spinner";
import { TextField } from "../ui/TextField";
import { NoRuns } from "../workspace/NoRuns";
import { Aliases, ArtifactName } from "./ArtifactName";
import { ArtifactPage } from "./ArtifactPage";
import styles from "./ArtifactsPage.module.css";

/** The artifacts of a project, or one of them, or one of its versions. */
export function ArtifactsPage({ project, name, version }: { project: string; name?: string; version?: string }) {
  if (name === undefined) return <ArtifactList project={project} />;
  return <ArtifactPage key={name} project={project} name={name} version={version ?? null} />;
}

function ArtifactList({ project }: { project: string }) {
  const artifacts = useArtifacts(project);
  const [search, setSearch] = useState("");
  const columns = useMemo(() => columnsOf(project), [project]);
  const types = useMemo(() => byType(artifacts.data ?? [], search), [artifacts.data, search]);
  if (isMissing(artifacts.error)) return <NoRuns project={project} />;
  if (artifacts.error !== null) return <ErrorState error={artifacts.error} onRetry={() => void artifacts.refetch()} />;
  if (artifacts.data === undefined) return <Spinner centred />;
  if (artifacts.data.length === 0) {
    return (
      <EmptyState title="There are no artifacts yet" icon={<Package />}>
        <p>An artifact is a versioned set of files, such as a data set or a model. A run makes one like this:</p>
        <CopySnippet code={'run.log_artifact(\n    "model.pt", name="classifier",\n    type="model", aliases=["best"],\n)'} />
      </EmptyState>
    );
  }
  return (
    <div className={styles["page"]}>
      <header className={styles["header"]}>
        <h1 className={styles["title"]}>Artifacts</h1>
        <TextField label="Search artifacts" placeholder="Search artifacts" value={search} onChange={setSearch} icon={<Search />} clearable className={styles["search"] ?? ""} />
      </header>
      {types.size === 0 && <p className={styles["soft"]}>No artifact has this in its name, type or aliases.</p>}
      {[...types].map(([type, list]) => (
        <Section key={type} title={type} note={list.length}>
          <PlainTable label={`Artifacts of type ${type}`} columns={columns} rows={list} keyOf={(artifact) => artifact.name} />
        </Section>
      ))}
    </div>
  );
}

function columnsOf(project: string): PlainColumn<Artifact>[] {
  return [
    {
      title: "Name",
      width: 40,
      cell: ({ name, description }) => <ArtifactName name={name} address={artifactAddress(project, name)} about={description} />,
    },
    { title: "Latest", width: 10, cell: ({ latest }) => latest },
    { title: "Aliases", width: 20, cell: ({ aliases }) => <Aliases aliases={aliases} /> },
    { title: "Versions", width: 8, number: true, cell: ({ versions }) => versions },
    { title: "Size", width: 10, number: true, cell: ({ size }) => formatBytes(size) },
    { title: "Changed", width: 12, number: true, cell: ({ time }) => formatAgo(time), more: ({ time }) => formatTime(time, true) },
  ];
}

/** Artifacts by type, both in alphabetical order, without those that a search does not find. */
function byType(artifacts: readonly Artifact[], search: string): Map<string, Artifact[]> {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = artifacts.filter((artifact) => {
    const text = [artifact.name, artifact.type, artifact.description ?? "", ...artifact.aliases].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const sorted = found.sort((a, b) => a.type.localeCompare(b.type) || a.name.localeCompare(b.name, "en", { numeric: true }));
  const types = new Map<string, Artifact[]>();
  for (const artifact of sorted) types.set(artifact.type, [...(types.get(artifact.type) ?? []), artifact]);
  return types;
}
