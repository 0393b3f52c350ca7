import { useVirtualizer } from "@tanstack/react-virtual";
import { EyeOff, Pin, Search } from "lucide-react";
import { useContext, useMemo, useRef, useState, useSyncExternalStore } from "react";

import { classes } from "../ui/classes";
import { IconButton } from "../ui/IconButton";
import { Popover } from "../ui/Popover";
import { TextField } from "../ui/TextField";

import type { CursorStore, Reading } from "./cursor";
import { highlightRun, useHighlightedRun } from "./highlight";
import styles from "./LegendList.module.css";
import { type LineActions, PageLineActions } from "./lineActions";
import type { Trace } from "./lines";
import { Swatch } from "./Swatch";

/** Properties of `LegendMore`. */
export interface LegendMoreProps {
  /** All lines, also those that have room in the legend. */
  traces: readonly Trace[];
  /** How many of them have none. */
  hidden: number;
  cursor: CursorStore;
  formatX: (x: number) => string;
  formatY: (y: number) => string;
}

/** `+12 more` at the end of a legend; it opens the list of all lines. */
export function LegendMore({ hidden, ...list }: LegendMoreProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={styles["more"]}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        +{hidden} more
      </button>
      {open && (
        <Popover anchor={anchor} label="All lines" className={styles["popover"]} onClose={() => { setOpen(false); }}>
          <LegendList {...list} />
        </Popover>
      )}
    </>
  ); // prettier-ignore
}

const rowHeight = 26;
// As `.rows` of LegendList.module.css.
const listHeight = 312;
// A shorter list is seen at once.
const searchedFrom = 13;

/** All lines of a chart with their values at the cursor, or their last ones while there is no cursor. */
function LegendList({ traces, cursor, formatX, formatY }: Omit<LegendMoreProps, "hidden">) {
  const state = useSyncExternalStore(cursor.subscribe, cursor.get);
  const actions = useContext(PageLineActions);
  const [search, setSearch] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const found = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    return traces.filter((trace) => trace.label.toLowerCase().includes(wanted));
  }, [traces, search]);
  const virtual = useVirtualizer({
    count: found.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    // Before the list is measured, and where nothing is (tests).
    initialRect: { width: 300, height: listHeight },
    overscan: 4,
  });
  const readings = new Map(state?.readings.map((reading) => [reading.trace.id, reading]));
  return (
    <>
      {traces.length >= searchedFrom && <TextField label="Search lines" icon={<Search />} clearable value={search} onChange={setSearch} />}
      <p className={styles["where"]}>
        {found.length === traces.length ? `${traces.length} lines` : `${found.length} of ${traces.length} lines`}, {state ? formatX(state.x) : "last values"}
      </p>
      <div ref={box} className={styles["rows"]}>
        <ul aria-label="All lines" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const trace = found[item.index];
            return trace && <Row key={trace.id} trace={trace} top={item.start} value={valueOf(trace, state ? readings.get(trace.id) : null, formatY)} actions={actions} />;
          })}
        </ul>
      </div>
    </>
  ); // prettier-ignore
}

function Row({ trace, top, value, actions }: { trace: Trace; top: number; value: string; actions: LineActions | null }) {
  const highlighted = useHighlightedRun();
  const { run } = trace;
  const pinned = run !== null && actions?.isPinned(run);
  return (
    <li
      className={classes(styles["row"], run !== null && highlighted === run && styles["front"])}
      style={{ transform: `translateY(${top}px)` }}
      onPointerEnter={() => { highlightRun(run); }}
      onPointerLeave={() => { highlightRun(null); }}
    >
      <Swatch colour={trace.colour} dash={trace.dash} />
      <span className={styles["name"]} title={trace.label}>{trace.label}</span>
      <span className={styles["value"]}>{value}</span>
      {run !== null && actions && (
        <span className={styles["actions"]}>
          <IconButton small pressed={pinned} label={`${pinned ? "Unpin" : "Pin"} ${trace.label}`} icon={<Pin />} onClick={() => { actions.togglePin(run); }} />
          <IconButton small label={`Hide ${trace.label}`} icon={<EyeOff />} onClick={() => { actions.hide(run, trace.label); }} />
        </span>
      )}
    </li>
  ); // prettier-ignore
}

/** The value of a line at the cursor, or with null its last one. */
function valueOf({ points }: Trace, reading: Reading | null | undefined, formatY: (y: number) => string): string {
  if (reading) return formatY(reading.value);
  if (reading === undefined || !points || points.length === 0) return "";
  return formatY(points.y[points.length - 1]!);
}
