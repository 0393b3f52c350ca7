import type { Scale } from "./scale";
import styles from "./SvgAxes.module.css";

/** Properties of `SvgAxes`: the pixels of the plotting area, and what the axes are called, with arrows. */
export interface SvgAxesProps {
  x: Scale;
  y: Scale;
  area: { left: number; top: number; right: number; bottom: number };
  xTitle: string;
  yTitle: string;
}

/** Two axes with grid, labels and names, for charts made of SVG. */
export function SvgAxes({ x, y, area, xTitle, yTitle }: SvgAxesProps) {
  const { left, top, right, bottom } = area;
  return (
    <g className={styles["axes"]} aria-hidden="true">
      {y.ticks.values.map((value, i) => (
        <g key={`y${value}`} transform={`translate(0 ${Math.round(y.at(value)) + 0.5})`}>
          <line x1={left} x2={right} className={styles["grid"]} />
          <text x={left - 6} dy="0.32em" textAnchor="end">
            {y.ticks.labels[i]}
          </text>
        </g>
      ))}
      {x.ticks.values.map((value, i) => (
        <g key={`x${value}`} transform={`translate(${Math.round(x.at(value)) + 0.5} 0)`}>
          <line y1={top} y2={bottom} className={styles["grid"]} />
          <text y={bottom + 14} textAnchor="middle">
            {x.ticks.labels[i]}
          </text>
        </g>
      ))}
      <line x1={left} x2={right} y1={bottom + 0.5} y2={bottom + 0.5} className={styles["line"]} />
      <text x={right} y={bottom + 29} textAnchor="end" className={styles["title"]}>
        {xTitle}
      </text>
      <text x={4} y={top - 8} className={styles["title"]}>
        {yTitle}
      </text>
    </g>
  );
}
