import { Route } from "lucide-react";

import { useStatus } from "../api/queries";
import { CopySnippet } from "../ui/CopySnippet";
import { EmptyState } from "../ui/EmptyState";
import { formatCount } from "../ui/format";
import { Spinner } from "../ui/Spinner";

/** What stands where a project has no runs: that they are still being read, or how to make the first. */
export function NoRuns({ project }: { project: string }) {
  const status = useStatus().data;
  if (status?.indexing.busy === true) {
    return (
      <EmptyState icon={<Spinner label="Reading runs" />} title="Still reading the runs of this folder">
        <p>
          {formatCount(status.indexing.done)} of {formatCount(status.indexing.total)} are read. Those of this project appear here as soon as they are.
        </p>
      </EmptyState>
    );
  }
  const code = `import trailmark

with trailmark.init(project=${JSON.stringify(project)}, config={"lr": 0.01}) as run:
    for step in range(100):
        run.log({"loss": 1 / (step + 1)})`;
  return (
    <EmptyState icon={<Route />} title="No runs in this project yet">
      <p>Run this where the dashboard looks for runs, and it appears here while it runs.</p>
      <CopySnippet code={code} />
      {status && (
        <p>
          The dashboard looks in <code>{status.root}</code>.
        </p>
      )}
    </EmptyState>
  );
}
