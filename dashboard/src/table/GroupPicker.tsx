import { useRef, useState } from "react";
import { Rows3, Search } from "lucide-react";

import { Button } from "../ui/Button";
import { Checkbox } from "../ui/Checkbox";
import { Popover } from "../ui/Popover";
import { TextField } from "../ui/TextField";
import { searchColumns, type TableColumn } from "./columns";
import styles from "./GroupPicker.module.css";

/** Fields of a run that are worth grouping by. */
const GROUPABLE = new Set(["state", "tags", "group", "job_type", "host", "user"]);
const mostListed = 200;

/** A button that opens the list of columns to group rows by. */
export function GroupPicker(props: { columns: TableColumn[]; by: string[]; onChange: (by: string[]) => void }) {
  const { columns, by, onChange } = props;
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState("");
  const able = columns.filter((column) => column.source === "config" || GROUPABLE.has(column.name));
  const found = searchColumns(able, search).slice(0, mostListed);
  const labels = by.map((name) => columns.find((column) => column.name === name)?.label ?? name);
  return (
    <>
      <Button
        ref={anchor}
        icon={<Rows3 />}
        pressed={by.length > 0 || undefined}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        Group{by.length > 0 && `: ${labels.join(", ")}`}
      </Button>
      {open && (
        <Popover
          anchor={anchor}
          label="Group rows by"
          onClose={() => {
            setOpen(false);
          }}
        >
          <div className={styles["picker"]}>
            <TextField label="Search columns" placeholder="Group rows by…" value={search} onChange={setSearch} icon={<Search />} clearable />
            <div className={styles["list"]}>
              {found.map((column) => (
                <Checkbox
                  key={column.name}
                  label={column.label}
                  checked={by.includes(column.name)}
                  onChange={(checked) => {
                    onChange(checked ? [...by, column.name] : by.filter((name) => name !== column.name));
                  }}
                />
              ))}
            </div>
            {by.length > 0 && (
              <Button
                small
                tone="quiet"
                onClick={() => {
                  onChange([]);
                }}
              >
                Do not group
              </Button>
            )}
          </div>
        </Popover>
      )}
    </>
  );
}
