/** Draws Vega-Lite into a panel: in its colours, and as large as it is. */

import { isMapping } from "./records";
import { vegaLibrary } from "./vegaLibrary";
import { dataNames, type Spec, withoutAddresses } from "./vegaSpec";

const OPTIONS = {
  mode: "vega-lite",
  renderer: "canvas",
  actions: false,
  ast: true, // expressions are interpreted: the page's policy forbids to make code of text
  defaultStyle: false, // it would be a style element of its own
  tooltip: { disableDefaultStyle: true, id: "vega-tooltip" },
  logLevel: 1,
} as const;

/** Draws a specification with its rows below whatever an element has; the returned function takes it away, and nothing else. */
export async function drawVega(element: HTMLElement, spec: Spec, rows: readonly Record<string, unknown>[], size: { width: number; height: number }): Promise<() => void> {
  const { embed, loader } = await vegaLibrary();
  const refusing = loader();
  // Nothing is fetched: neither data nor pictures of other servers.
  refusing.load = () => Promise.reject(new Error("charts of this dashboard load nothing from elsewhere"));
  refusing.sanitize = () => Promise.reject(new Error("charts of this dashboard load nothing from elsewhere"));
  const safe = withoutAddresses(spec);
  const names = dataNames(safe);
  const datasets = Object.fromEntries((names.length > 0 ? names : ["table"]).map((name) => [name, rows]));
  const columns = legendColumns(safe, size.width, rows);
  const whole = {
    ...(columns === null ? safe : withoutSizes(safe)),
    ...(names.length > 0 ? {} : { data: { name: "table" } }),
    config: themed(safe, element, size.width, columns),
    datasets: { ...(safe["datasets"] as object | undefined), ...datasets },
  };
  const place = document.createElement("div");
  // Unseen until it is whole, so that the picture before it stays as long.
  Object.assign(place.style, { position: "absolute", visibility: "hidden" });
  element.append(place);
  const draw = (beside: Beside) => embed(place, fitted(whole, size, rows, beside) as never, { ...OPTIONS, loader: refusing });
  let result = await draw(USUALLY_BESIDE).catch((error: unknown) => {
    place.remove();
    throw error;
  });
  const beside = measured(result.view, place, size);
  if (beside !== null) {
    result.finalize();
    result = await draw(beside);
  }
  Object.assign(place.style, { position: "", visibility: "" });
  return () => {
    result.finalize();
    place.remove();
  };
}

/** Pixels that titles, axes and legends take of a chart's width and height. */
interface Beside {
  width: number;
  height: number;
}

const USUALLY_BESIDE: Beside = { width: 110, height: 110 };

/** What stands beside the marks of a chart that turned out too large; null if it fits. */
function measured(view: { width: () => number; height: () => number }, element: HTMLElement, size: { width: number; height: number }): Beside | null {
  const drawn = element.querySelector("canvas");
  if (!drawn || (drawn.clientHeight <= size.height && drawn.clientWidth <= size.width)) return null;
  return { width: drawn.clientWidth - view.width(), height: drawn.clientHeight - view.height() };
}

/** Fills the panel where the specification leaves its size to the page or gives one for notebooks. */
function fitted(spec: Spec, size: { width: number; height: number }, rows: readonly Record<string, unknown>[], beside: Beside): Spec {
  const isSingle = !["facet", "repeat", "concat", "hconcat", "vconcat"].some((word) => word in spec);
  if (!isSingle) return spec;
  const wide = stepOf(spec, "width", "x", size.width - beside.width, rows);
  const high = stepOf(spec, "height", "y", size.height - beside.height, rows);
  const type = wide ? "pad" : high ? "fit-x" : "fit";
  return {
    ...spec,
    background: "transparent",
    width: wide ?? Math.max(60, size.width - 4),
    height: high ?? Math.max(60, size.height - 4),
    autosize: { type, contains: "padding" },
  };
}

const SMALLEST_STEP = 14;

/** The size of a step of a chart whose size is one for each word, made smaller if all would not fit. */
function stepOf(spec: Spec, side: "width" | "height", axis: "x" | "y", room: number, rows: readonly Record<string, unknown>[]): Spec | null {
  const given = spec[side];
  if (!isMapping(given) || typeof given["step"] !== "number") return null;
  const encoding = isMapping(spec["encoding"]) ? spec["encoding"][axis] : null;
  const field = isMapping(encoding) && typeof encoding["field"] === "string" ? encoding["field"] : null;
  const count = field === null || "for" in given ? 1 : new Set(rows.map((row) => row[field])).size;
  return { ...given, step: Math.max(SMALLEST_STEP, Math.min(given["step"], room / Math.max(1, count))) };
}

