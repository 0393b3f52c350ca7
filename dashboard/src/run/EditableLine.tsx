import { Pencil } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";

import styles from "./Editable.module.css";

/** Properties of an `EditableLine`. */
export interface EditableLineProps {
  /** What it is, for screen readers. */
  label: string;
  value: string;
  /** Resolves to whether it was saved. */
  onSave: (value: string) => Promise<boolean>;
}

/** A line of text that a click, or Enter on it, lets one edit: Enter saves, Escape leaves it as it was. */
export function EditableLine({ label, value, onSave }: EditableLineProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const leave = () => {
    setDraft(null);
    // The button is there again after the next drawing.
    requestAnimationFrame(() => button.current?.focus());
  };
  const save = () => {
    const next = draft?.trim() ?? "";
    setDraft(null);
    if (next !== "" && next !== value) void onSave(next);
  };
  if (draft === null) {
    return (
      <button
        ref={button}
        type="button"
        className={styles["line"]}
        aria-label={`${label}: ${value}. Edit`}
        title="Click to edit"
        onClick={() => {
          setDraft(value);
        }}
      >
        <span className={styles["text"]}>{value}</span>
        <Pencil aria-hidden />
      </button>
    );
  }
  return (
    <input
      className={styles["input"]}
      aria-label={label}
      value={draft}
      autoFocus
      size={Math.max(12, draft.length + 1)}
      maxLength={512}
      onChange={(event) => {
        setDraft(event.target.value);
      }}
      onFocus={(event) => {
        event.target.select();
      }}
      onBlur={save}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === "Enter") save();
        else if (event.key === "Escape") leave();
      }}
    />
  );
}
