import { ArrowDownWideNarrow, ArrowUpNarrowWide, Search } from "lucide-react";
import { useMemo } from "react";

import type { Columns } from "../api/types";
import { allColumns, sortable } from "../table/columns";
import { FilterButton, FilterChips } from "../table/FilterBar";
import { GroupPicker } from "../table/GroupPicker";
import { plural } from "../ui/format";
import { IconButton } from "../ui/IconButton";
import { Select } from "../ui/Select";
import { TextField } from "../ui/TextField";
import { useTyped } from "../ui/useTyped";
import { ListColumns } from "./ListColumns";
import { PinnedRuns } from "./PinnedRuns";
import styles from "./RunListHead.module.css";
import { ShownMenu } from "./ShownMenu";
import type { RunActions } from "./useRunActions";
import type { ViewState } from "./useView";
import { mostGrouped, type VisibleRuns } from "./useVisibleRuns";

const sources = { run: "Run", config: "Config", summary: "Summary" } as const;

/** Properties of a `RunListHead`. */
export interface RunListHeadProps {
  project: string;
  state: ViewState;
  /** Why the runs are not those of the search and the filters. */
  refused: string | null;
  visible: VisibleRuns;
  columns: Columns | undefined;
  actions: RunActions;
  total: number;
}

/** What is over the list: search, filters, order, groups, columns, and how many runs are shown. */
export function RunListHead({ state, refused, visible, columns, actions, total }: RunListHeadProps) {
  const { view, change } = state;
  const fields = useMemo(() => allColumns(columns?.config ?? [], columns?.summary ?? [], 0), [columns]);
  const [search, setSearch] = useTyped(view.search, (text) => {
    change({ search: text }, "search");
  });
  const descending = view.order.startsWith("-");
  const sorted = view.order.replace(/^[-+]/, "");
  return (
    <div className={styles["head"]}>
      <TextField
        label="Search runs"
        placeholder="Search runs (regular expression)"
        icon={<Search />}
        clearable
        value={search}
        onChange={setSearch}
        error={refused === null ? undefined : `${refused}. The runs are those from before it.`}
      />
      <div className={styles["tools"]}>
        <FilterButton
          columns={fields}
          start={null}
          onClose={() => undefined}
          onAdd={(condition) => {
            change({ conditions: [...view.conditions, condition] });
          }}
        />
        <GroupPicker columns={fields} by={view.groupBy} onChange={(groupBy) => { change({ groupBy }); }} />
        <ListColumns fields={fields} shown={view.columns} onChange={(shown) => { change({ columns: shown }); }} />
      </div>
      {view.conditions.length > 0 && (
        <div className={styles["chips"]}>
          <FilterChips conditions={view.conditions} onChange={(conditions) => { change({ conditions }); }} />
        </div>
      )}
      <div className={styles["tools"]}>
        <Select
          label="Order of runs"
          className={styles["order"]}
          value={sorted}
          options={fields
            .filter((field) => sortable(field.name))
            .map((field) => ({ value: field.name, label: field.label, group: sources[field.source] }))}
          onChange={(field) => {
            change({ order: (descending ? "-" : "+") + field });
          }}
        />
        <IconButton
          label={descending ? "Largest and newest first" : "Smallest and oldest first"}
          icon={descending ? <ArrowDownWideNarrow /> : <ArrowUpNarrowWide />}
          onClick={() => {
            change({ order: (descending ? "+" : "-") + sorted });
          }}
        />
      </div>
      <div className={styles["shown"]} role="status">
        <span>{sentence(visible.runs.length, total, view.limit, view.order, view.groupBy.length > 0)}</span>
        <ShownMenu view={view} change={change} actions={actions} total={total} />
      </div>
      <PinnedRuns state={state} visible={visible} actions={actions} />
    </div>
  );
}

function sentence(shown: number, total: number, limit: number, order: string, grouped: boolean): string {
  if (total === 0) return "No runs";
  if (shown >= total) return total === 1 ? "The only run is shown" : `All ${plural(total, "run")} shown`;
  if (grouped && shown >= mostGrouped) return `${shown.toLocaleString("en-US")} of ${plural(total, "run")} in charts, of each group a part`;
  const counts = `${shown.toLocaleString("en-US")} of ${plural(total, "run")}`;
  if (grouped || shown === 0 || shown !== limit) return `${counts} shown`;
  return order === "-created_at" ? `The newest ${counts} shown` : `The first ${counts} shown`;
}
