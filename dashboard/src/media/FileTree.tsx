import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { ChevronDown, ChevronRight, FileAudio, FileCode, FileImage, FileQuestion, FileText, FileVideo, Folder, Search, Table } from "lucide-react";

import { classes } from "../ui/classes";
import { formatBytes } from "../ui/format";
import { TextField } from "../ui/TextField";
import { fileKind } from "./fileKinds";
import styles from "./FileTree.module.css";
import { buildTree, type ListedFile, treeRows } from "./tree";

/** Properties of a `FileTree`. */
export interface FileTreeProps {
  files: readonly ListedFile[];
  /** The path of the file that is shown. */
  selected: string | null;
  onSelect: (path: string) => void;
  label?: string;
}

// With fewer files all folders are open at first.
const FEW = 40;
const ICONS = {
  image: FileImage,
  audio: FileAudio,
  video: FileVideo,
  html: FileCode,
  json: FileCode,
  table: Table,
  notes: FileText,
  text: FileText,
  points: FileQuestion,
  binary: FileQuestion,
} as const;

/** Files in their folders. Arrow keys move, open and close; Enter shows a file. */
export function FileTree({ files, selected, onSelect, label = "Files" }: FileTreeProps) {
  const root = useMemo(() => buildTree(files), [files]);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => openAtFirst(files, selected));
  const [search, setSearch] = useState("");
  const [focus, setFocus] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const rows = treeRows(root, open, search);
  const focused = rows.find((row) => row.node.path === (focus ?? selected)) ?? rows[0];

  const toggle = (path: string): void => {
    const next = new Set(open);
    if (!next.delete(path)) next.add(path);
    setOpen(next);
  };
  const moveTo = (path: string | undefined): void => {
    if (path === undefined) return;
    setFocus(path);
    list.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    const at = rows.findIndex((row) => row === focused);
    const row = rows[at];
    if (!row) return;
    const { node, isOpen } = row;
    const actions: Record<string, () => void> = {
      ArrowDown: () => { moveTo(rows[at + 1]?.node.path); },
      ArrowUp: () => { moveTo(rows[at - 1]?.node.path); },
      Home: () => { moveTo(rows[0]?.node.path); },
      End: () => { moveTo(rows[rows.length - 1]?.node.path); },
      ArrowRight: () => {
        if (node.file) return;
        if (isOpen) moveTo(rows[at + 1]?.node.path);
        else toggle(node.path);
      },
      ArrowLeft: () => {
        if (isOpen) toggle(node.path);
        else moveTo(node.path.slice(0, Math.max(0, node.path.lastIndexOf("/"))) || undefined);
      },
      Enter: () => {
        if (node.file) onSelect(node.path);
        else toggle(node.path);
      },
    };
    const action = actions[event.key === " " ? "Enter" : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  return (
    <div className={styles["files"]}>
      {files.length > 8 && (
        <TextField label="Search the files" placeholder="Search" icon={<Search />} clearable value={search} onChange={setSearch} />
      )}
      <ul ref={list} role="tree" aria-label={label} className={styles["tree"]} onKeyDown={onKey}>
        {rows.map(({ node, depth, isOpen }) => {
          const Icon = node.file ? ICONS[fileKind(node.path)] : Folder;
          return (
            <li
              key={node.path}
              role="treeitem"
              aria-level={depth + 1}
              aria-expanded={node.file ? undefined : isOpen}
              aria-selected={node.path === selected}
              tabIndex={focused?.node === node ? 0 : -1}
              data-path={node.path}
              className={classes(styles["row"], node.path === selected && styles["selected"])}
              style={{ paddingLeft: 6 + depth * 14 }}
              onClick={() => {
                setFocus(node.path);
                if (node.file) onSelect(node.path);
                else toggle(node.path);
              }}
            >
              <span className={styles["arrow"]}>{!node.file && (isOpen ? <ChevronDown /> : <ChevronRight />)}</span>
              <Icon className={styles["icon"]} />
              <span className={styles["name"]} title={node.path}>{node.name}</span>
              <span className={styles["size"]}>{formatBytes(node.size)}</span>
            </li>
          );
        })}
        {rows.length === 0 && <li className={styles["none"]}>{search ? "No file has such a name." : "No files."}</li>}
      </ul>
    </div>
  );
}

function openAtFirst(files: readonly ListedFile[], selected: string | null): Set<string> {
  const paths = files.length <= FEW ? files.map((file) => file.path) : [selected ?? ""];
  return new Set(
    paths.flatMap((path) => {
      const parts = path.split("/").slice(0, -1);
      return parts.map((_, depth) => parts.slice(0, depth + 1).join("/"));
    }),
  );
}
