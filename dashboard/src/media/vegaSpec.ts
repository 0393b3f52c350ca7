/** Logged Vega-Lite specifications, made ready to be drawn: with their rows, and with several runs in one chart. */

import { isMapping } from "./records";

/** A Vega-Lite specification as plain data. */
export type Spec = Record<string, unknown>;

/** The rows of one run's chart. */
export interface RunRows {
  name: string;
  colour: string;
  rows: Record<string, unknown>[];
}

/** The column that names the run, in charts of several. */
export const RUN_FIELD = "trailmark run";

/** Rows of the table route as the mappings that Vega-Lite takes: JSON's values, NaN and infinities as null. */
export function asRows(columns: readonly string[], rows: readonly unknown[][]): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, vegaValue(row[at])])));
}

function vegaValue(value: unknown): unknown {
  if (!isMapping(value)) return value;
  if ("$number" in value) {
    const number = Number(value["$number"]);
    return Number.isFinite(number) ? number : null;
  }
  if ((value["_type"] === "timestamp" || value["_type"] === "date" || value["_type"] === "time") && typeof value["value"] === "string") {
    // A date alone is midnight in Greenwich to JavaScript.
    return value["_type"] === "date" ? `${value["value"]}T00:00:00` : value["value"];
  }
  return value;
}

/** The names of the data that a specification expects from outside; their rows go under each of them. */
export function dataNames(part: unknown, inside: ReadonlySet<string> = new Set()): string[] {
  if (Array.isArray(part)) return [...new Set(part.flatMap((item) => dataNames(item, inside)))];
  if (!isMapping(part)) return [];
  const own = isMapping(part["datasets"]) ? new Set([...inside, ...Object.keys(part["datasets"])]) : inside;
  const names: string[] = [];
  for (const [key, value] of Object.entries(part)) {
    if (key === "data" && isMapping(value)) {
      const name = value["name"];
      const made = ["values", "url", "sequence", "graticule", "sphere"].some((word) => word in value);
      if (typeof name === "string" && !own.has(name) && !made) names.push(name);
    } else if (key !== "datasets" && key !== "usermeta") names.push(...dataNames(value, own));
  }
  return [...new Set(names)];
}

