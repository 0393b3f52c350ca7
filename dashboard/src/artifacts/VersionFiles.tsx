import { useSearchParams } from "wouter";

import { address } from "../api/client";
import type { ArtifactManifest } from "../api/types";
import { DataTable } from "../media/DataTable";
import { isTableFile } from "../media/records";
import { EmptyState } from "../ui/EmptyState";
import { FileBrowser } from "./FileBrowser";

/** The files of a version beside a viewer; the file that is open is in the address. */
export function VersionFiles({ project, name, version }: { project: string; name: string; version: ArtifactManifest }) {
  const [parameters, setParameters] = useSearchParams();
  if (version.manifest.length === 0) return <EmptyState title="This version has no files" />;
  const base = address("projects", project, "artifacts", name, version.version, "files");
  return (
    <FileBrowser
      files={version.manifest.map((file) => ({ path: file.path, size: file.size, reference: file.reference }))}
      selected={parameters.get("file")}
      onSelect={(path) => {
        setParameters(
          (before) => {
            if (path === null) before.delete("file");
            else before.set("file", path);
            return before;
          },
          { replace: true },
        );
      }}
      viewOf={(path) => {
        // The server finds tables by way of the run that made the version.
        if (!isTableFile(path) || version.run === null) return null;
        return (
          <DataTable
            key={path}
            label={path}
            source={{ project, run: version.run, artifact: `${name}:${version.version}`, path }}
            home={{ project, artifact: name, version: version.version }}
          />
        );
      }}
      addressOf={(path) => `${base}/${path.split("/").map(encodeURIComponent).join("/")}`}
    />
  );
}
