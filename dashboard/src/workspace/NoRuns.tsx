import { Route } from "lucide-react";

import { CopySnippet } from "../ui/CopySnippet";
import { EmptyState } from "../ui/EmptyState";

/** What stands where a project has no runs yet. */
export function NoRuns({ project }: { project: string }) {
  const code = `import trailmark

with trailmark.init(project=${JSON.stringify(project)}, config={"lr": 0.01}) as run:
    for step in range(100):
        run.log({"loss": 1 / (step + 1)})`;
  return (
    <EmptyState icon={<Route />} title="No runs in this project yet">
      <p>Run this where the dashboard looks for runs, and it appears here while it runs.</p>
      <CopySnippet code={code} />
    </EmptyState>
  );
}
