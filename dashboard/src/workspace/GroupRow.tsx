import { ChevronDown, ChevronRight, Eye, EyeOff } from "lucide-react";

import type { RunGroup } from "../api/types";
import { formatValue, plural } from "../ui/format";
import { ColourButton } from "./ColourButton";
import styles from "./RunRow.module.css";
import { GroupValue } from "./RunValue";
import type { RunActions } from "./useRunActions";
import { groupName, type VisibleRuns } from "./useVisibleRuns";
import { shortName } from "./values";

/** Properties of a `GroupRow`. */
export interface GroupRowProps {
  group: RunGroup;
  open: boolean;
  by: string[];
  columns: string[];
  visible: VisibleRuns;
  actions: RunActions;
  onToggle: () => void;
}

/** The head of a group in the list. */
export function GroupRow({ group, open, by, columns, visible, actions, onToggle }: GroupRowProps) {
  const shown = group.ids.some(visible.isVisible);
  const name = by.map((column, index) => `${shortName(column)} ${formatValue(group.values[index])}`).join(", ");
  return (
    <div className={styles["row"]}>
      <button
        type="button"
        className={styles["eye"]}
        aria-pressed={shown}
        aria-label={`Show ${name} in charts`}
        onClick={() => {
          actions.setVisible(group.ids, !shown);
        }}
      >
        {shown ? <Eye /> : <EyeOff />}
      </button>
      <ColourButton
        name={name}
        colour={visible.colourOf(groupName(by, group))}
        hollow={!shown}
        onChange={(index) => {
          actions.setColour([groupName(by, group), ...group.ids], index);
        }}
      />
      <button type="button" className={styles["toggle"]} aria-expanded={open} onClick={onToggle}>
        {open ? <ChevronDown /> : <ChevronRight />}
        <span title={name}>{name}</span>
      </button>
      <span className={styles["count"]}>{plural(group.runs, "run")}</span>
      {columns.map((column) => (
        <GroupValue key={column} column={column} mean={group.columns[column]?.mean} />
      ))}
      <span className={styles["menu"]} />
    </div>
  );
}
