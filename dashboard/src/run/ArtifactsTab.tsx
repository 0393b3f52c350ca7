import { Package } from "lucide-react";

import type { Link, RunDetail } from "../api/types";
import { artifactAddress } from "../app/addresses";
import { Aliases, ArtifactName } from "../artifacts/ArtifactName";
import { CopySnippet } from "../ui/CopySnippet";
import { EmptyState } from "../ui/EmptyState";
import { formatBytes, formatTime } from "../ui/format";
import { PlainTable, type PlainColumn } from "../ui/PlainTable";
import styles from "./ArtifactsTab.module.css";
import { Section } from "./Section";

const parts = [
  { title: "Made", actions: ["logged"] },
  { title: "Used", actions: ["used"] },
  { title: "Linked", actions: ["linked"] },
] as const;

/** The artifacts that a run made, used and linked. */
export function ArtifactsTab({ run }: { run: RunDetail }) {
  if (run.artifacts.length === 0) {
    return (
      <EmptyState title="This run neither made nor used artifacts" icon={<Package />}>
        <p>An artifact is a versioned set of files, such as a data set or a model.</p>
        <CopySnippet code={'run.log_artifact("model.pt", name="classifier", type="model")\nrun.use_artifact("digits:latest").download()'} />
      </EmptyState>
    );
  }
  const columns = columnsOf(run.project);
  return (
    <div className={styles["page"]}>
      {parts.map(({ title, actions }) => {
        const links = run.artifacts.filter((link) => actions.some((action) => action === link.action));
        return links.length === 0 ? null : (
          <Section key={title} title={title} note={links.length}>
            <PlainTable label={`${title} artifacts`} columns={columns} rows={links} keyOf={({ project, name, version, time }) => `${project}/${name}:${version} ${time}`} />
          </Section>
        );
      })}
    </div>
  );
}

function columnsOf(project: string): PlainColumn<Link>[] {
  const nameOf = (link: Link): string => `${link.project === project ? "" : `${link.project}/`}${link.name}:${link.version}`;
  return [
    {
      title: "Name",
      width: 40,
      cell: (link) => <ArtifactName name={nameOf(link)} address={artifactAddress(link.project, link.name, link.version)} about={link.use_as ? `as ${link.use_as}` : null} />,
    },
    { title: "Type", width: 14, cell: ({ type }) => type },
    { title: "Aliases", width: 20, cell: ({ aliases }) => <Aliases aliases={aliases} /> },
    { title: "Size", width: 10, number: true, cell: ({ size }) => formatBytes(size) },
    { title: "Time", width: 16, number: true, cell: ({ time }) => formatTime(time) },
  ];
}
