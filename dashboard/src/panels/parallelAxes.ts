/** The axes of parallel coordinates: numbers, logarithms of numbers, or categories; and which lines a brush keeps. */

import { finite, type RunRow } from "../charts/runColumns";
import { type Scale, scaleOf } from "../charts/scale";
import { formatValue } from "../ui/format";

/** One axis, from the bottom to the top of the chart. */
export interface ParallelAxis {
  column: string;
  /** The pixel of each row, or null where a run has no place on it. */
  places: (number | null)[];
  /** Where each row stands from 0 (bottom) to 1, for colours. */
  shares: (number | null)[];
  labels: { text: string; y: number }[];
  categories: boolean;
}

/** A stretch of an axis that lines have to pass through, in pixels, the upper end first. */
export type Brush = readonly [top: number, bottom: number];

// Learning rates and the like spread over decades; on a linear axis all but one would stand on the floor.
const logFrom = 100;

/** The axis of column `index` of rows, between two pixels. Numbers that are all positive and spread over two decades get a log axis. */
export function axisOf(rows: readonly RunRow[], column: string, index: number, bottom: number, top: number): ParallelAxis {
  const values = rows.map((row) => row.values[index]);
  const numbers = values.map((value) => (typeof value === "boolean" ? null : finite(value)));
  const known = numbers.filter((value) => value !== null);
  const texts = values.some((value, i) => value !== undefined && value !== null && numbers[i] === null && !isOddNumber(value));
  if (texts || known.length === 0) return categoryAxis(values.map((value) => (value === undefined || value === null ? null : formatValue(value))), column, bottom, top); // prettier-ignore
  const log = known.every((value) => value > 0) && Math.max(...known) / Math.min(...known) >= logFrom;
  const scale: Scale = scaleOf(known, bottom, top, { log, every: 40, tight: true });
  const places = numbers.map((value) => (value === null ? null : scale.at(value)));
  return {
    column,
    places,
    shares: places.map((place) => (place === null ? null : (place - bottom) / (top - bottom))),
    labels: scale.ticks.values.map((value, i) => ({ text: scale.ticks.labels[i] ?? "", y: scale.at(value) })).filter(({ text }) => text !== ""),
    categories: false,
  };
}

/** The rows whose lines pass through all brushes; a line without a place on a brushed axis does not. */
export function kept(axes: readonly ParallelAxis[], brushes: Readonly<Record<string, Brush>>, count: number): boolean[] {
  return Array.from({ length: count }, (_, row) =>
    axes.every((axis) => {
      const brush = brushes[axis.column];
      if (!brush) return true;
      const place = axis.places[row] ?? null;
      return place !== null && place >= brush[0] && place <= brush[1];
    }),
  );
}

function categoryAxis(names: readonly (string | null)[], column: string, bottom: number, top: number): ParallelAxis {
  const distinct = [...new Set(names.filter((name) => name !== null))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const share = (name: string) => (distinct.length === 1 ? 0.5 : distinct.indexOf(name) / (distinct.length - 1));
  const at = (name: string) => bottom + (top - bottom) * share(name);
  return {
    column,
    places: names.map((name) => (name === null ? null : at(name))),
    shares: names.map((name) => (name === null ? null : share(name))),
    labels: distinct.map((name) => ({ text: name, y: at(name) })),
    categories: true,
  };
}

/** NaN, an infinity or a very large integer: a number without a place, not a category. */
function isOddNumber(value: unknown): boolean {
  return typeof value === "object" && value !== null && "$number" in value;
}
