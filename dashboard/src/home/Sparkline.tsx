import type { Spark } from "../api/types";
import { sparkPath } from "./sparkPath";

const width = 84;
const height = 20;

/** A small curve without axes. */
export function Sparkline({ spark, colour }: { spark: Spark; colour: string }) {
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Curve of ${spark.key}`} style={{ display: "block" }}>
      <title>{spark.key}</title>
      <path d={sparkPath(spark.values, width, height)} fill="none" stroke={colour} strokeWidth={1.4} strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}
