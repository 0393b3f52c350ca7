import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";

import type { LoggedObject } from "../api/types";
import { type ChartRecord, recordsOf } from "../media/records";
import { type RunObject, RunObjects } from "../media/RunObjects";
import { StepSlider } from "../media/StepSlider";
import { useObjects, useSteps } from "../media/useObjects";
import { useSize } from "../media/useSize";
import { useStep } from "../media/useStep";
import { getTable, tableBody } from "../media/useTable";
import { VegaChart } from "../media/VegaChart";
import { asRows, canOverlay, overlaid, RUN_FIELD, type RunRows } from "../media/vegaSpec";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { Segmented } from "../ui/Segmented";
import { Spinner } from "../ui/Spinner";
import type { PanelProps, RunView } from "../workspace/view";
import { useRef } from "react";
import styles from "./media.module.css";

const MOST_ROWS = 100_000; // of a chart; Vega takes seconds beyond
const PAGE = 10_000;

/** Logged charts: those of several runs in one, told apart by colour, where the chart allows it; else side by side. */
export function ChartPanel(panel: PanelProps) {
  const { project, config, runs, onChange } = panel;
  const choice = useStep(config, onChange);
  const ids = runs.map((run) => run.id);
  const objects = useObjects(project, ids, config.keys, choice.step);
  const steps = useSteps(project, ids, config.keys);
  const area = useRef<HTMLDivElement>(null);
  const size = useSize(area);
  const charts = useMemo(() => chartsOf(objects.data ?? [], runs), [objects.data, runs]);
  const first = charts[0]?.record;
  const together = config.options["together"] !== false;
  const overlay = charts.length > 1 && together && first !== undefined && canOverlay(first.spec);
  const tables = useQueries({ queries: charts.map(({ run, object }) => rowsQuery(project, run.id, object)) });
  const versions = tables.map((table) => table.dataUpdatedAt).join();
  const joined = useMemo(() => {
    if (!overlay) return null;
    const parts = charts.map(({ run }, at): RunRows => ({ name: run.name, colour: run.colour, rows: tables[at]?.data ?? [] }));
    return { spec: overlaid(first.spec, parts), rows: parts.flatMap((part) => part.rows.map((row) => ({ ...row, [RUN_FIELD]: part.name }))) };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the tables are new each time; their versions tell when they changed
  }, [overlay, charts, first, versions]);
  const tools =
    charts.length > 1 && first !== undefined && canOverlay(first.spec) ? (
      <Segmented
        label="Runs"
        value={together ? "one" : "each"}
        choices={[{ value: "one", label: "Together" }, { value: "each", label: "Each" }]}
        onChange={(value) => { onChange({ ...config, options: { ...config.options, together: value === "one" } }); }}
      />
    ) : undefined;

  if (charts.length > 0 && !overlay) {
    return (
      <RunObjects panel={panel} arrange="wide" narrowest={320} most={6} has={(value) => recordsOf<ChartRecord>(value, "chart").length > 0} what="charts" tools={tools}>
        {(item) => <OneChart key={item.object.step} project={project} item={item} />}
      </RunObjects>
    );
  }
  return (
    <div className={styles["panel"]}>
      <div ref={area} className={styles["area"]}>
        {(objects.isPending && runs.length > 0) || (overlay && tables.some((table) => table.isPending)) ? <Spinner label="Loading charts" centred /> : null}
        {objects.isError && <ErrorState error={objects.error} small />}
        {(runs.length === 0 || objects.isSuccess) && charts.length === 0 && <EmptyState title={runs.length === 0 ? "No runs are shown" : "No charts here"} small />}
        {joined && size.width > 0 && tables.every((table) => !table.isPending) && (
          <VegaChart spec={joined.spec} rows={joined.rows} width={size.width} height={size.height} label={`${first?.title ?? "Chart"} of ${charts.length} runs`} />
        )}
      </div>
      <div className={styles["bar"]}>
        <StepSlider steps={steps} choice={choice} />
        {tools}
      </div>
    </div>
  );
}

function OneChart({ project, item }: { project: string; item: RunObject }) {
  const { run, object, width, height } = item;
  const [record] = recordsOf<ChartRecord>(object.value, "chart");
  const [table] = useQueries({ queries: [rowsQuery(project, run.id, object)] });
  if (!record) return null;
  if (table.isPending) return <Spinner label="Loading the chart" centred />;
  if (table.isError) return <ErrorState error={table.error} small />;
  return (
    <>
      <VegaChart spec={record.spec} rows={table.data} width={width} height={height} label={`${record.title} of ${run.name}`} />
      {record.table.rows > MOST_ROWS && <p className={styles["note"]}>The first {MOST_ROWS.toLocaleString("en-US")} of {record.table.rows.toLocaleString("en-US")} rows.</p>}
    </>
  );
}

/** The rows of a chart's table. They never change, as a step is logged once. */
function rowsQuery(project: string, run: string, object: LoggedObject) {
  return {
    queryKey: ["chart rows", project, run, object.key, object.step],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const source = { project, run, key: object.key, step: object.step };
      const rows: Record<string, unknown>[] = [];
      for (let total = 1; rows.length < Math.min(total, MOST_ROWS); ) {
        const page = await getTable(source, tableBody(source, { search: "", filters: [], order: [] }, rows.length, PAGE), signal);
        if (page.rows.length === 0) break;
        total = page.total;
        rows.push(...asRows(page.columns.map((column) => column.name), page.rows));
      }
      return rows;
    },
  };
}

function chartsOf(objects: readonly LoggedObject[], runs: readonly RunView[]) {
  return runs.flatMap((run) =>
    objects
      .filter((object) => object.run === run.id)
      .flatMap((object) => recordsOf<ChartRecord>(object.value, "chart").slice(0, 1).map((record) => ({ run, object, record }))),
  );
}
