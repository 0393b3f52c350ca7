import { Spline } from "lucide-react";
import { type PointerEvent, useMemo, useRef, useState } from "react";

import type { Column } from "../api/types";
import { ElementTools } from "../charts/ElementTools";
import { highlightRun, useHighlightedRun } from "../charts/highlight";
import { columnOptions, resultColumn, useColumnChoices, useRunColumns } from "../charts/runColumns";
import { sequentialCss } from "../charts/scale";
import { Checkbox } from "../ui/Checkbox";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { plural } from "../ui/format";
import type { PanelConfig, PanelKind, PanelProps } from "../workspace/view";

import styles from "./panels.module.css";
import { axisOf, type Brush, kept, type ParallelAxis } from "./parallelAxes";

/** Runs as lines across columns of config and summary; drag along an axis to keep the lines that pass there. */
export const parallelPanel: PanelKind = {
  kind: "parallel",
  label: "Parallel coordinates",
  about: "Runs as lines across config and results",
  View: ParallelPanel,
  Settings: ParallelSettings,
  accepts: () => false,
  automatic: false,
  columns: true,
  size: { width: 2, height: 16 },
};

// More axes than this cannot be followed from left to right at first sight; a person may choose more.
const axesAtFirst = 6;

function ParallelPanel({ project, config, runs, width, height }: PanelProps) {
  const drawn = useRef<SVGSVGElement>(null);
  const choices = useColumnChoices(project);
  const chosen = axesOf(config, choices.all);
  const name = chosen.join("\n");
  const columns = useMemo(() => (name === "" ? [] : name.split("\n")), [name]);
  const { rows, error } = useRunColumns(project, runs, columns);
  const highlighted = useHighlightedRun();
  const [brushes, setBrushes] = useState<Record<string, Brush>>({});
  const top = 40;
  const bottom = height - 16;
  const axes = useMemo(() => columns.map((column, i) => axisOf(rows, column, i, bottom, top)), [rows, columns, bottom]);
  if (error) return <ErrorState error={error} small />;
  if (columns.length < 2) {
    return (
      <EmptyState small icon={<Spline />} title="Choose two columns or more">
        Edit the panel to say which columns of config and summary stand side by side.
      </EmptyState>
    );
  }
  const keeps = kept(axes, brushes, rows.length);
  const at = (i: number) => 60 + (i * (width - 120)) / (axes.length - 1);
  const last = axes.at(-1);
  const lines = rows.map((row, i) => ({ row, i, d: lineOf(axes, i, at) })).filter((line) => line.d !== "");
  const count = keeps.filter(Boolean).length;
  return (
    <div className={styles["panel"]}>
      <svg ref={drawn} width={width} height={height} role="img" aria-label={`${plural(rows.length, "run")} across ${columns.map(short).join(", ")}; ${count} kept`}>
        <g fill="none" strokeWidth={1.5}>
          {lines.map(({ row, i, d }) => {
            const front = highlighted === row.run.id;
            const share = last?.shares[i] ?? null;
            const dim = !keeps[i] || (highlighted !== null && !front);
            return (
              <path
                key={row.run.id}
                d={d}
                stroke={share === null ? "var(--text-faint)" : sequentialCss(share)}
                strokeOpacity={dim ? 0.08 : front ? 1 : 0.7}
                strokeWidth={front ? 3 : 1.5}
                onPointerEnter={() => { highlightRun(row.run.id); }}
                onPointerLeave={() => { highlightRun(null); }}
              >
                <title>{row.run.name}</title>
              </path>
            ); // prettier-ignore
          })}
        </g>
        {axes.map((axis, i) => (
          <Axis
            key={axis.column}
            axis={axis}
            x={at(i)}
            top={top}
            bottom={bottom}
            side={i === axes.length - 1 ? "left" : "right"}
            brush={brushes[axis.column]}
            onBrush={(brush) => {
              setBrushes(({ [axis.column]: _old, ...others }) => (brush ? { ...others, [axis.column]: brush } : others));
            }}
          />
        ))}
      </svg>
      {lines.length > 0 && <ElementTools title={config.title ?? "Parallel coordinates"} content={drawn} table={() => [["run", "name", ...columns], rows.filter((_, i) => keeps[i]).map(({ run, values }) => [run.id, run.name, ...values])]} />}
      {Object.keys(brushes).length > 0 && <p className={styles["note"]}>{plural(count, "run")} of {rows.length} kept. Double-click an axis to let go.</p>}
    </div>
  ); // prettier-ignore
}