/** Addresses of outside in a specification: it may not fetch anything, as pages of this dashboard work offline. */
export function withoutAddresses<T>(part: T): T {
  if (Array.isArray(part)) return part.map((item: unknown) => withoutAddresses(item)) as T;
  if (!isMapping(part)) return part;
  const entries = Object.entries(part).map(([key, value]) => {
    if (key === "data" && isMapping(value) && "url" in value) return [key, { values: [] }];
    return key === "href" ? [key, undefined] : [key, withoutAddresses(value)];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as T;
}

const LINES = new Set(["line", "trail", "area"]);
const POINTS = new Set(["point", "circle", "square", "tick"]);

/** The marks of a specification and its layers; null if it has facets or concatenations. */
function marksOf(spec: Spec): string[] | null {
  if (["facet", "repeat", "concat", "hconcat", "vconcat", "spec"].some((word) => word in spec)) return null;
  if (Array.isArray(spec["layer"])) {
    const parts = spec["layer"].map((layer: unknown) => (isMapping(layer) ? marksOf(layer) : null));
    return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
  }
  const mark = isMapping(spec["mark"]) ? spec["mark"]["type"] : spec["mark"];
  return typeof mark === "string" ? [mark] : [];
}

/** Whether several runs can be told apart in one chart: lines and points by colour, bars side by side. */
export function canOverlay(spec: Spec): boolean {
  const marks = marksOf(spec);
  if (!marks || marks.length === 0) return false;
  if (marks.every((mark) => LINES.has(mark) || POINTS.has(mark) || mark === "rule")) return true;
  return marks.every((mark) => mark === "bar") && !Array.isArray(spec["layer"]);
}

/** One specification for several runs: colour tells the run; what colour told before becomes a dash or a shape. */
export function overlaid(spec: Spec, runs: readonly RunRows[]): Spec {
  const scale = { domain: runs.map((run) => run.name), range: runs.map((run) => run.colour) };
  const colour = { field: RUN_FIELD, type: "nominal", scale, title: null, legend: runs.length > 1 ? {} : null };
  return withRuns(withGroups(spec), colour, {}, columnsOf(spec, new Set(runs.flatMap((run) => Object.keys(run.rows[0] ?? {})))));
}

/** The columns of words that tooltips name: what a person calls the lines of a chart. */
function columnsOf(part: unknown, columns: ReadonlySet<string>): string[] {
  if (Array.isArray(part)) return [...new Set(part.flatMap((item) => columnsOf(item, columns)))];
  if (!isMapping(part)) return [];
  const own = part["type"] === "nominal" && typeof part["field"] === "string" && columns.has(part["field"]) ? [part["field"]] : [];
  return [...new Set([...own, ...Object.values(part).flatMap((item) => columnsOf(item, columns))])];
}

/** How a mark tells what its colour told. A text made for each run, such as "cat AUC 0.93", is told by the column behind it. */
function told(colour: Spec, mark: string, columns: readonly string[]): Spec {
  const { scale: _, ...channel } = colour;
  const field = String(colour["field"]);
  const column = columns.includes(field) ? field : columns[0];
  if (column === undefined || (!LINES.has(mark) && !POINTS.has(mark))) return { detail: { field, type: "nominal" } };
  if (column === field) return { [LINES.has(mark) ? "strokeDash" : "shape"]: channel };
  // Points on such lines are there for tooltips; a shape of theirs would take the lines' legend away.
  return LINES.has(mark) ? { strokeDash: { field: column, type: "nominal", title: column } } : { detail: { field, type: "nominal" } };
}

function withRuns(spec: Spec, colour: Spec, outer: Spec, columns: readonly string[]): Spec {
  if (isMapping(spec["data"]) && "values" in spec["data"]) return spec; // a line of chance, say, that is nobody's
  const own = isMapping(spec["encoding"]) ? spec["encoding"] : {};
  const inherited = { ...outer, ...own };
  if (Array.isArray(spec["layer"])) {
    return { ...spec, layer: spec["layer"].map((layer: unknown) => (isMapping(layer) ? withRuns(layer, colour, inherited, columns) : layer)) };
  }
  const mark = String(isMapping(spec["mark"]) ? spec["mark"]["type"] : spec["mark"]);
  if (mark === "rule") return spec;
  const encoding: Spec = { ...own, color: colour };
  const before = inherited["color"];
  if (isMapping(before) && typeof before["field"] === "string") Object.assign(encoding, told(before, mark, columns));
  if (mark === "bar") return withBars(spec, encoding, inherited);
  return { ...spec, encoding };
}

/** Bars of runs stand side by side on an axis of words; bins on one of numbers become outlines over one another. */
function withBars(spec: Spec, encoding: Spec, inherited: Spec): Spec {
  const isWords = (channel: string): boolean => isMapping(inherited[channel]) && ["nominal", "ordinal"].includes(String(inherited[channel]["type"]));
  const run = { field: RUN_FIELD, type: "nominal" };
  if (isWords("y")) return { ...spec, height: { step: 12, for: "offset" }, encoding: { ...encoding, yOffset: run } };
  if (isWords("x")) return { ...spec, encoding: { ...encoding, xOffset: run } };
  const { x2: _, ...others } = encoding;
  const { bin: __, ...x } = isMapping(inherited["x"]) ? inherited["x"] : {};
  const y = isMapping(inherited["y"]) ? { ...inherited["y"], stack: null } : {};
  const mark = { type: "area", interpolate: "step-after", fillOpacity: 0.2, line: true };
  return { ...spec, mark, encoding: { ...others, x, y } };
}

/** Sums and ranks within groups stay within runs. */
function withGroups(spec: Spec): Spec {
  if (!Array.isArray(spec["transform"])) return spec;
  const transform = spec["transform"].map((step: unknown) => {
    if (!isMapping(step) || !["joinaggregate", "aggregate", "window", "stack", "impute"].some((word) => word in step)) return step;
    const groupby: unknown[] = Array.isArray(step["groupby"]) ? step["groupby"] : [];
    return { ...step, groupby: [...groupby, RUN_FIELD] };
  });
  return { ...spec, transform };
}