// The gray that core's charts have for light and dark pages alike; here the theme is known.
const GRAY = "#7a7a7a";

/** The colours of the page for axes, legends and titles that have none of their own, and the legend below where it is narrow. */
function themed(spec: Spec, element: HTMLElement, width: number, columns: number | null): Spec {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const own = isMapping(spec["config"]) ? spec["config"] : {};
  const part = (name: string, ours: Record<string, string>): Spec => {
    const theirs = isMapping(own[name]) ? own[name] : {};
    const kept = Object.entries(theirs).filter(([key, value]) => !(key in ours) || value !== GRAY);
    return { ...ours, ...Object.fromEntries(kept) };
  };
  const [text, soft, line, strong] = [colour("--text"), colour("--text-soft"), colour("--line"), colour("--line-strong")];
  const legend = { labelColor: soft, titleColor: soft, symbolFillColor: soft };
  return {
    ...own,
    font: style.fontFamily,
    axis: { ...part("axis", { labelColor: soft, titleColor: soft, gridColor: line, domainColor: strong, tickColor: strong }), gridOpacity: 1, labelFlush: false },
    legend: { ...part("legend", legend), ...(columns !== null ? { ...BELOW, columns, labelLimit: Math.floor((width - AXIS) / columns) - SYMBOL } : {}) },
    title: { ...part("title", { color: text, subtitleColor: soft }), fontSize: 12 },
    view: { stroke: null, ...(isMapping(own["view"]) ? own["view"] : {}) },
  };
}

// A legend below a narrow chart, as low as it can be.
const BELOW = {
  orient: "bottom",
  direction: "horizontal",
  layout: { bottom: { anchor: "start", bounds: "full", direction: "vertical", margin: 2 } },
  columnPadding: 6,
  rowPadding: 1,
  symbolSize: 60,
  labelFontSize: 10.5,
};
const NARROW = 480; // pixels: with less a legend beside the chart leaves no room for it
const LETTER = 5.5; // pixels of a usual letter of a legend
const SYMBOL = 24; // pixels of a symbol of a legend, with the space around it
const AXIS = 45; // pixels left of where a legend begins
const COMPUTED = 23; // letters of a label that the chart makes itself, such as "micro average AUC 0.99"
const COLOURING = ["color", "fill", "stroke", "strokeDash", "shape"];

/** How many labels stand side by side in a legend below a narrow chart; null where it stands beside the chart. */
function legendColumns(spec: Spec, width: number, rows: readonly Record<string, unknown>[]): number | null {
  if (width >= NARROW) return null;
  const fields = told(spec);
  const letters = fields.flatMap((field) => (field in (rows[0] ?? {}) ? rows.map((row) => String(row[field] ?? "").length) : [COMPUTED]));
  const longest = letters.reduce((most, count) => Math.max(most, count), 0);
  return Math.max(1, Math.min(3, Math.floor(width / (longest * LETTER + SYMBOL))));
}

/** The columns that colours, dashes and shapes of a chart stand for. */
function told(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(told);
  if (!isMapping(part)) return [];
  const encoding = isMapping(part["encoding"]) ? part["encoding"] : {};
  const own = COLOURING.flatMap((channel) => {
    const given = encoding[channel];
    return isMapping(given) && typeof given["field"] === "string" && given["type"] !== "quantitative" ? [given["field"]] : [];
  });
  return [...own, ...told(part["layer"])];
}

/** A chart without the legends of its sizes, which take the room of the chart where that is narrow; tooltips have the numbers. */
function withoutSizes(part: Spec): Spec {
  const encoding = isMapping(part["encoding"]) ? part["encoding"] : {};
  const size = encoding["size"];
  return {
    ...part,
    ...(isMapping(size) && "field" in size ? { encoding: { ...encoding, size: { ...size, legend: null } } } : {}),
    ...(Array.isArray(part["layer"]) ? { layer: part["layer"].map((layer: unknown) => (isMapping(layer) ? withoutSizes(layer) : layer)) } : {}),
  };
}
