import { ChartScatter } from "lucide-react";
import { useMemo, useRef, useState } from "react";

import { ElementTools } from "../charts/ElementTools";
import { highlightRun, useHighlightedRun } from "../charts/highlight";
import { columnOptions, finite, type RunRow, useColumnChoices, useRunColumns } from "../charts/runColumns";
import { type Scale, scaleOf, sequentialCss } from "../charts/scale";
import { SvgAxes } from "../charts/SvgAxes";
import { scaledTitle } from "../charts/xAxis";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { formatValue, plural } from "../ui/format";
import { Select } from "../ui/Select";
import { Toggle } from "../ui/Toggle";
import type { PanelKind, PanelProps } from "../workspace/view";

import styles from "./panels.module.css";
import { scatterOptions } from "./scatterOptions";

/** Runs as points over two columns of config or summary, coloured by a third. */
export const scatterPanel: PanelKind = {
  kind: "scatter",
  label: "Scatter plot",
  about: "Runs as points over two columns",
  View: ScatterPanel,
  Settings: ScatterSettings,
  accepts: () => false,
  automatic: false,
  columns: true,
};

interface Point {
  row: RunRow;
  x: number;
  y: number;
  colour: string;
}

function ScatterPanel({ project, config, runs, width, height }: PanelProps) {
  const drawn = useRef<SVGSVGElement>(null);
  const { numbers } = useColumnChoices(project);
  const options = scatterOptions(config, numbers);
  const columns = useMemo(() => [options.x, options.y, ...(options.colour ? [options.colour] : [])], [options.x, options.y, options.colour]); // prettier-ignore
  const { rows, loading, error } = useRunColumns(project, runs, columns);
  const highlighted = useHighlightedRun();
  const [pointed, setPointed] = useState<string | null>(null);
  const logX = options.logX ?? spreads(rows, 0);
  const logY = options.logY ?? spreads(rows, 1);
  const points = useMemo(() => pointsOf(rows, logX, logY), [rows, logX, logY]);
  const area = { left: 56, top: 24, right: width - 16, bottom: height - 40 };
  const x = scaleOf(points.map((point) => point.x), area.left, area.right, { log: logX, every: 80 });
  const y = scaleOf(points.map((point) => point.y), area.bottom, area.top, { log: logY, every: 44 });
  if (error) return <ErrorState error={error} small />;
  if (points.length === 0 && !loading) {
    return (
      <EmptyState small icon={<ChartScatter />} title="No points">
        None of the shown runs has a number in both {label(options.x)} and {label(options.y)}.
      </EmptyState>
    );
  }
  const left = runs.length - points.length;
  const shown = points.find((point) => point.row.run.id === pointed);
  return (
    <div className={styles["panel"]}>
      <svg ref={drawn} width={width} height={height} role="img" aria-label={`${label(options.y)} over ${label(options.x)} of ${plural(points.length, "run")}`}>
        <SvgAxes x={x} y={y} area={area} xTitle={`${scaledTitle(label(options.x), logX)} →`} yTitle={`↑ ${scaledTitle(label(options.y), logY)}`} />
        {points.map((point) => (
          <circle
            key={point.row.run.id}
            cx={x.at(point.x)}
            cy={y.at(point.y)}
            r={highlighted === point.row.run.id ? 7 : 4.5}
            fill={point.colour}
            fillOpacity={highlighted !== null && highlighted !== point.row.run.id ? 0.25 : 0.85}
            stroke="var(--bg-raised)"
            onPointerEnter={() => { setPointed(point.row.run.id); highlightRun(point.row.run.id); }}
            onPointerLeave={() => { setPointed(null); highlightRun(null); }}
          /> // prettier-ignore
        ))}
      </svg>
      {points.length > 0 && <ElementTools title={config.title ?? `${label(options.y)} over ${label(options.x)}`} content={drawn} table={() => [["run", "name", ...columns], points.map(({ row }) => [row.run.id, row.run.name, ...row.values])]} />}
      {shown && <PointNote point={shown} columns={columns} x={x} y={y} width={width} />}
      {left > 0 && !loading && <p className={styles["note"]}>{plural(left, "run")} without a number in both columns</p>}
    </div>
  );
}

function PointNote({ point, columns, x, y, width }: { point: Point; columns: string[]; x: Scale; y: Scale; width: number }) {
  const at = x.at(point.x);
  const side = at > width / 2 ? { right: width - at + 12 } : { left: at + 12 };
  return (
    <div className={styles["tip"]} style={{ ...side, top: Math.max(0, y.at(point.y) - 20) }}>
      <strong>{point.row.run.name}</strong>
      {columns.map((column, i) => (
        <div key={column}>
          {label(column)} <b>{formatValue(point.row.values[i])}</b>
        </div>
      ))}
    </div>
  );
}

function ScatterSettings({ project, config, onChange }: PanelProps) {
  const { all, numbers } = useColumnChoices(project);
  const options = scatterOptions(config, numbers);
  const set = (change: Record<string, unknown>) => {
    onChange({ ...config, options: { ...config.options, ...change } });
  };
  return (
    <div className={styles["settings"]}>
      <Select label="X" labelled value={options.x} options={columnOptions(numbers)} onChange={(x) => { set({ x }); }} />
      <Select label="Y" labelled value={options.y} options={columnOptions(numbers)} onChange={(y) => { set({ y }); }} />
      <Select label="Colour by" labelled value={options.colour} options={columnOptions(all, "Colours of the runs")} onChange={(colour) => { set({ colour }); }} />
      <Toggle label="Log x" checked={options.logX ?? false} onChange={(logX) => { set({ logX }); }} />
      <Toggle label="Log y" checked={options.logY ?? false} onChange={(logY) => { set({ logY }); }} />
    </div>
  ); // prettier-ignore
}

/** Whether the values of a column are positive and spread over two decades or more, as learning rates do. */
function spreads(rows: readonly RunRow[], index: number): boolean {
  const values = rows.map((row) => finite(row.values[index])).filter((value) => value !== null);
  return values.length > 1 && values.every((value) => value > 0) && Math.max(...values) / Math.min(...values) >= 100;
}

function pointsOf(rows: readonly RunRow[], logX: boolean, logY: boolean): Point[] {
  const shares = colourShares(rows);
  return rows.flatMap((row) => {
    const x = finite(row.values[0]);
    const y = finite(row.values[1]);
    if (x === null || y === null || (logX && x <= 0) || (logY && y <= 0)) return [];
    const share = shares?.get(row.run.id);
    return [{ row, x, y, colour: shares ? (share === undefined ? "var(--text-faint)" : sequentialCss(share)) : row.run.colour }];
  });
}

/** Where each run stands between the least and the greatest of the third column; texts stand in their order. */
function colourShares(rows: readonly RunRow[]): Map<string, number> | null {
  if ((rows[0]?.values.length ?? 0) < 3) return null;
  const values = rows.map((row) => row.values[2]);
  const numbers = values.map(finite);
  const known = numbers.filter((value) => value !== null);
  if (known.length === 0) {
    const names = [...new Set(values.map((value) => formatValue(value)))].sort();
    return new Map(rows.map((row, i) => [row.run.id, names.indexOf(formatValue(values[i])) / Math.max(names.length - 1, 1)]));
  }
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  return new Map(
    rows.flatMap(({ run }, i) => {
      const number = numbers[i] ?? null;
      return number === null ? [] : [[run.id, (number - low) / span] as const];
    }),
  );
}

function label(column: string): string {
  return column.slice(column.indexOf(".") + 1);
}