interface AxisProps {
  axis: ParallelAxis;
  x: number;
  top: number;
  bottom: number;
  side: "left" | "right";
  brush: Brush | undefined;
  onBrush: (brush: Brush | null) => void;
}

function Axis({ axis, x, top, bottom, side, brush, onBrush }: AxisProps) {
  const [from, setFrom] = useState<number | null>(null);
  const yOf = (event: PointerEvent<SVGRectElement>) => {
    const y = event.clientY - (event.currentTarget.ownerSVGElement?.getBoundingClientRect().top ?? 0);
    return Math.min(Math.max(y, top - 4), bottom + 4);
  };
  // Labels of categories can be long: what does not fit beside the axis would run into the next one.
  const cut = (text: string) => (text.length > 14 ? `${text.slice(0, 13)}…` : text);
  return (
    <g>
      <line x1={x} x2={x} y1={top} y2={bottom} stroke="var(--line-strong)" />
      <text x={x} y={16} textAnchor="middle" fill="var(--text-soft)" fontSize={11} fontWeight={600}>
        {cut(short(axis.column))}
        <title>{axis.column}</title>
      </text>
      {axis.labels.map(({ text, y }) => (
        <text key={text} x={side === "left" ? x - 6 : x + 6} y={y} dy="0.32em" textAnchor={side === "left" ? "end" : "start"} fill="var(--text-faint)" fontSize={11} stroke="var(--bg-raised)" strokeWidth={3} paintOrder="stroke">
          {cut(text)}
        </text>
      ))}
      {brush && <rect x={x - 6} width={12} y={brush[0]} height={brush[1] - brush[0]} rx={3} fill="var(--accent)" fillOpacity={0.25} stroke="var(--accent)" />}
      <rect
        x={x - 12}
        width={24}
        y={top - 6}
        height={bottom - top + 12}
        fill="transparent"
        style={{ cursor: "ns-resize" }}
        onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); setFrom(yOf(event)); }}
        onPointerMove={(event) => {
          if (from === null) return;
          const to = yOf(event);
          if (Math.abs(to - from) > 3) onBrush([Math.min(from, to), Math.max(from, to)]);
        }}
        onPointerUp={() => { setFrom(null); }}
        onDoubleClick={() => { onBrush(null); }}
      />
    </g>
  ); // prettier-ignore
}

function ParallelSettings({ project, config, onChange }: PanelProps) {
  const { all } = useColumnChoices(project);
  const chosen = axesOf(config, all);
  return (
    <fieldset className={styles["settings"]} style={{ border: 0, padding: 0, margin: 0 }}>
      <legend>Axes, from left to right; the last one gives the colours</legend>
      {columnOptions(all).map(({ value, label }) => (
        <Checkbox
          key={value}
          label={`${label} (${value.split(".")[0]})`}
          checked={chosen.includes(value)}
          onChange={(checked) => {
            const axes = checked ? [...chosen, value] : chosen.filter((column) => column !== value);
            onChange({ ...config, options: { ...config.options, axes } });
          }}
        />
      ))}
    </fieldset>
  );
}

/** The chosen columns, or at first those of the config that differ in kind from lists and objects, and a result. */
function axesOf(config: PanelConfig, all: readonly Column[]): string[] {
  const axes = config.options["axes"];
  if (Array.isArray(axes)) return axes.filter((axis): axis is string => typeof axis === "string");
  const plain = all.filter(({ kinds }) => kinds.some((kind) => ["number", "text", "bool"].includes(kind)));
  const inputs = plain.filter(({ name }) => name.startsWith("config.")).sort((a, b) => b.runs - a.runs);
  const key = config.keys[0];
  const result = key === undefined ? plain.find(({ name, kinds }) => name.startsWith("summary.") && kinds.includes("number"))?.name : resultColumn(key, plain.filter(({ kinds }) => kinds.includes("number")));
  return [...inputs.slice(0, axesAtFirst - 1).map(({ name }) => name), ...(result ? [result] : [])];
}

function lineOf(axes: readonly ParallelAxis[], row: number, at: (i: number) => number): string {
  let d = "";
  let pen = false;
  axes.forEach((axis, i) => {
    const y = axis.places[row] ?? null;
    if (y === null) pen = false;
    else {
      d += `${pen ? "L" : "M"}${at(i).toFixed(1)} ${y.toFixed(1)}`;
      pen = true;
    }
  });
  return d.includes("L") ? d : "";
}

function short(column: string): string {
  return column.slice(column.indexOf(".") + 1);
}
