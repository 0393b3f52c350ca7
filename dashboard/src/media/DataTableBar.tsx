import { useEffect, useRef, useState } from "react";
import { Columns3, Download, Search } from "lucide-react";

import type { TablePageData } from "../api/types";
import { plural } from "../ui/format";
import { IconButton } from "../ui/IconButton";
import { Menu } from "../ui/Menu";
import { saveFile } from "../ui/save";
import { Tag } from "../ui/Tag";
import { TextField } from "../ui/TextField";
import { toast, toastError } from "../ui/Toasts";
import { plainValue } from "./cells";
import { csvField } from "./csv";
import styles from "./DataTable.module.css";
import { filterBy, type TableState, toggleColumn } from "./tableState";
import { getTable, tableBody, type TableSource } from "./useTable";

/** Properties of a `DataTableBar`. */
export interface DataTableBarProps {
  source: TableSource;
  state: TableState;
  /** How many rows match; null until that is known. */
  total: number | null;
  columns: TablePageData["columns"];
  onState: (state: TableState) => void;
}

const TYPING_MS = 250;
const PAGE = 2_000;
const MOST_SAVED = 200_000; // rows that a browser writes into one text without effort

/** Search, filters, hidden columns, and how many rows there are. */
export function DataTableBar({ source, state, total, columns, onState }: DataTableBarProps) {
  const [text, setText] = useState(state.search);
  const [saving, setSaving] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ state, onState });
  const names = columns.map((column) => column.name);
  useEffect(() => {
    latest.current = { state, onState };
  });
  useEffect(() => {
    // The same table may be shown twice, in its panel and in full screen: what was typed there is not undone here.
    if (timer.current === undefined) setText(state.search);
  }, [state.search]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const type = (next: string): void => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      latest.current.onState({ ...latest.current.state, search: next });
    }, TYPING_MS);
  };
  const save = async (): Promise<void> => {
    if (total === null) return;
    setSaving(true);
    try {
      const shown = columns.flatMap((column, at) => (state.hidden.includes(column.name) ? [] : [at]));
      const lines = [shown.map((at) => csvField(names[at])).join(",")];
      for (let at = 0; at < Math.min(total, MOST_SAVED); at += PAGE) {
        const page = await getTable(source, tableBody(source, state, at, PAGE));
        lines.push(...page.rows.map((row) => shown.map((column) => csvField(plainValue(row[column]))).join(",")));
      }
      const text = new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" });
      saveFile(text, `${"key" in source ? source.key.replaceAll("/", "_") : source.artifact}.csv`);
      if (total > MOST_SAVED) toast(`The first ${MOST_SAVED.toLocaleString("en-US")} rows were saved`);
    } catch (error) {
      toastError(error);
    } finally {
      setSaving(false);
    }
  };
  return (
    <div className={styles["bar"]} role="toolbar" aria-label="Table">
      <TextField label="Search all texts" placeholder="Search" icon={<Search />} clearable className={styles["search"]} value={text} onChange={type} />
      {state.filters.map((filter) => (
        <Tag key={filter.column} tone="accent" removeLabel={`Remove the filter of ${filter.column}`} onRemove={() => { onState(filterBy(state, filter.column, null)); }}>
          {filter.column} {filter.op} {String(filter.value)}
        </Tag>
      ))}
      <span className={styles["count"]} role="status">{total === null ? "" : plural(total, "row")}</span>
      <Menu
        label="Columns"
        icon={<Columns3 />}
        align="end"
        button={{ small: true, pressed: state.hidden.length > 0 }}
        items={names.map((name) => ({
          label: name,
          checked: !state.hidden.includes(name),
          stay: true,
          run: () => { onState(toggleColumn(state, name, names)); },
        }))}
      />
      <IconButton small label="Save as CSV" icon={<Download />} disabled={saving || total === null || total === 0} onClick={() => void save()} />
    </div>
  );
}
