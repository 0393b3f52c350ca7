import { ChartLine } from "lucide-react";
import { useMemo, useRef } from "react";

import { useColumns } from "../api/queries";
import { ChartSkeleton } from "../charts/ChartSkeleton";
import { ChartTools } from "../charts/ChartTools";
import { pointsAddress } from "../charts/csv";
import { LineChart } from "../charts/LineChart";
import { picture } from "../charts/picture";
import { useInView } from "../charts/useInView";
import { useLines } from "../charts/useLines";
import { useRanks } from "../charts/useRanks";
import { axisKind, axisTitle, formatAxis, scaledTitle } from "../charts/xAxis";
import { useZoom } from "../charts/zooms";
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

// In a lower panel the axis titles would take what the lines need.
const leastTitled = 150;

function LinePanel({ project, config, runs, settings, width, height, fullScreen }: PanelProps) {
  const columns = useColumns(project);
  const box = useRef<HTMLDivElement>(null);
  const nearness = useInView(box);
  const options = useMemo(() => lineOptions(config), [config]);
  const chosen = useMemo(() => ({ ...settings, ...options.settings }), [settings, options]);
  const stream = streamOf(options, config, columns.data?.keys);
  const x = axisOf(chosen.x, stream, config, columns.data?.keys);
  const { zoom, onZoom, onReset } = useZoom(config.id, x, chosen.zoomTogether);
  const ranks = useShownRanks(project, runs, options.rank);
  const lines = useLines({ project, runs, keys: config.keys, stream, ranks, x, settings: chosen, zoom: zoom.x, limits: options.xLimits, width, active: nearness !== "far" }); // prettier-ignore
  const title = config.title ?? config.keys.join(", ");
  const logX = chosen.logX && x !== "time";
  const titled = height >= leastTitled;
  // What the system measured has its name as the title; and that an axis is logarithmic has to stand somewhere.
  const yNamed = titled && stream === "history" && (chosen.logY || config.keys.length > 1 || title !== config.keys[0]);
  const xTitle = titled ? scaledTitle(axisTitle(x), logX) : "";
  const yTitle = yNamed ? scaledTitle(config.keys.join(", "), chosen.logY) : "";
  const model = useMemo(
    () => ({
      traces: lines.traces,
      points: lines.points,
      smoothing: chosen.smoothing,
      showOriginal: chosen.showOriginal,
      logX,
      logY: chosen.logY,
      clipOutliers: chosen.clipOutliers,
      xName: x,
      xKind: axisKind(x),
      xTitle,
      yTitle,
      yKind: options.unit === "bytes" ? ("bytes" as const) : ("number" as const),
      unit: options.unit === "bytes" ? "" : options.unit,
      xLimits: options.xLimits,
      yLimits: options.yLimits,
      zoomX: zoom.x,
      zoomY: zoom.y,
    }),
    [lines.traces, lines.points, chosen, x, logX, xTitle, yTitle, options, zoom.x, zoom.y],
  );
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
        draw={(theme) => picture(model, title, { width: Math.max(width, 480), height: Math.max(height - 40, 240) }, theme)}
        onReset={zoom.x || zoom.y ? onReset : undefined}
        csv={{
          label: "All points (CSV)",
          run: () => {
            window.location.assign(pointsAddress({ project, runs: runs.map((run) => run.id), keys: config.keys, stream }));
          },
        }}
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

/** The ranks that are drawn: the same list as long as it has the same ones. */
function useShownRanks(project: string, runs: PanelProps["runs"], rank: number | "all"): readonly number[] {
  const all = useRanks(project, runs, rank === "all");
  const token = rank === "all" ? all.join(" ") : String(rank);
  return useMemo(() => token.split(" ").map(Number), [token]);
}
