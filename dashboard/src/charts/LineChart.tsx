import "uplot/dist/uPlot.min.css";

import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from "react";

import { CursorStore } from "./cursor";
import { onHighlight } from "./highlight";
import { Legend } from "./Legend";
import { legendRoom } from "./legendRoom";
import styles from "./LineChart.module.css";
import type { Trace } from "./lines";
import type { ChartModel } from "./model";
import { Plot } from "./plot";
import { Readout, unitFormat } from "./Readout";
import { onTheme } from "./theme";
import type { Nearness } from "./useInView";

/** Properties of a `LineChart`. `width` and `height` are the pixels it fills, with its legend. */
export interface LineChartProps {
  model: ChartModel;
  /** The traces that the legend names. */
  named: readonly Trace[];
  /** Calls its listener when points came. */
  subscribe: (listener: () => void) => () => void;
  /** Charts are made when they come near, and draw what comes live only while they are seen. */
  nearness: Nearness;
  width: number;
  height: number;
  /** Read out in place of the picture. */
  label: string;
  legendLimit: number;
  formatX: (x: number) => string;
  onZoom: (x: [number, number] | null, y: [number, number] | null) => void;
  onReset: () => void;
  /** The chart itself, for those who make pictures of it. */
  plotRef?: RefObject<Plot | null>;
}

/** The name under which the charts of a page share their cursor. */
const cursorSync = "trailmark";

/** A line chart with its legend, its values at the cursor and its notes. */
export function LineChart(props: LineChartProps) {
  const { model, named, subscribe, nearness, width, height, label, legendLimit, formatX, plotRef } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const [cursor] = useState(() => new CursorStore());
  const [notes, setNotes] = useState<string[]>([]);
  const rows = height < 120 ? 0 : Math.max(2, Math.floor(height / 160));
  const legend = useMemo(() => legendRoom(named, width, legendLimit, rows), [named, width, legendLimit, rows]);
  const noteHeight = notes.length > 0 ? 16 : 0;
  const size = { width, height: height - legend.height - noteHeight };
  const events = useRef({ onZoom: props.onZoom, onReset: props.onReset, onNotes: setNotes });
  const latest = useRef({ model, size });
  useEffect(() => {
    events.current.onZoom = props.onZoom;
    events.current.onReset = props.onReset;
    latest.current = { model, size };
  });

  // Once made, a chart stays, so that scrolling back shows it without drawing.
  const [wanted, setWanted] = useState(false);
  if (!wanted && nearness !== "far") setWanted(true);

  useEffect(() => {
    const element = host.current;
    if (!element || !wanted) return;
    const made = new Plot(
      element,
      latest.current.model,
      {
        onZoom: (x, y) => { events.current.onZoom(x, y); },
        onReset: () => { events.current.onReset(); },
        onNotes: (next) => { events.current.onNotes(next); },
      },
      cursor,
      latest.current.size,
      cursorSync,
    ); // prettier-ignore
    plot.current = made;
    if (plotRef) plotRef.current = made;
    made.refresh();
    const stops = [
      onTheme(() => { made.refresh(); }),
      onHighlight(() => { made.refresh(); }),
    ]; // prettier-ignore
    return () => {
      for (const stop of stops) stop();
      made.destroy();
      plot.current = null;
      if (plotRef) plotRef.current = null;
    };
  }, [wanted, cursor, plotRef]);

  useEffect(() => subscribe(() => plot.current?.grew()), [subscribe]);

  useEffect(() => {
    plot.current?.look(nearness === "seen");
  }, [nearness, wanted]);

  useEffect(() => {
    plot.current?.show(model, { width: size.width, height: size.height });
  }, [model, size.width, size.height]);

  const formatY = useMemo(() => unitFormat(model.unit, model.yKind), [model.unit, model.yKind]);
  return (
    <div
      className={styles["chart"]}
      style={{ width, height }}
      role="group"
      aria-roledescription="line chart"
      aria-label={label}
      tabIndex={0}
      onKeyDown={(event) => {
        // Not what is typed into the list of its lines.
        if (plot.current && event.target === event.currentTarget) steer(event, plot.current, cursor, props);
      }}
      onBlur={() => plot.current?.pointAt(null)}
    >
      <div ref={host} className={styles["plot"]} style={{ height: size.height }} />
      <Readout cursor={cursor} formatX={formatX} formatY={formatY} area={() => areaOf(host.current)} />
      {legend.shown > 0 && <Legend traces={named} shown={legend.shown} cursor={cursor} formatX={formatX} formatY={formatY} />}
      {notes.length > 0 && (
        <p className={styles["notes"]} title={notes.join(". ")}>
          {notes.join(" · ")}
        </p>
      )}
    </div>
  );
}

function areaOf(host: HTMLElement | null): { left: number; top: number } {
  return host?.querySelector(".u-over")?.getBoundingClientRect() ?? { left: 0, top: 0 };
}

/** The keyboard on a chart: arrows move the cursor, + and - zoom around it, 0 shows everything. */
function steer(event: KeyboardEvent, plot: Plot, cursor: CursorStore, { onZoom, onReset }: LineChartProps): void {
  const [low, high] = plot.ranges().x;
  const width = high - low;
  const at = cursor.get()?.x ?? (low + high) / 2;
  const step = width / (event.shiftKey ? 10 : 50);
  const within = (x: number) => Math.min(Math.max(x, low), high);
  const zoom = (factor: number) => onZoom([at - (at - low) * factor, at + (high - at) * factor], null);
  const actions: Record<string, () => void> = {
    ArrowLeft: () => plot.pointAt(within(at - step)),
    ArrowRight: () => plot.pointAt(within(at + step)),
    Home: () => plot.pointAt(low),
    End: () => plot.pointAt(high),
    "+": () => zoom(0.5),
    "=": () => zoom(0.5),
    "-": () => zoom(2),
    "0": onReset,
  };
  const action = actions[event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}
