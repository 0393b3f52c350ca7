import { ChevronDown, ChevronRight, Copy, Search } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";

import type { Value } from "../api/types";
import { classes } from "../ui/classes";
import { copyText } from "../ui/CopySnippet";
import { formatValue, numberOf } from "../ui/format";
import { IconButton } from "../ui/IconButton";
import { TextField } from "../ui/TextField";
import { toast } from "../ui/Toasts";
import { Section } from "./Section";
import { countLeaves, type TreeLine, treeLines } from "./tree";
import styles from "./ValueTree.module.css";

// More values are found by the search; a browser draws this many at once without a pause.
const mostDrawn = 600;

/** Properties of a `ValueTree`. */
export interface ValueTreeProps {
  title: string;
  values: Record<string, Value>;
  /** What to say where there are none. */
  empty: string;
}

/** Config or summary of a run as a tree that can be folded, searched and copied. */
export function ValueTree({ title, values, empty }: ValueTreeProps) {
  const [search, setSearch] = useState("");
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const sought = useDeferredValue(search);
  const lines = useMemo(() => treeLines(values, folded, sought), [values, folded, sought]);
  const size = useMemo(() => Object.values(values).reduce<number>((sum, value) => sum + countLeaves(value), 0), [values]);
  const copy = (text: string, what: string) => {
    void copyText(text).then(() => {
      toast(`Copied ${what}`);
    });
  };
  return (
    <Section
      title={title}
      note={size > 0 ? size.toLocaleString("en-US") : undefined}
      actions={
        size > 0 && (
          <>
            {size > 8 && (
              <TextField label={`Search ${title.toLowerCase()}`} placeholder="Search" value={search} onChange={setSearch} icon={<Search />} clearable className={styles["search"] ?? ""} />
            )}
            <IconButton small label={`Copy ${title.toLowerCase()} as JSON`} icon={<Copy />} onClick={() => { copy(JSON.stringify(values, null, 2), "JSON"); }} />
          </>
        )
      }
    >
      {size === 0 && <p className={styles["empty"]}>{empty}</p>}
      {size > 0 && lines.length === 0 && <p className={styles["empty"]}>Nothing here has “{search}” in it.</p>}
      <ul className={styles["tree"]}>
        {lines.slice(0, mostDrawn).map((line) => (
          <Line
            key={line.path}
            line={line}
            onFold={() => {
              setFolded((before) => (before.has(line.path) ? new Set([...before].filter((path) => path !== line.path)) : new Set([...before, line.path])));
            }}
            onCopy={copy}
          />
        ))}
      </ul>
      {lines.length > mostDrawn && <p className={styles["empty"]}>{(lines.length - mostDrawn).toLocaleString("en-US")} more: search for them.</p>}
    </Section>
  );
}

function Line({ line, onFold, onCopy }: { line: TreeLine; onFold: () => void; onCopy: (text: string, what: string) => void }) {
  const indent = { paddingLeft: 6 + line.depth * 16 };
  if (line.branch) {
    return (
      <li className={styles["line"]} style={indent}>
        <button type="button" className={styles["fold"]} aria-expanded={line.open} onClick={onFold}>
          {line.open ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
          {line.name}
          <span className={styles["size"]}>{line.size}</span>
        </button>
      </li>
    );
  }
  const media = mediaKind(line.value);
  const text = media ?? formatValue(line.value, 8);
  return (
    <li className={styles["line"]} style={indent}>
      <span className={styles["name"]} title={line.path}>
        {line.name}
      </span>
      <span className={classes(styles["value"], styles[media === null ? kindOf(line.value) : "word"])} title={text}>
        {text === "" ? "empty" : text}
      </span>
      <button
        type="button"
        className={styles["copy"]}
        aria-label={`Copy the value of ${line.path}`}
        onClick={() => {
          onCopy(typeof line.value === "string" ? line.value : JSON.stringify(line.value), line.name);
        }}
      >
        <Copy aria-hidden />
      </button>
    </li>
  );
}

/** The kind of a logged image, table and so on, in words; null for plain values. */
function mediaKind(value: Value): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !("_type" in value)) return null;
  return typeof value["_type"] === "string" ? value["_type"].replaceAll(/[-/]/g, " ") : null;
}

function kindOf(value: Value): "number" | "text" | "word" | "json" {
  if (numberOf(value) !== null) return "number";
  if (typeof value === "string") return "text";
  return typeof value === "object" && value !== null ? "json" : "word";
}
