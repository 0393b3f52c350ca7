import { DataTable } from "../media/DataTable";
import { isMapping, isTable } from "../media/records";
import { RunObjects } from "../media/RunObjects";
import { EMPTY_STATE, type TableState } from "../media/tableState";
import type { PanelProps } from "../workspace/view";
import styles from "./media.module.css";

/** A logged table of one run at a time. */
export function TablePanel(panel: PanelProps) {
  const { project, config, onChange } = panel;
  const kept = config.options["table"];
  const state: TableState = isMapping(kept) ? { ...EMPTY_STATE, ...(kept as Partial<TableState>) } : EMPTY_STATE;
  return (
    <RunObjects panel={panel} arrange="one" has={isTable} what="tables">
      {({ run, object }) => (
        <div className={styles["fill"]}>
          <DataTable
            source={{ project, run: run.id, key: object.key, step: object.step }}
            state={state}
            onState={(table) => { onChange({ ...config, options: { ...config.options, table } }); }}
            label={`${object.key} of ${run.name}`}
          />
        </div>
      )}
    </RunObjects>
  );
}
