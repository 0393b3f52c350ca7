import { useEffect, useState } from "react";
import { Download, Search } from "lucide-react";

import { formatCount, plural } from "../ui/format";
import { Menu } from "../ui/Menu";
import { TextField } from "../ui/TextField";
import { Toggle } from "../ui/Toggle";
import { ColumnPicker } from "./ColumnPicker";
import type { TableColumn } from "./columns";
import { FilterButton, FilterChips } from "./FilterBar";
import { GroupPicker } from "./GroupPicker";
import styles from "./TableToolbar.module.css";
import type { ChangeView } from "./useTableView";
import type { TableView } from "./view";

// Each letter would be a query.
const typingMs = 250;

/** Properties of a `TableToolbar`. */
export interface TableToolbarProps {
  view: TableView;
  columns: TableColumn[];
  shown: string[];
  total: number | null;
  /** Why the rows are not those of the search and the filters, in the server's words. */
  refused: string | null;
  filterStart: { field: string } | null;
  onFilterClose: () => void;
  onPin: (column: string) => void;
  change: ChangeView;
  /** The addresses of the exports. */
  exports: { csv: string; parquet: string };
}

/** Search, filters, grouping, columns and export of the runs table. */
export function TableToolbar({ view, columns, shown, total, change, ...props }: TableToolbarProps) {
  return (
    <div className={styles["bar"]} role="search">
      <SearchField
        value={view.search}
        invalid={props.refused !== null}
        onChange={(search) => {
          change({ search });
        }}
      />
      <FilterButton
        columns={columns}
        start={props.filterStart}
        onClose={props.onFilterClose}
        onAdd={(condition) => {
          change({ conditions: [...view.conditions, condition] });
        }}
      />
      <GroupPicker
        columns={columns}
        by={view.groupBy}
        onChange={(groupBy) => {
          change({ groupBy });
        }}
      />
      <FilterChips
        conditions={view.conditions}
        onChange={(conditions) => {
          change({ conditions });
        }}
      />
      {props.refused !== null && (
        <p role="alert" className={styles["refused"]}>
          {sentence(props.refused)} The rows are those from before it.
        </p>
      )}
      <span className={styles["space"]} />
      {total !== null && (
        <span className={styles["total"]} title={plural(total, "run")} aria-live="polite">
          {total < 100_000 ? plural(total, "run") : `${formatCount(total)} runs`}
        </span>
      )}
      <Toggle
        label="Archived"
        checked={view.archived}
        onChange={(archived) => {
          change({ archived });
        }}
      />
      <ColumnPicker
        columns={columns}
        shown={shown}
        pinned={view.pinned}
        onChange={(next) => {
          change({ columns: next });
        }}
        onPin={props.onPin}
        onReset={() => {
          change({ columns: null, pinned: ["name"], widths: {} });
        }}
      />
      <Menu
        label="Export"
        icon={<Download />}
        align="end"
        items={[
          { label: "Runs as CSV", run: () => { download(props.exports.csv); } },
          { label: "Runs as Parquet", run: () => { download(props.exports.parquet); } },
        ]}
      />
    </div>
  );
}

function SearchField({ value, invalid, onChange }: { value: string; invalid: boolean; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    // The address changed, as going back in the history does.
    setKnown(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => {
      onChange(text);
    }, typingMs);
    return () => {
      clearTimeout(timer);
    };
  }, [text, value, onChange]);
  return (
    <TextField
      label="Search runs"
      className={styles["search"] ?? ""}
      placeholder="Search by regular expression"
      value={text}
      aria-invalid={invalid && value !== "" ? true : undefined}
      icon={<Search />}
      clearable
      onChange={setText}
    />
  );
}

/** The words of an error as a sentence. */
function sentence(words: string): string {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function download(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}
