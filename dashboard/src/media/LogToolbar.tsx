import { useState } from "react";
import { ChevronDown, ChevronUp, Clock, Copy, Download, Search, WrapText } from "lucide-react";

import { get } from "../api/client";
import type { ConsoleLine, ConsolePage } from "../api/types";
import { copyText } from "../ui/CopySnippet";
import { IconButton } from "../ui/IconButton";
import { saveFile } from "../ui/save";
import { Segmented } from "../ui/Segmented";
import { Select } from "../ui/Select";
import { TextField } from "../ui/TextField";
import { toast, toastError } from "../ui/Toasts";
import { plainText } from "./ansi";
import styles from "./LogView.module.css";
import { consolePath, type LogFilter } from "./useConsole";
import type { LogSearch } from "./useLogSearch";

/** Properties of a `LogToolbar`. */
export interface LogToolbarProps {
  project: string;
  run: string;
  ranks: readonly number[];
  filter: LogFilter;
  total: number;
  times: boolean;
  wrap: boolean;
  search: LogSearch;
  onFilter: (filter: LogFilter) => void;
  onTimes: (times: boolean) => void;
  onWrap: (wrap: boolean) => void;
}

const CHUNK = 1000; // lines in one request
const MOST_COPIED = 20_000; // clipboards are not for more

/** Search, filters and what can be done with the lines of a console. */
export function LogToolbar(props: LogToolbarProps) {
  const { project, run, ranks, filter, total, times, wrap, search, onFilter, onTimes, onWrap } = props;
  const [busy, setBusy] = useState(false);
  const collect = async (most: number, take: (text: string) => Promise<void> | void): Promise<void> => {
    setBusy(true);
    try {
      await take(await linesAsText(project, run, filter, Math.max(0, total - most), total));
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={styles["toolbar"]} role="toolbar" aria-label="Console">
      <TextField
        label="Search the console (a regular expression)"
        placeholder="Search"
        icon={<Search />}
        clearable
        className={styles["search"]}
        value={search.text}
        error={search.error}
        onChange={search.setText}
        onKeyDown={(event) => {
          if (event.key === "Enter") search.step(event.shiftKey ? -1 : 1);
        }}
      />
      <span className={styles["hits"]} role="status">
        {search.total !== null && (search.total === 0 ? "no lines" : `${search.at + 1} of ${search.total.toLocaleString("en-US")}`)}
      </span>
      <IconButton small label="Previous hit" keys="Shift Enter" icon={<ChevronUp />} disabled={!search.total} onClick={() => { search.step(-1); }} />
      <IconButton small label="Next hit" keys="Enter" icon={<ChevronDown />} disabled={!search.total} onClick={() => { search.step(1); }} />
      <span className={styles["gap"]} />
      {ranks.length > 1 && (
        <Select
          label="Rank"
          value={filter.rank === null ? "" : String(filter.rank)}
          options={[{ value: "", label: "All ranks" }, ...ranks.map((rank) => ({ value: String(rank), label: `Rank ${rank}` }))]}
          onChange={(value) => {
            onFilter({ ...filter, rank: value === "" ? null : Number(value) });
          }}
        />
      )}
      <Segmented<ConsoleLine["stream"] | "all">
        label="Which output"
        value={filter.stream ?? "all"}
        choices={[{ value: "all", label: "All" }, { value: "stdout", label: "Output" }, { value: "stderr", label: "Errors" }]}
        onChange={(value) => {
          onFilter({ ...filter, stream: value === "all" ? null : value });
        }}
      />
      <IconButton label="Times" icon={<Clock />} pressed={times} onClick={() => { onTimes(!times); }} />
      <IconButton label="Wrap long lines" icon={<WrapText />} pressed={wrap} onClick={() => { onWrap(!wrap); }} />
      <IconButton
        label="Copy"
        icon={<Copy />}
        disabled={busy || total === 0}
        onClick={() =>
          void collect(MOST_COPIED, async (text) => {
            await copyText(text);
            toast(total > MOST_COPIED ? `The last ${MOST_COPIED.toLocaleString("en-US")} lines were copied` : "Copied");
          })
        }
      />
      <IconButton
        label="Download"
        icon={<Download />}
        disabled={busy || total === 0}
        onClick={() =>
          void collect(Number.POSITIVE_INFINITY, (text) => {
            saveFile(new Blob([text], { type: "text/plain;charset=utf-8" }), `${run}.log`);
          })
        }
      />
    </div>
  );
}

async function linesAsText(project: string, run: string, filter: LogFilter, first: number, end: number): Promise<string> {
  const texts: string[] = [];
  for (let at = first; at < end; at += CHUNK) {
    const count = String(Math.min(CHUNK, end - at));
    const page = await get<ConsolePage>(consolePath(project, run, filter, { first: String(at), count }));
    texts.push(...page.lines.map((line) => plainText(line.text)));
  }
  return `${texts.join("\n")}\n`;
}
