import { FileCode, GitCommitHorizontal } from "lucide-react";

import { useCode } from "../api/queries";
import type { RunCode, RunDetail } from "../api/types";
import { DiffView } from "../media/DiffView";
import { CopySnippet } from "../ui/CopySnippet";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { plural } from "../ui/format";
import { Spinner } from "../ui/Spinner";
import { Tag } from "../ui/Tag";
import styles from "./CodeTab.module.css";
import { commandOf } from "./facts";
import { commitUrl, repositoryUrl } from "./git";
import { Requirements } from "./Requirements";
import { Section } from "./Section";

/** Which code a run ran: the command, the commit, what differed from it, and the packages. */
export function CodeTab({ run }: { run: RunDetail }) {
  const code = useCode(run.project, run.id);
  if (code.error !== null) return <ErrorState error={code.error} onRetry={() => void code.refetch()} />;
  if (code.data === undefined) return <Spinner centred />;
  const { git, diff, requirements } = code.data;
  const command = commandOf(run.environment);
  if (git === null && diff === null && requirements === null && command === "") {
    return <EmptyState title="Nothing is known of the code of this run" icon={<FileCode />} />;
  }
  return (
    <div className={styles["page"]}>
      {command !== "" && (
        <Section title="Command">
          <CopySnippet code={command} />
        </Section>
      )}
      {git !== null && <Git git={git} />}
      {diff !== null && diff !== "" && (
        <Section title="Changes that were not committed">
          <DiffView text={diff} />
        </Section>
      )}
      {requirements !== null && (
        <Section title="Packages" note={plural(requirements.split("\n").filter(Boolean).length, "package")}>
          <Requirements text={requirements} />
        </Section>
      )}
    </div>
  );
}

function Git({ git }: { git: NonNullable<RunCode["git"]> }) {
  const commitPage = commitUrl(git.remote, git.commit);
  const page = repositoryUrl(git.remote);
  return (
    <Section title="Git">
      <p className={styles["git"]}>
        <GitCommitHorizontal aria-hidden />
        {git.commit === null ? "no commit yet" : <code>{commitPage === null ? git.commit : <Outside href={commitPage}>{git.commit}</Outside>}</code>}
        {git.branch !== null && git.branch !== "" && <Tag>{git.branch}</Tag>}
        {git.dirty ? <Tag tone="warn">with changes</Tag> : <Tag tone="ok">no changes</Tag>}
        {git.remote !== null && git.remote !== "" && <span>{page === null ? git.remote : <Outside href={page}>{git.remote}</Outside>}</span>}
      </p>
    </Section>
  );
}

function Outside({ href, children }: { href: string; children: string }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
