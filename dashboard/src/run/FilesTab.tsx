import { Files } from "lucide-react";
import { useSearchParams } from "wouter";

import { fileAddress } from "../api/client";
import { useFiles } from "../api/queries";
import type { RunDetail } from "../api/types";
import { FileBrowser } from "../artifacts/FileBrowser";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";

/** The files that a run keeps, beside a viewer; the file that is open is in the address. */
export function FilesTab({ run }: { run: RunDetail }) {
  const files = useFiles(run.project, run.id);
  const [parameters, setParameters] = useSearchParams();
  if (files.error !== null) return <ErrorState error={files.error} onRetry={() => void files.refetch()} />;
  if (files.data === undefined) return <Spinner centred />;
  if (files.data.length === 0) {
    return (
      <EmptyState title="This run has no files" icon={<Files />}>
        <p>
          <code>run.save</code> keeps some, and logged media are files too.
        </p>
      </EmptyState>
    );
  }
  return (
    <FileBrowser
      files={files.data}
      selected={parameters.get("file")}
      onSelect={(path) => {
        setParameters(path === null ? {} : { file: path }, { replace: true });
      }}
      addressOf={(path) => fileAddress(run.project, run.id, path)}
    />
  );
}
