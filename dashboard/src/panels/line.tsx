import { ChartLine } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";

import { useColumns } from "../api/queries";
import { ChartSkeleton } from "../charts/ChartSkeleton";
import { ChartTools } from "../charts/ChartTools";
import { LineChart } from "../charts/LineChart";
import { useInView } from "../charts/useInView";
import { useLines } from "../charts/useLines";
import { axisKind, axisTitle, formatAxis } from "../charts/xAxis";
import { classes } from "../ui/classes";
import { EmptyState } from "../ui/EmptyState";
import type { PanelKind, PanelProps } from "../workspace/view";

import styles from "./line.module.css";
import { axisOf, lineOptions, streamOf } from "./lineOptions";
import { LineSettings } from "./LineSettings";

/** Lines of metrics over steps, times or another metric: many runs and several keys, or the mean of groups with a band. */
export const linePanel: PanelKind = {
  kind: "line",
  label: "Line chart",
  about: "Metrics over steps or time, with smoothing and group bands",
  View: LinePanel,
  Settings: LineSettings,
  accepts: (key) => key.kind === "number",
  automatic: true,
  several: true,
};

function LinePanel({ project, config, runs, settings, width, height, fullScreen }: PanelProps) {
  const columns = useColumns(project);
  const box = useRef<HTMLDivElement>(null);
  const nearness = useInView(box);
  const [zoom, setZoom] = useState<Zoom>(nothing);
  const options = useMemo(() => lineOptions(config), [config]);
  const chosen = useMemo(() => ({ ...settings, ...options.settings }), [settings, options]);
  const stream = streamOf(options, config, columns.data?.keys);
  const x = axisOf(chosen.x, stream, config, columns.data?.keys);
  // A zoom is in units of one x; of another one it means nothing.
  const zoomed = zoom.of === x ? zoom : nothing;
  const lines = useLines({ project, runs, keys: config.keys, stream, rank: options.rank, x, settings: chosen, zoom: zoomed.x, limits: options.xLimits, width, active: nearness !== "far" }); // prettier-ignore
  const model = useMemo(
    () => ({
      traces: lines.traces,
      points: lines.points,
      smoothing: chosen.smoothing,
      showOriginal: chosen.showOriginal,
      logX: chosen.logX && x !== "time",
      logY: chosen.logY,
      clipOutliers: chosen.clipOutliers,
      xName: x,
      xKind: axisKind(x),
      yKind: options.unit === "bytes" ? ("bytes" as const) : ("number" as const),
      unit: options.unit === "bytes" ? "" : options.unit,
      xLimits: options.xLimits,
      yLimits: options.yLimits,
      zoomX: zoomed.x,
      zoomY: zoomed.y,
    }),
    [lines.traces, lines.points, chosen, x, options, zoomed.x, zoomed.y],
  );
  const onZoom = useCallback(
    (nextX: [number, number] | null, nextY: [number, number] | null) => {
      setZoom((before) => ({ of: x, x: nextX ?? (before.of === x ? before.x : null), y: nextY ?? (nextX ? before.y : null) }));
    },
    [x],
  );
  const onReset = useCallback(() => {
    setZoom(nothing);
  }, []);
  const title = config.title ?? config.keys.join(", ");
  return (
    <div ref={box} className={classes(styles["panel"], !lines.some && styles["empty"])} style={{ width, height }}>
      <LineChart
        model={model}
        named={lines.named}
        subscribe={lines.subscribe}
        nearness={nearness}
        width={width}
        height={height}
        label={`${title} over ${axisTitle(x)}, ${lines.traces.length} lines`}
        legendLimit={fullScreen ? Math.max(options.legend, 60) : options.legend}
        formatX={(value) => formatAxis(x, value)}
        onZoom={onZoom}
        onReset={onReset}
      />
      <ChartTools
        title={title}
        model={model}
        box={box}
        zoomed={zoomed.x !== null || zoomed.y !== null}
        onReset={onReset}
        csv={{ project, runs: runs.map((run) => run.id), keys: config.keys, stream }}
      />
      {!lines.some && !lines.error && (
        <div className={styles["over"]}>
          {lines.loading || nearness === "far" ? (
            <ChartSkeleton label={`Loading ${title}`} />
          ) : (
            <EmptyState small icon={<ChartLine />} title="No points">
              {runs.length === 0 ? "No runs are shown." : `None of the shown runs logged ${title}.`}
            </EmptyState>
          )}
        </div>
      )}
      {lines.error && (
        <p role="alert" className={styles["error"]}>
          {lines.error}
        </p>
      )}
    </div>
  );
}

/** What a person zoomed to; `of` is the x it is in units of. */
interface Zoom {
  of: string;
  x: [number, number] | null;
  y: [number, number] | null;
}

const nothing: Zoom = { of: "", x: null, y: null };
