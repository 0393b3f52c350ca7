import { type CSSProperties, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";

import { classes } from "../ui/classes";
import { formatBytes, formatNumber } from "../ui/format";

import type { CursorState, CursorStore, Reading } from "./cursor";
import styles from "./Readout.module.css";
import { Swatch } from "./Swatch";
import type { AxisKind } from "./ticks";
import { unitAt } from "./units";

/** Properties of a `Readout`. */
export interface ReadoutProps {
  cursor: CursorStore;
  /** Writes a value of x. */
  formatX: (x: number) => string;
  /** Writes a value of y. */
  formatY: (y: number) => string;
  /** The plotting area in CSS pixels of the window. */
  area: () => Area;
}

interface Area {
  left: number;
  top: number;
}

// More lines cannot be read at a glance, and would hide the chart.
const most = 12;

/** The values of all lines at the cursor, from the largest to the smallest, beside the hand. Charts that only follow show none. */
export function Readout({ cursor, formatX, formatY, area }: ReadoutProps) {
  const state = useSyncExternalStore(cursor.subscribe, cursor.get);
  if (!state?.here || state.readings.length === 0) return null;
  const [shown, above, below] = fitting(state.readings);
  const deltas = state.readings.some((reading) => reading.delta !== null);
  // In front of the page: a panel cuts off what does not fit into it.
  return createPortal(
    <div className={styles["readout"]} style={place(state, area(), shown.length)} aria-hidden="true">
      <div className={styles["x"]}>{formatX(snapped(state))}</div>
      {above > 0 && <div className={styles["more"]}>{above} above</div>}
      <table>
        <tbody>
          {shown.map((reading) => (
            <tr key={reading.trace.id} className={classes(reading.nearest && styles["nearest"])}>
              <td>
                <Swatch colour={reading.trace.colour} dash={reading.trace.dash} />
              </td>
              <td className={styles["name"]}>{reading.trace.label}</td>
              <td className={styles["value"]}>{formatY(reading.value)}</td>
              <td className={styles["side"]}>{aside(reading, formatY)}</td>
              {deltas && <td className={styles["delta"]}>{delta(reading, formatY)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {below > 0 && <div className={styles["more"]}>{below} below</div>}
    </div>,
    document.body,
  );
}

// As Readout.module.css: a line is 18 px; above and below them stand x, what is left out, and the padding.
const lineHeight = 18;
const rest = 66;
const gap = 14;

/** Beside the cursor, on the side that has more room, and within the window. */
function place(state: CursorState, area: Area, lines: number): CSSProperties {
  const x = area.left + state.left;
  const y = area.top + (state.top ?? 0);
  const { innerWidth, innerHeight } = globalThis;
  const top = Math.max(4, Math.min(y - 20, innerHeight - lines * lineHeight - rest));
  return x > innerWidth * 0.6 ? { right: innerWidth - x + gap, top } : { left: x + gap, top };
}

/** The place of the nearest reading, which is what the values belong to. */
function snapped(state: CursorState): number {
  return state.readings.find((reading) => reading.nearest)?.x ?? state.x;
}

/** As many readings as fit, around the nearest one, with how many are left out on both sides. */
export function fitting(readings: readonly Reading[], fit = most): [Reading[], number, number] {
  if (readings.length <= fit) return [[...readings], 0, 0];
  const middle = Math.max(0, readings.findIndex((reading) => reading.nearest));
  const first = Math.min(Math.max(0, middle - Math.floor(fit / 2)), readings.length - fit);
  return [readings.slice(first, first + fit), first, readings.length - first - fit];
}

function aside(reading: Reading, formatY: (y: number) => string): string {
  if (reading.min !== reading.max && Number.isFinite(reading.min)) return `${formatY(reading.min)} … ${formatY(reading.max)}`;
  return reading.value !== reading.raw ? formatY(reading.raw) : "";
}

function delta({ trace, delta: difference }: Reading, formatY: (y: number) => string): string {
  if (trace.baseline) return "base";
  if (difference === null || Number.isNaN(difference)) return "";
  return `${difference > 0 ? "+" : ""}${formatY(difference)}`;
}

/** A value of y, with its unit. */
export function unitFormat(unit: string, kind: AxisKind): (y: number) => string {
  if (kind === "bytes") return (y) => (y < 0 ? "\u2212" : "") + formatBytes(Math.abs(y));
  return (y) => {
    const shown = unitAt(unit, y);
    return formatNumber(y / shown.factor, 4) + (shown.unit === "" || shown.unit === "%" ? shown.unit : ` ${shown.unit}`);
  };
}
