import { Plus, Search, X } from "lucide-react";
import { useDeferredValue, useRef, useState } from "react";

import { useRuns } from "../api/queries";
import { Button } from "../ui/Button";
import { formatAgo } from "../ui/format";
import { Popover } from "../ui/Popover";
import { Spinner } from "../ui/Spinner";
import { StateDot } from "../ui/StateDot";
import { TextField } from "../ui/TextField";
import type { RunView } from "../workspace/view";
import styles from "./RunChips.module.css";

/** The compared runs: a press makes one the first, a cross takes it out, and a search adds another. */
export function RunChips({ project, runs, onChange }: { project: string; runs: RunView[]; onChange: (ids: string[]) => void }) {
  const ids = runs.map((run) => run.id);
  return (
    <ul className={styles["chips"]} aria-label="Compared runs">
      {runs.map((run, index) => (
        <li key={run.id} className={styles["chip"]}>
          <button
            type="button"
            className={styles["name"]}
            title={index === 0 ? "The others are compared with this one" : "Compare the others with this one"}
            aria-pressed={index === 0}
            onClick={() => {
              onChange([run.id, ...ids.filter((id) => id !== run.id)]);
            }}
          >
            <span className={styles["colour"]} style={{ background: run.colour }} />
            <span className={styles["text"]}>{run.name}</span>
            {index === 0 && runs.length > 1 && <span className={styles["base"]}>base</span>}
          </button>
          <button
            type="button"
            className={styles["remove"]}
            aria-label={`Take ${run.name} out`}
            onClick={() => {
              onChange(ids.filter((id) => id !== run.id));
            }}
          >
            <X aria-hidden />
          </button>
        </li>
      ))}
      <li>
        <AddRun
          project={project}
          taken={ids}
          onAdd={(id) => {
            onChange([...ids, id]);
          }}
        />
      </li>
    </ul>
  );
}

function AddRun({ project, taken, onAdd }: { project: string; taken: string[]; onAdd: (id: string) => void }) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        ref={anchor}
        small
        icon={<Plus />}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        Add a run
      </Button>
      {open && (
        <Popover
          anchor={anchor}
          label="Add a run"
          onClose={() => {
            setOpen(false);
          }}
        >
          <RunSearch project={project} taken={taken} onAdd={onAdd} />
        </Popover>
      )}
    </>
  );
}

function RunSearch({ project, taken, onAdd }: { project: string; taken: string[]; onAdd: (id: string) => void }) {
  const [search, setSearch] = useState("");
  const sought = useDeferredValue(search);
  const runs = useRuns(project, { ...(sought === "" ? {} : { search: sought }), order: ["-created_at"], limit: 30 });
  const found = (runs.data?.runs ?? []).filter((run) => !taken.includes(run.id));
  return (
    <div className={styles["search"]}>
      <TextField label="Search runs" placeholder="Search by regular expression" value={search} onChange={setSearch} icon={<Search />} clearable error={runs.error?.message} />
      {runs.isPending && <Spinner />}
      <ul className={styles["found"]}>
        {found.map((run) => (
          <li key={run.id}>
            <button
              type="button"
              onClick={() => {
                onAdd(run.id);
              }}
            >
              <StateDot state={run.state} />
              <span className={styles["text"]}>{run.name}</span>
              <span className={styles["base"]}>{formatAgo(run.created_at)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
