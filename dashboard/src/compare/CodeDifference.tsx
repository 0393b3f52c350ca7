import { useQueries } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";

import { get, path } from "../api/client";
import { keys } from "../api/queries";
import type { RunCode, RunDetail } from "../api/types";
import { compareUrl } from "../run/git";
import { Section } from "../run/Section";
import { ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import type { RunView } from "../workspace/view";
import styles from "./CompareTable.module.css";
import { compareTrees } from "./differences";
import { DifferenceTable } from "./DifferenceTable";
import { compareRequirements } from "./requirements";
import pageStyles from "./Values.module.css";

/** Commits and packages of runs side by side. */
export function CodeDifference({ project, runs, views }: { project: string; runs: RunDetail[]; views: RunView[] }) {
  const codes = useQueries({
    queries: runs.map((run) => ({
      queryKey: keys.run(project, run.id, "code"),
      queryFn: ({ signal }: { signal: AbortSignal }) => get<RunCode>(path("projects", project, "runs", run.id, "code"), signal),
    })),
  });
  const error = codes.find((code) => code.error !== null)?.error ?? null;
  if (error !== null) return <ErrorState error={error} />;
  if (codes.some((code) => code.data === undefined)) return <Spinner centred />;
  const known = codes.flatMap((code) => code.data ?? []);
  const git = compareTrees(known.map((code) => ({ program: code.program, ...code.git, ...changes(code.diff) })));
  const packages = compareRequirements(known.map((code) => code.requirements));
  const differing = packages.filter((row) => row.differs);
  return (
    <div className={pageStyles["page"]}>
      <Section title="Commit" actions={<CompareLinks codes={known} views={views} />}>
        <DifferenceTable label="Commit" rows={git} runs={views} />
      </Section>
      <Section title="Packages" note={runs.length > 1 ? `${differing.length} of ${packages.length} differ` : String(packages.length)}>
        {runs.length > 1 && differing.length === 0 && <p className={styles["none"]}>{packages.length === 0 ? "No packages were recorded." : "All packages are the same."}</p>}
        {(runs.length === 1 ? packages : differing).length > 0 && (
          <DifferenceTable
            label="Packages"
            rows={(runs.length === 1 ? packages : differing).map((row) => ({
              path: row.name,
              values: row.versions.map((version) => version ?? undefined),
              differs: row.differs,
            }))}
            runs={views}
          />
        )}
      </Section>
    </div>
  );
}

/** What was not committed, as counts: the text itself is on each run's page. */
function changes(diff: string | null): Record<string, string> {
  if (diff === null || diff === "") return {};
  const lines = diff.split("\n");
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).length;
  return { "uncommitted changes": `+${count("+")} −${count("-")} lines` };
}

function CompareLinks({ codes, views }: { codes: RunCode[]; views: RunView[] }) {
  const base = codes[0]?.git;
  const links = codes.slice(1).flatMap(({ git }, index) => {
    if (!base?.commit || !git?.commit || base.commit === git.commit || base.remote !== git.remote) return [];
    const url = compareUrl(git.remote, base.commit, git.commit);
    return url === null ? [] : [{ url, name: views[index + 1]?.name ?? "" }];
  });
  return links.map(({ url, name }) => (
    <a key={name} href={url} target="_blank" rel="noopener noreferrer" className={pageStyles["link"]}>
      Changes to {name} <ExternalLink aria-hidden size={12} />
    </a>
  ));
}
