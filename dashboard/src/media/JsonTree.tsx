import { useState } from "react";
import { ChevronDown, ChevronRight } from "lucide-react";

import { cellText } from "./cells";
import styles from "./JsonTree.module.css";
import { isMapping, safeLink } from "./records";

/** Properties of a `JsonTree`. */
export interface JsonTreeProps {
  value: unknown;
  /** How many levels are open at first. */
  open?: number;
  label?: string;
}

const MANY = 100; // entries that are drawn before one asks for more

/** Lists and mappings that open and close. */
export function JsonTree({ value, open = 2, label = "JSON" }: JsonTreeProps) {
  return (
    <div className={styles["json"]} role="group" aria-label={label}>
      <Node name={null} value={value} open={open} />
    </div>
  );
}

function Node({ name, value, open }: { name: string | null; value: unknown; open: number }) {
  const isSpecial = isMapping(value) && ("$number" in value || "$bytes" in value);
  const entries = Array.isArray(value)
    ? value.map((item: unknown, index) => [String(index), item] as const)
    : isMapping(value) && !isSpecial
      ? Object.entries(value)
      : null;
  return entries ? (
    <Branch name={name} entries={entries} open={open} isList={Array.isArray(value)} />
  ) : (
    <div className={styles["line"]}>
      {name !== null && <span className={styles["key"]}>{name}: </span>}
      <Leaf value={value} />
    </div>
  );
}

interface BranchProps {
  name: string | null;
  entries: (readonly [string, unknown])[];
  open: number;
  isList: boolean;
}

function Branch({ name, entries, open, isList }: BranchProps) {
  const [isOpen, setOpen] = useState(open > 0);
  const [shown, setShown] = useState(MANY);
  const size = isList ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <div>
      <button type="button" className={styles["toggle"]} aria-expanded={isOpen} onClick={() => { setOpen(!isOpen); }}>
        {isOpen ? <ChevronDown /> : <ChevronRight />}
        {name !== null && <span className={styles["key"]}>{name} </span>}
        <span className={styles["size"]}>{size}</span>
      </button>
      {isOpen && (
        <div className={styles["inner"]}>
          {entries.slice(0, shown).map(([key, item]) => (
            <Node key={key} name={key} value={item} open={open - 1} />
          ))}
          {entries.length > shown && (
            <button type="button" className={styles["more"]} onClick={() => { setShown(shown + 10 * MANY); }}>
              {entries.length - shown} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === "string") {
    const link = /^https?:\/\/\S+$/.test(value) ? safeLink(value) : null;
    return (
      <span className={styles["string"]}>
        {link ? <a href={link} target="_blank" rel="noopener noreferrer nofollow">{value}</a> : `"${value}"`}
      </span>
    );
  }
  if (value === null) return <span className={styles["null"]}>null</span>;
  return <span className={styles["number"]}>{typeof value === "boolean" ? String(value) : typeof value === "number" ? String(value) : cellText(value)}</span>;
}
