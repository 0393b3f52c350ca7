import { Eye, EyeOff, Flag, MoreHorizontal, Pin } from "lucide-react";
import { memo, useState } from "react";
import { Link } from "wouter";

import type { Brief } from "../api/types";
import { runAddress } from "../app/addresses";
import { highlightRun } from "../charts/highlight";
import { classes } from "../ui/classes";
import { formatDuration, formatTime } from "../ui/format";
import { Menu } from "../ui/Menu";
import { StateDot } from "../ui/StateDot";
import { ColourButton } from "./ColourButton";
import styles from "./RunRow.module.css";
import { RunValue } from "./RunValue";
import type { RunActions } from "./useRunActions";
import type { VisibleRuns } from "./useVisibleRuns";
import type { RunView, WorkspaceView } from "./view";

/** Properties of a `RunRow`. */
export interface RunRowProps {
  run: Brief;
  view: WorkspaceView;
  visible: VisibleRuns;
  actions: RunActions;
  baseline: RunView | undefined;
  /** It stands under the head of a group. */
  inset: boolean;
}

/** A run in the list: its eye, colour, name, state and chosen columns. */
export const RunRow = memo(function RunRow({ run, view, visible, actions, baseline, inset }: RunRowProps) {
  const shown = visible.isVisible(run.id);
  const pinned = view.pinned.includes(run.id);
  const isBaseline = view.baseline === run.id;
  const [menu, setMenu] = useState(false);
  return (
    <div
      className={classes(styles["row"], inset && styles["inset"], !shown && styles["hidden"])}
      data-run={run.id}
      onPointerEnter={() => {
        setMenu(true);
        if (shown) highlightRun(run.id);
      }}
      onPointerLeave={() => {
        highlightRun(null);
      }}
      onFocus={() => {
        setMenu(true);
        if (shown) highlightRun(run.id);
      }}
      onBlur={() => {
        highlightRun(null);
      }}
    >
      <button
        type="button"
        className={styles["eye"]}
        aria-pressed={shown}
        aria-label={`Show ${run.name} in charts`}
        onClick={() => {
          actions.setVisible([run.id], !shown);
        }}
      >
        {shown ? <Eye /> : <EyeOff />}
      </button>
      <ColourButton
        name={run.name}
        colour={visible.colourOf(run.id)}
        hollow={!shown}
        onChange={(index) => {
          actions.setColour([run.id], index);
        }}
      />
      <Link href={runAddress(run.project, run.id)} className={styles["name"]} title={about(run)}>
        {run.name}
      </Link>
      {pinned && <Pin className={styles["sign"]} aria-label="Pinned" />}
      {isBaseline && <Flag className={styles["sign"]} aria-label="Baseline" />}
      <StateDot state={run.state} />
      {view.columns.map((column) => (
        <RunValue key={column} run={run} column={column} baseline={isBaseline ? undefined : baseline} />
      ))}
      <span className={styles["menu"]}>
        {menu && (
          <Menu
            label={`More for ${run.name}`}
            icon={<MoreHorizontal />}
            align="end"
            button={{ small: true }}
            items={[
              { label: pinned ? "Unpin" : "Pin to the top", icon: <Pin />, run: () => { actions.togglePin(run.id); } },
              {
                label: isBaseline ? "No longer the baseline" : "Compare others with it (baseline)",
                icon: <Flag />,
                run: () => { actions.toggleBaseline(run.id); },
              },
              { label: "Show only this run", icon: <Eye />, run: () => { actions.only([run.id]); } },
            ]}
          />
        )}
      </span>
    </div>
  );
});

function about(run: Brief): string {
  const parts = [run.name, `${run.state}, ${formatDuration(run.runtime_s)}`, `began ${formatTime(run.created_at)}`];
  if (run.last_step !== null) parts.push(`step ${run.last_step}`);
  if (run.tags.length > 0) parts.push(run.tags.join(", "));
  if (run.notes) parts.push(run.notes);
  return parts.join("\n");
}
