import { ChartBar } from "lucide-react";
import { useMemo, useRef, useSyncExternalStore } from "react";

import { useColumns } from "../api/queries";
import { ElementTools } from "../charts/ElementTools";
import { groupRuns } from "../charts/groups";
import { highlightRun, useHighlightedRun } from "../charts/highlight";
import { type BarValue, valueOf } from "../charts/oneValue";
import { finite, useRunColumns } from "../charts/runColumns";
import { useInView } from "../charts/useInView";
import { useSeries } from "../charts/useSeries";
import { classes } from "../ui/classes";
import { EmptyState } from "../ui/EmptyState";
import { formatNumber } from "../ui/format";
import { Segmented } from "../ui/Segmented";
import { Spinner } from "../ui/Spinner";
import type { PanelKind, PanelProps } from "../workspace/view";

import { barOptions, spread } from "./barOptions";
import { lineOptions, streamOf } from "./lineOptions";
import styles from "./panels.module.css";

/** The latest, least, greatest or mean value of a metric, one bar a run or group. */
export const barPanel: PanelKind = {
  kind: "bar",
  label: "Bar chart",
  about: "One value of a metric for each run or group",
  View: BarPanel,
  Settings: BarSettings,
  accepts: (key) => key.kind === "number",
  automatic: false,
};

interface Bar {
  id: string;
  run: string | null;
  name: string;
  colour: string;
  value: number;
  min: number;
  max: number;
}

// Enough for exact extremes, which buckets keep, and the smallest resolution that other charts share.
const resolution = 256;

function BarPanel({ project, config, runs, settings, width, height }: PanelProps) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<HTMLDivElement>(null);
  const nearness = useInView(box);
  const columns = useColumns(project);
  const highlighted = useHighlightedRun();
  const options = barOptions(config);
  const key = config.keys[0] ?? "";
  const { rank: ranks } = lineOptions(config);
  const rank = ranks === "all" ? 0 : ranks;
  const stream = streamOf(lineOptions(config), config, columns.data?.keys);
  const latest = options.value === "latest" && stream === "history";
  const summaries = useMemo(() => (latest ? [`summary.${key}`] : []), [latest, key]);
  const { rows, loading: loadingRows } = useRunColumns(project, runs, summaries);
  const ids = runs.map((run) => run.id).join("\n");
  const asks = useMemo(() => {
    if (latest || ids === "") return [];
    const x = stream === "system" ? ("time" as const) : ("step" as const);
    return ids.split("\n").map((run) => ({ project, run, key, stream, rank, x, range: null, resolution }));
  }, [latest, ids, project, key, stream, rank]);
  const { set, loading } = useSeries(asks, nearness !== "far");
  // Lines grow in place; their versions say when to read them again.
  useSyncExternalStore(set.subscribe, () => runs.map((_, i) => set.points(i)?.version ?? 0).join(" "));
  const values = runs.map((_, i) => {
    if (latest) return finite(rows[i]?.values[0]) ?? NaN;
    const points = set.points(i);
    return points ? valueOf(points, options.value) : NaN;
  });
  const by = settings.grouping?.by ?? [];
  const bars = sorted(by.length > 0 ? groupBars(runs, values, by) : runBars(runs, values), options.order);
  const { start, end } = reach(bars);
  const at = (value: number) => ((value - start) / (end - start)) * 100;
  const zero = at(Math.min(Math.max(0, start), end));
  return (
    <div ref={box} className={styles["panel"]} style={{ width, height }}>
      {bars.length === 0 ? (
        <div style={{ height, display: "grid", placeItems: "center" }}>
          {loading || loadingRows ? <Spinner /> : <EmptyState small icon={<ChartBar />} title="No values">None of the shown runs logged {key}.</EmptyState>}
        </div>
      ) : (
        <div ref={drawn} className={styles["titled"]} style={{ height }}>
          <ul className={styles["bars"]} aria-label={`${options.value} of ${key}`}>
            {bars.map((bar) => (
              <li key={bar.id} style={{ display: "contents" }}>
                <span className={styles["name"]} title={bar.name}>{bar.name}</span>
                <span
                  className={classes(styles["track"], highlighted !== null && highlighted !== bar.run && styles["dim"])}
                  onPointerEnter={() => { highlightRun(bar.run); }}
                  onPointerLeave={() => { highlightRun(null); }}
                >
                  <span className={styles["bar"]} style={{ ["--colour" as string]: bar.colour, left: `${Math.min(zero, at(bar.value)) * 0.82}%`, width: `${Math.abs(at(bar.value) - zero) * 0.82}%` }} />
                  {bar.max > bar.min && <span className={styles["whisker"]} style={{ left: `${at(bar.min) * 0.82}%`, width: `${(at(bar.max) - at(bar.min)) * 0.82}%` }} />}
                  <span className={styles["value"]} style={{ left: `${Math.max(zero, at(bar.value), at(bar.max)) * 0.82}%` }}>{formatNumber(bar.value, 4)}</span>
                </span>
              </li>
            ))}
          </ul>
          <div className={styles["axisTitle"]} aria-hidden="true">{axisTitle(options.value, key, by.length > 0)} →</div>
        </div>
      )}
      {bars.length > 0 && <ElementTools title={config.title ?? `${key}, ${options.value}`} content={drawn} table={() => [["run", "name", `${options.value} of ${key}`, "min", "max"], bars.map((bar) => [bar.run, bar.name, bar.value, bar.min, bar.max])]} />}
    </div>
  ); // prettier-ignore
}

