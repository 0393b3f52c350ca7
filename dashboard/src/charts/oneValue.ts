/** One value of a series, for bars. */

import type { Points } from "./points";

/** Which value of a metric a bar shows. */
export type BarValue = "latest" | "min" | "max" | "mean";

/** That value of a series; NaN where it has no finite one. Exact also where the series came as buckets, but for the mean of their means. */
export function valueOf(points: Points, value: BarValue): number {
  let least = Infinity;
  let most = -Infinity;
  let sum = 0;
  let count = 0;
  let latest = NaN;
  for (let i = 0; i < points.length; i++) {
    const y = points.y[i]!;
    if (points.min[i]! < least) least = points.min[i]!;
    if (points.max[i]! > most) most = points.max[i]!;
    if (!Number.isFinite(y)) continue;
    latest = y;
    sum += y;
    count += 1;
  }
  if (count === 0) return NaN;
  return { latest, min: least, max: most, mean: sum / count }[value];
}
