import { Columns3, Search } from "lucide-react";
import { useRef, useState } from "react";

import { searchColumns, type TableColumn } from "../table/columns";
import { Button } from "../ui/Button";
import { Checkbox } from "../ui/Checkbox";
import { IconButton } from "../ui/IconButton";
import { Popover } from "../ui/Popover";
import { TextField } from "../ui/TextField";
import styles from "./ListColumns.module.css";

// More cannot be looked through; the search finds the rest.
const mostListed = 100;

/** Properties of `ListColumns`. */
export interface ListColumnsProps {
  fields: TableColumn[];
  shown: string[];
  onChange: (shown: string[]) => void;
}

/** Chooses the columns beside the names of runs. */
export function ListColumns({ fields, shown, onChange }: ListColumnsProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState("");
  const able = fields.filter((field) => field.name !== "name" && field.name !== "state");
  const found = searchColumns(able, search);
  const listed = [...found.filter((field) => shown.includes(field.name)), ...found.filter((field) => !shown.includes(field.name))];
  return (
    <>
      <IconButton
        ref={anchor}
        label="Columns of the list"
        icon={<Columns3 />}
        pressed={shown.length > 0 || undefined}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      />
      {open && (
        <Popover anchor={anchor} label="Columns of the list" onClose={() => { setOpen(false); }}>
          <div className={styles["picker"]}>
            <TextField label="Search columns" placeholder="Search columns" icon={<Search />} clearable value={search} onChange={setSearch} />
            <div className={styles["list"]}>
              {listed.slice(0, mostListed).map((field) => (
                <Checkbox
                  key={field.name}
                  label={field.source === "run" ? field.label : `${field.source} ${field.label}`}
                  checked={shown.includes(field.name)}
                  onChange={(checked) => {
                    onChange(checked ? [...shown, field.name] : shown.filter((name) => name !== field.name));
                  }}
                />
              ))}
            </div>
            {shown.length > 0 && (
              <Button small tone="quiet" onClick={() => { onChange([]); }}>
                Only names
              </Button>
            )}
          </div>
        </Popover>
      )}
    </>
  );
}