function BarSettings({ config, onChange }: PanelProps) {
  const options = barOptions(config);
  const set = (change: Record<string, unknown>) => {
    onChange({ ...config, options: { ...config.options, ...change } });
  };
  const values: { value: BarValue; label: string }[] = [
    { value: "latest", label: "Latest" },
    { value: "min", label: "Min" },
    { value: "max", label: "Max" },
    { value: "mean", label: "Mean" },
  ];
  return (
    <div className={styles["settings"]}>
      <Segmented label="Value" value={options.value} choices={values} onChange={(value) => { set({ value }); }} />
      <Segmented label="Order" value={options.order} choices={[{ value: "value", label: "By value" }, { value: "list", label: "As in the list" }]} onChange={(order) => { set({ order }); }} />
    </div>
  ); // prettier-ignore
}

function axisTitle(value: BarValue, key: string, grouped: boolean): string {
  return grouped ? `mean ${value} ${key} of each group, from its least to its greatest run` : `${value} ${key}`;
}

function runBars(runs: PanelProps["runs"], values: readonly number[]): Bar[] {
  return runs.flatMap((run, i) => {
    const value = values[i] ?? NaN;
    return Number.isNaN(value) ? [] : [{ id: run.id, run: run.id, name: run.name, colour: run.colour, value, min: value, max: value }];
  });
}

function groupBars(runs: PanelProps["runs"], values: readonly number[], by: readonly string[]): Bar[] {
  const known = new Map(runs.map((run, i) => [run.id, values[i] ?? NaN]));
  return groupRuns(runs, by).flatMap((group) => {
    const { mean, min, max } = spread(group.runs.map((run) => known.get(run.id) ?? NaN));
    return Number.isNaN(mean) ? [] : [{ id: group.name, run: null, name: `${group.name} (${group.runs.length})`, colour: group.colour, value: mean, min, max }];
  });
}

function sorted(bars: Bar[], order: "value" | "list"): Bar[] {
  return order === "list" ? bars : bars.sort((a, b) => b.value - a.value);
}

/** From the least to the greatest value, always with zero: the length of a bar is its value. */
function reach(bars: readonly Bar[]): { start: number; end: number } {
  const finiteOf = (values: number[]) => values.filter((value) => Number.isFinite(value));
  const start = Math.min(0, ...finiteOf(bars.map((bar) => bar.min)));
  const end = Math.max(0, ...finiteOf(bars.map((bar) => bar.max)));
  return end > start ? { start, end } : { start: 0, end: 1 };
}
