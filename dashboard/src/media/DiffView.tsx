import { useMemo, useState } from "react";
import { ChevronDown, ChevronRight, ChevronsDownUp, ChevronsUpDown, FileDiff } from "lucide-react";

import { Button } from "../ui/Button";
import { classes } from "../ui/classes";
import { EmptyState } from "../ui/EmptyState";
import { plural } from "../ui/format";
import { Segmented } from "../ui/Segmented";
import { type DiffFile, parseDiff } from "./diff";
import { DiffHunks } from "./DiffHunks";
import styles from "./DiffView.module.css";

// Of files with more lines a screen is of no use before somebody asks for them.
const LONG_FILE = 1_500;

/** Properties of a `DiffView`. */
export interface DiffViewProps {
  /** A unified diff, as `git diff` writes it. */
  text: string;
}

/** A diff, file by file, in one column or in two. */
export function DiffView({ text }: DiffViewProps) {
  const files = useMemo(() => parseDiff(text), [text]);
  const [layout, setLayout] = useState<"unified" | "split">("unified");
  const [closed, setClosed] = useState<ReadonlySet<number>>(
    () => new Set(files.flatMap((file, index) => (file.added + file.removed > LONG_FILE ? [index] : []))),
  );
  if (files.length === 0) return <EmptyState title="No changes" icon={<FileDiff />} small />;
  const allClosed = closed.size === files.length;
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  return (
    <section className={styles["diff"]} aria-label="Changes">
      <div className={styles["toolbar"]}>
        <span className={styles["summary"]}>
          {plural(files.length, "file")} <Counts added={added} removed={removed} />
        </span>
        <Button
          small
          tone="quiet"
          icon={allClosed ? <ChevronsUpDown /> : <ChevronsDownUp />}
          onClick={() => {
            setClosed(new Set(allClosed ? [] : files.keys()));
          }}
        >
          {allClosed ? "Open all" : "Close all"}
        </Button>
        <Segmented
          label="Layout"
          value={layout}
          choices={[{ value: "unified", label: "Unified" }, { value: "split", label: "Split" }]}
          onChange={setLayout}
        />
      </div>
      {files.map((file, index) => (
        <File
          key={index}
          file={file}
          layout={layout}
          isOpen={!closed.has(index)}
          onToggle={() => {
            const next = new Set(closed);
            if (!next.delete(index)) next.add(index);
            setClosed(next);
          }}
        />
      ))}
    </section>
  );
}

interface FileProps {
  file: DiffFile;
  layout: "unified" | "split";
  isOpen: boolean;
  onToggle: () => void;
}

function File({ file, layout, isOpen, onToggle }: FileProps) {
  const path = file.newPath || file.oldPath;
  return (
    <article className={styles["file"]}>
      <h3 className={styles["head"]}>
        <button type="button" className={styles["toggle"]} aria-expanded={isOpen} onClick={onToggle}>
          {isOpen ? <ChevronDown /> : <ChevronRight />}
          <span className={styles["path"]}>
            {file.status === "renamed" && <span className={styles["old"]}>{file.oldPath} → </span>}
            {path}
          </span>
          {file.status !== "changed" && <span className={classes(styles["status"], styles[file.status])}>{file.status}</span>}
          <Counts added={file.added} removed={file.removed} />
        </button>
      </h3>
      {isOpen && (file.binary ? <p className={styles["note"]}>A binary file: its content is not part of the diff.</p> : <DiffHunks file={file} layout={layout} />)}
    </article>
  );
}

function Counts({ added, removed }: { added: number; removed: number }) {
  return (
    <span className={styles["counts"]}>
      <span className={styles["plus"]} aria-label={`${added} added`}>
        +{added}
      </span>{" "}
      <span className={styles["minus"]} aria-label={`${removed} removed`}>
        −{removed}
      </span>
    </span>
  );
}
