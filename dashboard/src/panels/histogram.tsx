import { ChartNoAxesColumn } from "lucide-react";
import { useMemo, useRef, useState } from "react";

import { useRuns } from "../api/queries";
import type { Cell } from "../charts/csv";
import { ElementTools } from "../charts/ElementTools";
import { type HeatMap, paintHeat } from "../charts/heat";
import { Ridges } from "../charts/Ridges";
import { useInView } from "../charts/useInView";
import { resolutionFor } from "../charts/xAxis";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { plural } from "../ui/format";
import { Segmented } from "../ui/Segmented";
import { Select } from "../ui/Select";
import { Spinner } from "../ui/Spinner";
import { useTheme } from "../ui/theme";
import type { PanelKind, PanelProps, RunView } from "../workspace/view";

import { HeatView } from "./HeatView";
import styles from "./panels.module.css";
import { useHeatMap } from "./useHeatMap";

/** Histograms that a run logged: a heat map over steps, ridges, or the newest one. */
export const histogramPanel: PanelKind = {
  kind: "histogram",
  label: "Histograms",
  about: "Logged histograms over steps",
  View: HistogramPanel,
  accepts: (key) => key.kind === "object" && key.types.includes("histogram"),
  automatic: true,
};

type Look = "heat" | "ridges" | "latest";

const looks: { value: Look; label: string }[] = [
  { value: "heat", label: "Heat map" },
  { value: "ridges", label: "Ridges" },
  { value: "latest", label: "Newest" },
];

const headHeight = 34;

function HistogramPanel({ project, config, runs, width, height, onChange }: PanelProps) {
  const box = useRef<HTMLDivElement>(null);
  const nearness = useInView(box);
  const dark = useTheme() === "dark";
  const [chosen, setChosen] = useState<string | null>(null);
  const key = config.keys[0] ?? "";
  const having = useHaving(project, runs, key);
  const run = having.find((each) => each.id === chosen) ?? having[0];
  const rank = typeof config.options["rank"] === "number" ? config.options["rank"] : 0;
  const look = looks.find((each) => each.value === config.options["look"])?.value ?? "heat";
  const columns = Math.min(resolutionFor(width), 1024);
  const { data: map, error, isLoading, refetch } = useHeatMap(project, run?.id, key, rank, columns, nearness !== "far");
  const size = { width, height: height - headHeight };
  const drawn = useRef<HTMLDivElement>(null);
  const axis = config.title === undefined ? "value" : key;
  return (
    <div ref={box} className={styles["panel"]} style={{ width, height }}>
      <div className={styles["head"]}>
        <Segmented label="View" value={look} choices={looks} onChange={(next) => { onChange({ ...config, options: { ...config.options, look: next } }); }} />
        {having.length > 1 && (
          <Select label="Run" value={run?.id ?? ""} options={having.map((each) => ({ value: each.id, label: each.name }))} onChange={setChosen} />
        )}
      </div>
      {error && <ErrorState error={error} small onRetry={() => void refetch()} />}
      {isLoading && <Spinner centred label={`Loading histograms of ${key}`} />}
      {map?.columns === 0 || run === undefined ? (
        <EmptyState small icon={<ChartNoAxesColumn />} title="No histograms">
          {run === undefined ? "No runs are shown." : `${run.name} logged no histograms as ${key}.`}
        </EmptyState>
      ) : (
        map && (
          <div ref={drawn}>
            {look === "heat" ? <HeatView map={map} {...size} dark={dark} title={key} axis={axis} /> : <Ridges map={map} {...size} latest={look === "latest"} title={key} axis={axis} />}
          </div>
        )
      )}
      {map && map.count > map.columns && look !== "latest" && (
        <p className={styles["note"]}>{plural(map.count, "histogram")}, neighbours added up in {map.columns} columns</p>
      )}
      {map && run && <ElementTools title={`${config.title ?? key}, ${run.name}`} content={drawn} table={() => [["step", "from", "to", "count"], cellsOf(map)]} repaint={(canvas, inDark) => { paintHeat(canvas, map, inDark); }} />}
    </div>
  ); // prettier-ignore
}

/** Every bin of every histogram, as rows of a table. */
function cellsOf(map: HeatMap): Cell[][] {
  return Array.from(map.step).flatMap((step, c) =>
    Array.from({ length: map.bins }, (_, b) => [step, map.edges[b], map.edges[b + 1], map.counts[c * map.bins + b]]),
  );
}

/** The runs that logged a key, as their summaries say; all of them while that is not known. */
function useHaving(project: string, runs: RunView[], key: string): RunView[] {
  const ids = useMemo(() => runs.map((run) => run.id).sort(), [runs]);
  const filters = useMemo(() => ({ [`summary.${key}`]: { $exists: true } }), [key]);
  const { data } = useRuns(project, { ids, filters, archived: true, limit: 1000 }, ids.length > 1);
  return useMemo(() => {
    const known = new Set(data?.runs.map((run) => run.id));
    const having = runs.filter((run) => known.has(run.id));
    return having.length > 0 ? having : runs;
  }, [data, runs]);
}
