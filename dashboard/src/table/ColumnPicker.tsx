import { useRef, useState } from "react";
import { Columns3, GripVertical, Pin, Search, X } from "lucide-react";

import { Button } from "../ui/Button";
import { Checkbox } from "../ui/Checkbox";
import { classes } from "../ui/classes";
import { plural } from "../ui/format";
import { IconButton } from "../ui/IconButton";
import { Popover } from "../ui/Popover";
import { TextField } from "../ui/TextField";
import styles from "./ColumnPicker.module.css";
import { searchColumns, type TableColumn } from "./columns";
import { moveColumn } from "./view";

/** Properties of a `ColumnPicker`. */
export interface ColumnPickerProps {
  columns: TableColumn[];
  shown: string[];
  pinned: string[];
  onChange: (shown: string[]) => void;
  onPin: (column: string) => void;
  onReset: () => void;
}

const titles = { run: "Run", config: "Config", summary: "Summary" } as const;
// More cannot be looked through; the search finds the rest.
const mostListed = 200;

/** A button that opens the list of all columns: search it, tick what is shown, drag what is shown into order. */
export function ColumnPicker(props: ColumnPickerProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        ref={anchor}
        icon={<Columns3 />}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        Columns <span className={styles["count"]}>{props.shown.length}</span>
      </Button>
      {open && (
        <Popover
          anchor={anchor}
          label="Columns"
          align="end"
          className={styles["popover"]}
          onClose={() => {
            setOpen(false);
          }}
        >
          <Picker {...props} />
        </Popover>
      )}
    </>
  );
}

function Picker({ columns, shown, pinned, onChange, onPin, onReset }: ColumnPickerProps) {
  const [search, setSearch] = useState("");
  const found = searchColumns(columns, search);
  const hidden = found.filter((column) => !shown.includes(column.name));
  const known = new Map(columns.map((column) => [column.name, column]));
  const taken = shown.filter((name) => search === "" || found.some((column) => column.name === name));
  return (
    <div className={styles["picker"]}>
      <TextField label="Search columns" placeholder="Search columns" value={search} onChange={setSearch} icon={<Search />} clearable data-autofocus />
      <div className={styles["lists"]}>
        {taken.length > 0 && <h3>Shown</h3>}
        <ul>
          {taken.map((name) => (
            <ShownLine
              key={name}
              name={name}
              column={known.get(name)}
              pinned={pinned.includes(name)}
              onHide={() => {
                onChange(shown.filter((other) => other !== name));
              }}
              onPin={() => {
                onPin(name);
              }}
              onMove={(moved, before) => {
                onChange(moveColumn(shown, moved, before));
              }}
              neighbours={[shown[shown.indexOf(name) - 1], shown[shown.indexOf(name) + 2] ?? null]}
            />
          ))}
        </ul>
        {(["summary", "config", "run"] as const).map((source) => {
          const part = hidden.filter((column) => column.source === source);
          if (part.length === 0) return null;
          return (
            <section key={source}>
              <h3>
                {titles[source]}
                <button
                  type="button"
                  onClick={() => {
                    onChange([...shown, ...part.map((column) => column.name)]);
                  }}
                >
                  Show {search === "" ? "all" : "these"} {part.length}
                </button>
              </h3>
              {part.slice(0, mostListed).map((column) => (
                <div key={column.name} className={styles["line"]}>
                  <Checkbox
                    label={column.label}
                    checked={false}
                    onChange={() => {
                      onChange([...shown, column.name]);
                    }}
                  />
                  {source !== "run" && <span className={styles["runs"]}>{plural(column.runs, "run")}</span>}
                </div>
              ))}
              {part.length > mostListed && <p className={styles["more"]}>{part.length - mostListed} more: search for them</p>}
            </section>
          );
        })}
        {found.length === 0 && <p className={styles["more"]}>No column has these words in its name.</p>}
      </div>
      <Button tone="quiet" small onClick={onReset}>
        Back to the columns to begin with
      </Button>
    </div>
  );
}

const dragType = "application/x-trailmark-picked";

interface ShownLineProps {
  name: string;
  column: TableColumn | undefined;
  pinned: boolean;
  /** The column before it, and the one after the next (null: the end), for moving by keyboard. */
  neighbours: [before: string | undefined, afterNext: string | null];
  onHide: () => void;
  onPin: () => void;
  onMove: (moved: string, before: string | null) => void;
}

function ShownLine({ name, column, pinned, neighbours, onHide, onPin, onMove }: ShownLineProps) {
  const label = column?.label ?? name;
  return (
    <li
      className={classes(styles["line"], styles["shown"])}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(dragType, name);
      }}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes(dragType)) event.preventDefault();
      }}
      onDrop={(event) => {
        const moved = event.dataTransfer.getData(dragType);
        if (moved !== "") onMove(moved, name);
      }}
    >
      <button
        type="button"
        className={styles["grip"]}
        aria-label={`Move ${label}: arrow up or down`}
        onKeyDown={(event) => {
          const [before, afterNext] = neighbours;
          if (event.key === "ArrowUp" && before !== undefined) onMove(name, before);
          else if (event.key === "ArrowDown") onMove(name, afterNext);
          else return;
          event.preventDefault();
        }}
      >
        <GripVertical aria-hidden />
      </button>
      <span className={styles["label"]} title={name}>
        {column !== undefined && column.source !== "run" && <span className={styles["source"]}>{column.source} </span>}
        {label}
      </span>
      <IconButton small label={pinned ? "Unpin" : "Pin to the left"} pressed={pinned} icon={<Pin />} onClick={onPin} />
      <IconButton small label={`Hide ${label}`} icon={<X />} onClick={onHide} />
    </li>
  );
}
