import { Plus } from "lucide-react";
import { useId, useState } from "react";

import { useColumns } from "../api/queries";
import { Tag } from "../ui/Tag";
import styles from "./TagEditor.module.css";

const mostShown = 20; // tags: more would push the page away

/** The tags of a run, each with a cross, and a field for one more that offers those of the project. */
export function TagEditor(props: { tags: string[]; project: string; onSave: (tags: string[]) => Promise<boolean> }) {
  const { tags, project, onSave } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const shown = all || tags.length <= mostShown ? tags : tags.slice(0, mostShown);
  const known = useColumns(project).data?.tags ?? [];
  const list = useId();
  const add = () => {
    const tag = draft?.trim() ?? "";
    setDraft(null);
    if (tag !== "" && !tags.includes(tag)) void onSave([...tags, tag]);
  };
  return (
    <span className={styles["tags"]}>
      {shown.map((tag) => (
        <Tag
          key={tag}
          removeLabel={`Remove the tag ${tag}`}
          onRemove={() => {
            void onSave(tags.filter((other) => other !== tag));
          }}
        >
          {tag}
        </Tag>
      ))}
      {shown.length < tags.length && (
        <button type="button" className={styles["add"]} onClick={() => { setAll(true); }}>
          {tags.length - shown.length} more
        </button>
      )}
      {draft === null ? (
        <button
          type="button"
          className={styles["add"]}
          onClick={() => {
            setDraft("");
          }}
        >
          <Plus aria-hidden /> tag
        </button>
      ) : (
        <>
          <input
            className={styles["input"]}
            aria-label="New tag"
            list={list}
            autoFocus
            value={draft}
            onChange={(event) => {
              setDraft(event.target.value);
            }}
            onBlur={add}
            onKeyDown={(event) => {
              if (event.key === "Enter") add();
              else if (event.key === "Escape") setDraft(null);
            }}
          />
          <datalist id={list}>
            {known
              .filter((tag) => !tags.includes(tag))
              .map((tag) => (
                <option key={tag} value={tag} />
              ))}
          </datalist>
        </>
      )}
    </span>
  );
}
