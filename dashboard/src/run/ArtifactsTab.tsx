import { Package } from "lucide-react";
import { Link as PageLink } from "wouter";

import type { Link, RunDetail } from "../api/types";
import { artifactAddress } from "../app/addresses";
import { CopySnippet } from "../ui/CopySnippet";
import { EmptyState } from "../ui/EmptyState";
import { formatBytes, formatTime } from "../ui/format";
import { Tag } from "../ui/Tag";
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
  return (
    <div className={styles["page"]}>
      {parts.map(({ title, actions }) => {
        const links = run.artifacts.filter((link) => actions.some((action) => action === link.action));
        return links.length === 0 ? null : (
          <Section key={title} title={title} note={links.length}>
            <LinkTable links={links} project={run.project} />
          </Section>
        );
      })}
    </div>
  );
}

function LinkTable({ links, project }: { links: Link[]; project: string }) {
  return (
    <div className={styles["scroll"]}>
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col">Aliases</th>
            <th scope="col" className={styles["number"]}>
              Size
            </th>
            <th scope="col" className={styles["number"]}>
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {links.map((link, index) => (
            <tr key={index}>
              <td>
                <PageLink href={artifactAddress(link.project, link.name, link.version)} className={styles["name"]}>
                  {link.project !== project && `${link.project}/`}
                  {link.name}:{link.version}
                </PageLink>
                {link.use_as !== null && link.use_as !== "" && <span className={styles["soft"]}> as {link.use_as}</span>}
              </td>
              <td className={styles["soft"]}>{link.type}</td>
              <td>
                <span className={styles["aliases"]}>
                  {link.aliases.map((alias) => (
                    <Tag key={alias}>{alias}</Tag>
                  ))}
                </span>
              </td>
              <td className={styles["number"]}>{formatBytes(link.size)}</td>
              <td className={styles["number"]}>{formatTime(link.time)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
