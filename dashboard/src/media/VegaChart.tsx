import { useEffect, useRef, useState } from "react";

import { ErrorState } from "../ui/EmptyState";
import { useTheme } from "../ui/theme";
import { drawVega } from "./drawVega";
import { type Spec } from "./vegaSpec";
import styles from "./VegaChart.module.css";

/** Properties of a `VegaChart`. */
export interface VegaChartProps {
  spec: Spec;
  rows: readonly Record<string, unknown>[];
  /** Pixels that it may fill. */
  width: number;
  height: number;
  label: string;
}

/** A Vega-Lite chart. Its expressions are interpreted and never become code, as the page forbids that. */
export function VegaChart({ spec, rows, width, height, label }: VegaChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const [fault, setFault] = useState<unknown>(null);
  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    let stale = false;
    let finish: (() => void) | null = null;
    setFault(null);
    drawVega(target, spec, rows, { width: Math.floor(width), height: Math.floor(height) })
      .then((done) => {
        if (stale) done();
        else finish = done;
      })
      .catch((error: unknown) => {
        if (!stale) setFault(error);
      });
    return () => {
      stale = true;
      finish?.();
    };
  }, [spec, rows, width, height, theme]);
  return (
    <div className={styles["chart"]} style={{ maxHeight: height }}>
      {fault !== null && <ErrorState error={fault} small />}
      <div ref={element} role="img" aria-label={label} className={styles["canvas"]} />
    </div>
  );
}
