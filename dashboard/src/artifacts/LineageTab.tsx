import { Workflow } from "lucide-react";

import { useLineage } from "../api/queries";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import { LineageGraph } from "./LineageGraph";

/** What a version was made from, and what was made from it. */
export function LineageTab({ project, name, version }: { project: string; name: string; version: string }) {
  const lineage = useLineage(project, name, version);
  if (lineage.error !== null) return <ErrorState error={lineage.error} onRetry={() => void lineage.refetch()} />;
  if (lineage.data === undefined) return <Spinner centred />;
  if (lineage.data.nodes.length <= 1) {
    return (
      <EmptyState title="Nothing leads here, and nothing comes of it" icon={<Workflow />}>
        <p>
          <code>run.log_artifact</code> and <code>run.use_artifact</code> record which runs made and used a version.
        </p>
      </EmptyState>
    );
  }
  return <LineageGraph lineage={lineage.data} here={`artifact:${project}/${name}:${version}`} />;
}
