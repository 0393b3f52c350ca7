import { useRef, useState } from "react";
import { Archive, ArchiveRestore, Folder, GitCompareArrows, TagIcon, Trash2, X } from "lucide-react";

import { Button } from "../ui/Button";
import { plural } from "../ui/format";
import { IconButton } from "../ui/IconButton";
import { Popover } from "../ui/Popover";
import { TextField } from "../ui/TextField";
import styles from "./BulkBar.module.css";
import type { Edit } from "./useEdits";

/** Properties of a `BulkBar`. */
export interface BulkBarProps {
  ids: string[];
  /** Runs that the view has in all. */
  total: number;
  tags: string[];
  groups: string[];
  /** Archived runs are in the view, so they can be brought back. */
  archived: boolean;
  onSelectAll: () => void;
  onClear: () => void;
  onEdit: (edit: Edit) => void;
  onCompare: () => void;
}

/** What can be done to the selected runs, at the foot of the table. */
export function BulkBar({ ids, total, tags, groups, archived, onEdit, ...props }: BulkBarProps) {
  const these = plural(ids.length, "run");
  return (
    <div className={styles["bar"]} role="toolbar" aria-label="Selected runs">
      <span className={styles["count"]}>{these} selected</span>
      {ids.length < total && (
        <Button small tone="quiet" onClick={props.onSelectAll}>
          Select all {total.toLocaleString("en-US")}
        </Button>
      )}
      <span className={styles["rule"]} />
      <Button small icon={<GitCompareArrows />} disabled={ids.length < 2} onClick={props.onCompare}>
        Compare
      </Button>
      <WordPopover
        label="Tag"
        icon={<TagIcon />}
        known={tags}
        actions={[
          { label: "Add", edit: (word) => ({ ids, add_tags: [word], done: `Tagged ${these} “${word}”` }) },
          { label: "Remove", edit: (word) => ({ ids, remove_tags: [word], done: `Took “${word}” off ${these}` }) },
        ]}
        onEdit={onEdit}
      />
      <WordPopover
        label="Group"
        icon={<Folder />}
        known={groups}
        actions={[{ label: "Set", edit: (word) => ({ ids, set: { group: word }, done: `Put ${these} into “${word}”` }) }]}
        onEdit={onEdit}
      />
      <Button
        small
        icon={<Archive />}
        onClick={() => {
          onEdit({ ids, set: { archived: true }, done: `Archived ${these}` });
        }}
      >
        Archive
      </Button>
      {archived && (
        <Button
          small
          icon={<ArchiveRestore />}
          onClick={() => {
            onEdit({ ids, set: { archived: false }, done: `Brought ${these} back` });
          }}
        >
          Unarchive
        </Button>
      )}
      <Button
        small
        tone="danger"
        icon={<Trash2 />}
        onClick={() => {
          onEdit({ ids, set: { deleted: true }, done: `Deleted ${these}` });
        }}
      >
        Delete
      </Button>
      <IconButton small label="Clear the selection" keys="Esc" icon={<X />} onClick={props.onClear} />
    </div>
  );
}

interface WordPopoverProps {
  label: string;
  icon: React.ReactNode;
  known: string[];
  actions: { label: string; edit: (word: string) => Edit }[];
  onEdit: (edit: Edit) => void;
}

function WordPopover({ label, icon, known, actions, onEdit }: WordPopoverProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const [word, setWord] = useState("");
  const list = `known-${label}`;
  const act = (edit: (word: string) => Edit) => {
    if (word.trim() === "") return;
    onEdit(edit(word.trim()));
    setOpen(false);
    setWord("");
  };
  return (
    <>
      <Button
        ref={anchor}
        small
        icon={icon}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {label}
      </Button>
      {open && (
        <Popover
          anchor={anchor}
          label={label}
          onClose={() => {
            setOpen(false);
          }}
        >
          <form
            className={styles["form"]}
            onSubmit={(event) => {
              event.preventDefault();
              if (actions[0] !== undefined) act(actions[0].edit);
            }}
          >
            <TextField label={`${label} of the selected runs`} labelled value={word} list={list} onChange={setWord} data-autofocus />
            <datalist id={list}>
              {known.map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
            <div className={styles["actions"]}>
              {actions.map((action, index) => (
                <Button
                  key={action.label}
                  small
                  tone={index === 0 ? "primary" : "plain"}
                  type={index === 0 ? "submit" : "button"}
                  disabled={word.trim() === ""}
                  {...(index === 0 ? {} : { onClick: () => { act(action.edit); } })}
                >
                  {action.label}
                </Button>
              ))}
            </div>
          </form>
        </Popover>
      )}
    </>
  );
}
