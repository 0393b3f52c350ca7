import { useEffect, useRef, useState } from "react";

import { cellAt, edgeRange, type HeatCell, type HeatMap, paintHeat, stepRange } from "../charts/heat";
import { scaleOf } from "../charts/scale";
import { SvgAxes } from "../charts/SvgAxes";
import { formatNumber } from "../ui/format";

import styles from "./panels.module.css";

/** Properties of a `HeatView`. */
export interface HeatViewProps {
  map: HeatMap;
  width: number;
  height: number;
  dark: boolean;
  title: string;
  /** What the values are called beside their axis. */
  axis: string;
}

/** Histograms over steps as a heat map; the cursor reads the bin and how many values it holds. */
export function HeatView({ map, width, height, dark, title, axis }: HeatViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [read, setRead] = useState<{ left: number; top: number; cell: HeatCell } | null>(null);
  const area = { left: 56, top: 24, right: width - 14, bottom: height - 34 };
  const wide = Math.max(area.right - area.left, 1);
  const high = Math.max(area.bottom - area.top, 1);
  useEffect(() => {
    if (!canvas.current) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.current.width = Math.round(wide * ratio);
    canvas.current.height = Math.round(high * ratio);
    paintHeat(canvas.current, map, dark);
  }, [map, wide, high, dark]);
  const x = scaleOf(stepRange(map), area.left, area.right, { tight: true, kind: "count", every: 84 });
  const y = scaleOf(edgeRange(map), area.bottom, area.top, { tight: true, every: 44 });
  return (
    <div className={styles["canvas"]} style={{ width, height }}>
      <svg width={width} height={height} style={{ position: "absolute" }}>
        <SvgAxes x={x} y={y} area={area} xTitle="step →" yTitle={`↑ ${axis}`} />
      </svg>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Histograms of ${title} over steps`}
        style={{ position: "absolute", left: area.left, top: area.top, width: wide, height: high, cursor: "crosshair" }}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const left = event.clientX - box.left;
          const top = event.clientY - box.top;
          const cell = cellAt(map, left / wide, 1 - top / high);
          setRead(cell && { left: left + area.left, top: top + area.top, cell });
        }}
        onPointerLeave={() => {
          setRead(null);
        }}
      />
      {read && (
        <>
          <div className={styles["crosshair"]} style={{ left: read.left, top: area.top, height: high }} />
          <div className={styles["tip"]} style={{ ...(read.left > width / 2 ? { right: width - read.left + 12 } : { left: read.left + 12 }), top: Math.max(0, read.top - 24) }}>
            step {formatNumber(read.cell.step, 8)}
            <div>
              {formatNumber(read.cell.from, 4)} … {formatNumber(read.cell.to, 4)}
            </div>
            <b>{formatNumber(read.cell.count, 6)}</b> values ({(read.cell.share * 100).toFixed(1)}%)
            {read.cell.nan > 0 && <div>{formatNumber(read.cell.nan)} NaN</div>}
          </div>
        </>
      )}
    </div>
  ); // prettier-ignore
}
