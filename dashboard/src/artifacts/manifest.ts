/** Files of an artifact's version, and what differs between two versions. */

/** A file of a version; `reference` is where it lies if it was added by reference. */
export interface ManifestFile {
  path: string;
  size: number | null;
  digest: string | null;
  reference: string | null;
}

/** What became of one file from an older to a newer version. */
export interface FileChange {
  kind: "added" | "removed" | "changed" | "moved" | "same";
  path: string;
  /** Where it was before, if it was moved. */
  from: string | null;
  before: ManifestFile | null;
  after: ManifestFile | null;
}

const ORDER = { changed: 0, added: 1, removed: 2, moved: 3, same: 4 } as const;

/** Compare two manifests: what changed first. A file that is gone and another with the same digest that came is a move. */
export function compareManifests(older: readonly ManifestFile[], newer: readonly ManifestFile[]): FileChange[] {
  const [before, after] = [byPath(older), byPath(newer)];
  const gone = older.filter((file) => !after.has(file.path));
  const changes: FileChange[] = [];
  for (const file of newer) {
    const known = before.get(file.path);
    const source = known === undefined && file.digest !== null ? gone.findIndex((other) => other.digest === file.digest) : -1;
    if (known !== undefined) {
      changes.push({ kind: sameFile(known, file) ? "same" : "changed", path: file.path, from: null, before: known, after: file });
    } else if (source >= 0) {
      const [old] = gone.splice(source, 1);
      changes.push({ kind: "moved", path: file.path, from: old?.path ?? null, before: old ?? null, after: file });
    } else {
      changes.push({ kind: "added", path: file.path, from: null, before: null, after: file });
    }
  }
  for (const file of gone) changes.push({ kind: "removed", path: file.path, from: null, before: file, after: null });
  return changes.sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.path.localeCompare(b.path, "en", { numeric: true }));
}

function byPath(files: readonly ManifestFile[]): Map<string, ManifestFile> {
  return new Map(files.map((file) => [file.path, file]));
}

function sameFile(a: ManifestFile, b: ManifestFile): boolean {
  return a.digest !== null || b.digest !== null ? a.digest === b.digest : a.reference === b.reference && a.size === b.size;
}

/** How many files of each kind of change there are, and by how many bytes the version grew. */
export function summarise(changes: readonly FileChange[]): Record<FileChange["kind"], number> & { bytes: number } {
  const counts = { added: 0, removed: 0, changed: 0, moved: 0, same: 0, bytes: 0 };
  for (const change of changes) {
    counts[change.kind] += 1;
    counts.bytes += (change.after?.size ?? 0) - (change.before?.size ?? 0);
  }
  return counts;
}
