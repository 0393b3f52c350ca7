import { type ReactNode, useRef, useState } from "react";

import type { LoggedObject } from "../api/types";
import { Button } from "../ui/Button";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { formatNumber } from "../ui/format";
import { Select } from "../ui/Select";
import { Spinner } from "../ui/Spinner";
import type { PanelProps, RunView } from "../workspace/view";
import styles from "./RunObjects.module.css";
import { StepSlider } from "./StepSlider";
import { useObjects, useSteps } from "./useObjects";
import { useSize } from "./useSize";
import { useStep } from "./useStep";

/** What one run logged under one key, with the place it has on the screen. */
export interface RunObject {
  run: RunView;
  object: LoggedObject;
  /** Pixels that it may fill, below its heading. */
  width: number;
  height: number;
}

/** Properties of `RunObjects`. */
export interface RunObjectsProps {
  panel: PanelProps;
  /** Side by side, below one another, or one at a time; `wide`: side by side where two fit, else one at a time. */
  arrange: "grid" | "list" | "one" | "wide";
  /** Of a grid: how narrow a cell may get, in pixels. */
  narrowest?: number;
  /** How many are drawn before one asks for all. */
  most?: number;
  /** Whether a logged value is of the kind that is shown. */
  has: (value: unknown) => boolean;
  /** What it is, for the words where there is none: "images". */
  what: string;
  /** Buttons beside the step slider. */
  tools?: ReactNode;
  children: (item: RunObject) => ReactNode;
}

const GAP = 12;
const HEADING = 22;

/** The objects of a panel's runs at one step, each under the name of its run, and the slider of steps below. */
export function RunObjects({ panel, arrange: asked, narrowest = 240, most = 12, has, what, tools, children }: RunObjectsProps) {
  const { project, config, runs, onChange } = panel;
  const choice = useStep(config, onChange);
  const ids = runs.map((run) => run.id);
  const steps = useSteps(project, ids, config.keys);
  const objects = useObjects(project, ids, config.keys, choice.step);
  const [all, setAll] = useState(false);
  const area = useRef<HTMLDivElement>(null);
  const size = useSize(area);
  const arrange = asked !== "wide" ? asked : size.width >= 2 * narrowest + GAP ? "grid" : "one";
  const colours = new Map(runs.map((run) => [run.id, run]));
  const found = (objects.data ?? []).flatMap((object) => {
    const run = colours.get(object.run);
    return run && has(object.value) ? [{ run, object }] : [];
  });
  found.sort((a, b) => ids.indexOf(a.run.id) - ids.indexOf(b.run.id));
  const wanted = typeof config.options["run"] === "string" ? config.options["run"] : null;
  const one = found.find((item) => item.run.id === wanted) ?? found[0];
  const items = arrange === "one" ? (one ? [one] : []) : all ? found : found.slice(0, most);
  const cell = cellSize(arrange, items.length, size, narrowest);

  return (
    <div className={styles["panel"]}>
      <div ref={area} className={styles["area"]}>
        {objects.isPending && runs.length > 0 && <Spinner label={`Loading ${what}`} centred />}
        {objects.isError && !objects.data && <ErrorState error={objects.error} onRetry={() => void objects.refetch()} small />}
        {(runs.length === 0 || objects.isSuccess) && found.length === 0 && (
          <EmptyState title={runs.length === 0 ? "No runs are shown" : `No ${what} here`} small>
            {choice.step !== null ? "None of these runs logged one up to this step." : undefined}
          </EmptyState>
        )}
        {size.width > 0 && (
          <div className={styles[arrange]} style={arrange === "grid" ? { gridTemplateColumns: `repeat(${cell.columns}, minmax(0, 1fr))` } : undefined}>
            {items.map(({ run, object }) => (
              <section key={`${object.run} ${object.key}`} className={styles["item"]} aria-label={`${run.name}, ${object.key}`}>
                {arrange !== "one" && <Heading run={run} object={object} withKey={config.keys.length > 1} />}
                {children({ run, object, width: cell.width, height: cell.height })}
              </section>
            ))}
          </div>
        )}
        {arrange !== "one" && found.length > items.length && (
          <Button small className={styles["more"]} onClick={() => { setAll(true); }}>
            Show all {found.length} runs
          </Button>
        )}
      </div>
      {(steps.length > 1 || tools !== undefined || (arrange === "one" && one !== undefined)) && (
        <div className={styles["bar"]}>
          {arrange === "one" && one && (
            <span className={styles["choose"]}>
              <span className={styles["dot"]} style={{ background: one.run.colour }} />
              <Select
                label="Run"
                value={one.run.id}
                options={found.map(({ run }) => ({ value: run.id, label: run.name }))}
                onChange={(run) => {
                  onChange({ ...config, options: { ...config.options, run } });
                }}
              />
            </span>
          )}
          <StepSlider steps={steps} choice={choice} />
          {tools}
        </div>
      )}
    </div>
  );
}

function Heading({ run, object, withKey }: { run: RunView; object: LoggedObject; withKey: boolean }) {
  return (
    <h4 className={styles["heading"]}>
      <span className={styles["dot"]} style={{ background: run.colour }} />
      <span className={styles["name"]} title={run.name}>
        {run.name}
        {withKey && ` · ${object.key}`}
      </span>
      <span className={styles["step"]}>step {formatNumber(object.step)}</span>
    </h4>
  );
}

function cellSize(arrange: "grid" | "list" | "one", count: number, size: { width: number; height: number }, narrowest: number) {
  if (arrange !== "grid" || count === 0) {
    return { columns: 1, width: size.width, height: Math.max(60, size.height - (arrange === "one" ? 0 : HEADING)) };
  }
  const columns = Math.max(1, Math.min(count, Math.floor((size.width + GAP) / (narrowest + GAP))));
  const rows = Math.ceil(count / columns);
  const width = (size.width - (columns - 1) * GAP) / columns;
  const height = Math.max(narrowest * 0.6, (size.height - (rows - 1) * GAP) / rows - HEADING);
  return { columns, width: Math.floor(width), height: Math.floor(height) };
}
