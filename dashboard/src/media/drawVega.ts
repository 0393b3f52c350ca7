/** Draws Vega-Lite, loaded when the first chart is shown. */

import { isMapping } from "./records";
import { dataNames, type Spec, withoutAddresses } from "./vegaSpec";

/** Draws a specification with its rows into an element; the returned function takes it away. */
export async function drawVega(element: HTMLElement, spec: Spec, rows: readonly Record<string, unknown>[], size: { width: number; height: number }): Promise<() => void> {
  const [{ default: embed }, { loader }] = await Promise.all([import("vega-embed"), import("vega")]);
  const refusing = loader();
  // Nothing is fetched: neither data nor pictures of other servers.
  refusing.load = () => Promise.reject(new Error("charts of this dashboard load nothing from elsewhere"));
  refusing.sanitize = () => Promise.reject(new Error("charts of this dashboard load nothing from elsewhere"));
  const safe = withoutAddresses(spec);
  const names = dataNames(safe);
  const datasets = Object.fromEntries((names.length > 0 ? names : ["table"]).map((name) => [name, rows]));
  const sized = fitted(names.length > 0 ? safe : { ...safe, data: { name: "table" } }, size, rows);
  element.replaceChildren();
  const result = await embed(element, { ...sized, config: themed(safe, element, size.width), datasets: { ...(safe["datasets"] as object | undefined), ...datasets } } as never, {
    mode: "vega-lite",
    renderer: "canvas",
    actions: false,
    ast: true, // expressions are interpreted: the page's policy forbids to make code of text
    defaultStyle: false, // it would be a style element of its own
    loader: refusing,
    tooltip: { disableDefaultStyle: true, id: "vega-tooltip" },
    logLevel: 1,
  });
  return () => {
    result.finalize();
    element.replaceChildren();
  };
}

/** Fills the panel where the specification leaves its size to the page or gives one for notebooks. */
function fitted(spec: Spec, size: { width: number; height: number }, rows: readonly Record<string, unknown>[]): Spec {
  const isSingle = !["facet", "repeat", "concat", "hconcat", "vconcat"].some((word) => word in spec);
  if (!isSingle) return spec;
  const wide = stepOf(spec, "width", "x", size.width, rows);
  const high = stepOf(spec, "height", "y", size.height, rows);
  const type = wide ? "pad" : high ? "fit-x" : "fit";
  return {
    ...spec,
    background: "transparent",
    width: wide ?? Math.max(60, size.width - 4),
    height: high ?? Math.max(60, size.height - 4),
    autosize: { type, contains: "padding" },
  };
}

const ROOM = 110; // pixels beside the cells of a chart: axes and titles
const SMALLEST_STEP = 14;

/** The size of a step of a chart whose size is one for each word, made smaller if all would not fit. */
function stepOf(spec: Spec, side: "width" | "height", axis: "x" | "y", room: number, rows: readonly Record<string, unknown>[]): Spec | null {
  const given = spec[side];
  if (!isMapping(given) || typeof given["step"] !== "number") return null;
  const encoding = isMapping(spec["encoding"]) ? spec["encoding"][axis] : null;
  const field = isMapping(encoding) && typeof encoding["field"] === "string" ? encoding["field"] : null;
  const count = field === null || "for" in given ? 1 : new Set(rows.map((row) => row[field])).size;
  return { ...given, step: Math.max(SMALLEST_STEP, Math.min(given["step"], (room - ROOM) / Math.max(1, count))) };
}

// The gray that core's charts have for light and dark pages alike; here the theme is known.
const GRAY = "#7a7a7a";

/** The colours of the page for axes, legends and titles that have none of their own, and the legend below where it is narrow. */
function themed(spec: Spec, element: HTMLElement, width: number): Spec {
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
    axis: { ...part("axis", { labelColor: soft, titleColor: soft, gridColor: line, domainColor: strong, tickColor: strong }), gridOpacity: 1 },
    legend: { ...part("legend", legend), ...(width < NARROW ? { orient: "bottom", columns: 3, direction: "horizontal", layout: { bottom: { anchor: "start", direction: "vertical", margin: 4 } } } : {}) },
    title: { ...part("title", { color: text, subtitleColor: soft }), fontSize: 12 },
    view: { stroke: null, ...(isMapping(own["view"]) ? own["view"] : {}) },
  };
}

const NARROW = 480; // pixels: with less a legend beside the chart leaves no room for it
