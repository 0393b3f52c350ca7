import { useSyncExternalStore } from "react";

import { classes } from "../ui/classes";
import { formatNumber } from "../ui/format";

import type { CursorStore } from "./cursor";
import { highlightRun, useHighlightedRun } from "./highlight";
import styles from "./Legend.module.css";
import { LegendMore } from "./LegendList";
import type { Trace } from "./lines";
import { Swatch } from "./Swatch";

/** Properties of a `Legend`; `shown` of `traces` have room. */
export interface LegendProps {
  traces: readonly Trace[];
  shown: number;
  cursor: CursorStore;
  formatX: (x: number) => string;
  formatY: (y: number) => string;
}

/** The names of the lines under a chart, with their values at the cursor. Pointing at a name brings its line forward. */
export function Legend({ traces, shown, cursor, formatX, formatY }: LegendProps) {
  const state = useSyncExternalStore(cursor.subscribe, cursor.get);
  const highlighted = useHighlightedRun();
  const values = new Map(state?.readings.map((reading) => [reading.trace.id, reading]));
  // Beside a cursor elsewhere the greatest values come first, and short names leave room for them.
  const following = state !== null && !state.here;
  const named = (following ? state.readings.map((reading) => reading.trace) : traces).slice(0, shown);
  return (
    <ul className={classes(styles["legend"], following && styles["following"])} aria-label="Lines">
      {named.map((trace) => {
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
            {following && reading && <span className={styles["value"]}>{formatNumber(reading.value, 4)}</span>}
          </li>
        );
      })}
      {traces.length > shown && (
        <li>
          <LegendMore traces={traces} hidden={traces.length - shown} cursor={cursor} formatX={formatX} formatY={formatY} />
        </li>
      )}
    </ul>
  );
}
