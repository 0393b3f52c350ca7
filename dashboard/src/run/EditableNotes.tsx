import { Pencil } from "lucide-react";
import { useState } from "react";

import { Notes } from "../media/Notes";
import { Button } from "../ui/Button";
import { IconButton } from "../ui/IconButton";
import styles from "./Editable.module.css";
import sectionStyles from "./Section.module.css";

/** The notes of a run, edited in place; Ctrl and Enter saves, Escape leaves them as they were. */
export function EditableNotes({ notes, onSave }: { notes: string | null; onSave: (notes: string) => Promise<boolean> }) {
  const [draft, setDraft] = useState<string | null>(null);
  const text = notes ?? "";
  const save = () => {
    const next = draft ?? "";
    if (next === text) setDraft(null);
    else void onSave(next).then((saved) => { if (saved) setDraft(null); });
  };
  if (draft !== null) {
    return (
      <section className={sectionStyles["section"]} aria-label="Notes">
        <textarea
          className={styles["area"]}
          aria-label="Notes"
          autoFocus
          value={draft}
          onChange={(event) => {
            setDraft(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") setDraft(null);
            else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
          }}
        />
        <div className={styles["actions"]}>
          <Button small tone="primary" onClick={save}>
            Save
          </Button>
          <Button small onClick={() => { setDraft(null); }}>
            Cancel
          </Button>
          <span>Headings, lists, tables, `code`, **bold** and links are shown as such.</span>
        </div>
      </section>
    );
  }
  if (text === "") {
    return (
      <p>
        <Button small tone="quiet" icon={<Pencil />} onClick={() => { setDraft(""); }}>
          Add notes
        </Button>
      </p>
    );
  }
  return (
    <section className={sectionStyles["section"]}>
      <h2 className={sectionStyles["title"]}>
        Notes
        <IconButton small label="Edit the notes" icon={<Pencil />} onClick={() => { setDraft(text); }} />
      </h2>
      <Notes text={text} />
    </section>
  );
}
