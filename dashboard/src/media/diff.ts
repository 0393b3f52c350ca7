/** Unified diffs as `git diff` writes them, taken apart for display. */

export type DiffKind = "context" | "added" | "removed" | "note";

/** A line of a hunk; `old` and `new` are its numbers on each side, null where it is not. */
export interface DiffLine {
  kind: DiffKind;
  text: string;
  old: number | null;
  new: number | null;
}

/** Lines that belong together; `header` is what git writes after `@@`: the function they are in. */
export interface DiffHunk {
  header: string;
  oldStart: number;
  newStart: number;
  lines: DiffLine[];
}

export interface DiffFile {
  oldPath: string;
  newPath: string;
  status: "changed" | "added" | "deleted" | "renamed";
  binary: boolean;
  hunks: DiffHunk[];
  added: number;
  removed: number;
}

/** A row of the split view: what was on the left, what is on the right. */
export interface SplitRow {
  left: DiffLine | null;
  right: DiffLine | null;
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;

/** Takes a diff apart. Text before the first file, and lines that are no part of a diff, are left out. */
export function parseDiff(text: string): DiffFile[] {
  const files: DiffFile[] = [];
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  let file: DiffFile | null = null;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const begins = line.startsWith("--- ") && (lines[at + 1] ?? "").startsWith("+++ ");
    if (line.startsWith("diff --git ") || (begins && (!file || file.hunks.length > 0))) {
      file = { oldPath: "", newPath: "", status: "changed", binary: false, hunks: [], added: 0, removed: 0 };
      files.push(file);
    }
    if (!file) continue;
    const found = HUNK.exec(line);
    // The counts of a hunk's head tell its end: a removed line may itself begin with "-- ".
    if (found) at = readHunk(file, found, lines, at + 1) - 1;
    else readHeader(file, line);
  }
  return files;
}

function readHunk(file: DiffFile, head: RegExpExecArray, lines: string[], start: number): number {
  let left = Number(head[1]);
  let right = Number(head[3]);
  const leftEnd = left + Number(head[2] ?? 1);
  const rightEnd = right + Number(head[4] ?? 1);
  const hunk: DiffHunk = { header: head[5] ?? "", oldStart: left, newStart: right, lines: [] };
  file.hunks.push(hunk);
  let at = start;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const text = line.slice(1);
    if (line.startsWith("\\")) hunk.lines.push({ kind: "note", text: line.slice(2), old: null, new: null });
    else if (left >= leftEnd && right >= rightEnd) break;
    else if (line.startsWith("+")) hunk.lines.push({ kind: "added", text, old: null, new: right++ });
    else if (line.startsWith("-")) hunk.lines.push({ kind: "removed", text, old: left++, new: null });
    else if (line.startsWith(" ") || (line === "" && at < lines.length - 1)) {
      hunk.lines.push({ kind: "context", text, old: left++, new: right++ });
    } else break;
  }
  file.added += hunk.lines.filter((line) => line.kind === "added").length;
  file.removed += hunk.lines.filter((line) => line.kind === "removed").length;
  return at;
}

function readHeader(file: DiffFile, line: string): void {
  if (line.startsWith("diff --git ")) {
    const sides = /^diff --git (?:"a\/(.*)"|a\/(.*)) (?:"b\/(.*)"|b\/(.*))$/.exec(line);
    file.oldPath = sides?.[1] ?? sides?.[2] ?? "";
    file.newPath = sides?.[3] ?? sides?.[4] ?? "";
  } else if (line.startsWith("--- ")) file.oldPath = side(line) ?? file.oldPath;
  else if (line.startsWith("+++ ")) file.newPath = side(line) ?? file.newPath;
  else if (line.startsWith("rename from ")) Object.assign(file, { oldPath: line.slice(12), status: "renamed" });
  else if (line.startsWith("rename to ")) Object.assign(file, { newPath: line.slice(10), status: "renamed" });
  else if (line.startsWith("new file")) file.status = "added";
  else if (line.startsWith("deleted file")) file.status = "deleted";
  else if (line.startsWith("Binary files ") || line.startsWith("GIT binary patch")) file.binary = true;
  if (line === "--- /dev/null") file.status = "added";
  if (line === "+++ /dev/null") file.status = "deleted";
}

/** The path behind `---` or `+++`; null for `/dev/null`. */
function side(line: string): string | null {
  const path = (line.slice(4).split("\t")[0] ?? "").replace(/^"(.*)"$/, "$1");
  return path === "/dev/null" ? null : path.replace(/^[ab]\//, "");
}

/** Puts removed lines beside the added ones that follow them. */
export function splitRows(lines: DiffLine[]): SplitRow[] {
  const rows: SplitRow[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const flush = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
      rows.push({ left: removed[at] ?? null, right: added[at] ?? null });
    }
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === "removed") {
      if (added.length > 0) flush();
      removed.push(line);
    } else if (line.kind === "added") added.push(line);
    else {
      flush();
      rows.push({ left: line, right: line });
    }
  }
  flush();
  return rows;
}

/** What differs between two lines: how many characters they have in common at the front and at the end. */
export function commonEnds(left: string, right: string): [number, number] {
  const shorter = Math.min(left.length, right.length);
  let front = 0;
  while (front < shorter && left[front] === right[front]) front += 1;
  let end = 0;
  while (end < shorter - front && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1;
  return [front, end];
}
