import { useSyncExternalStore } from "react";

import { classes } from "../ui/classes";
import { formatNumber } from "../ui/format";

import type { CursorStore } from "./cursor";
import { highlightRun, useHighlightedRun } from "./highlight";
import styles from "./Legend.module.css";
import type { Trace } from "./lines";
import { Swatch } from "./Swatch";

/** Properties of a `Legend`. `limit` is how many lines it names before it says how many more there are. */
export interface LegendProps {
  traces: readonly Trace[];
  cursor: CursorStore;
  limit: number;
}

/** The names of the lines under a chart, with their values at the cursor. Pointing at a name brings its line forward. */
export function Legend({ traces, cursor, limit }: LegendProps) {
  const state = useSyncExternalStore(cursor.subscribe, cursor.get);
  const highlighted = useHighlightedRun();
  const values = new Map(state?.readings.map((reading) => [reading.trace.id, reading]));
  const shown = traces.slice(0, limit);
  return (
    <ul className={styles["legend"]} aria-label="Lines">
      {shown.map((trace) => {
        const reading = values.get(trace.id);
        return (
          <li
            key={trace.id}
            className={classes(
              styles["item"],
              reading?.nearest && styles["nearest"],
              highlighted !== null && highlighted !== trace.run && styles["dim"],
            )}
            title={trace.label}
            onPointerEnter={() => {
              highlightRun(trace.run);
            }}
            onPointerLeave={() => {
              highlightRun(null);
            }}
          >
            <Swatch colour={trace.colour} dash={trace.dash} />
            <span className={styles["name"]}>{trace.label}</span>
            {reading && <span className={styles["value"]}>{formatNumber(reading.value, 4)}</span>}
          </li>
        );
      })}
      {traces.length > limit && <li className={styles["more"]}>+{traces.length - limit} more</li>}
    </ul>
  );
}
