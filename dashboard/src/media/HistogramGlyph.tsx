import type { HistogramRecord } from "./records";

/** A histogram in the size of a word. */
export function HistogramGlyph({ record, width, height }: { record: HistogramRecord; width: number; height: number }) {
  const counts = Array.isArray(record.counts) ? record.counts : [];
  const most = Math.max(1, ...counts);
  const bar = width / Math.max(1, counts.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (
    <svg width={width} height={height} role="img" aria-label={`Histogram of ${total} values`} style={{ display: "block" }}>
      {counts.map((count, at) => (
        <rect key={at} x={at * bar} y={height - (count / most) * height} width={Math.max(0.5, bar - 0.5)} height={(count / most) * height} fill="var(--accent)" opacity={0.75} />
      ))}
    </svg>
  );
}
