import { useEffect, useRef, useState } from "react";

import { ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
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
  const [drawn, setDrawn] = useState(false);
  const takeAway = useRef<(() => void) | null>(null);
  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    let stale = false;
    setFault(null);
    drawVega(target, spec, rows, { width: Math.floor(width), height: Math.floor(height) })
      .then((done) => {
        if (stale) {
          done();
          return;
        }
        takeAway.current?.();
        takeAway.current = done;
        setDrawn(true);
      })
      .catch((error: unknown) => {
        if (!stale) setFault(error);
      });
    return () => {
      stale = true;
    };
  }, [spec, rows, width, height, theme]);
  useEffect(
    () => () => {
      takeAway.current?.();
      takeAway.current = null;
    },
    [],
  );
  return (
    <div className={styles["chart"]} style={{ maxHeight: height }}>
      {fault !== null && <ErrorState error={fault} small />}
      {fault === null && !drawn && <Spinner label="Loading the chart" centred />}
      <div ref={element} role="img" aria-label={label} className={styles["canvas"]} />
    </div>
  );
}
