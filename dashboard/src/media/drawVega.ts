/** Draws Vega-Lite, loaded when the first chart is shown. */

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
  const sized = fitted(names.length > 0 ? safe : { ...safe, data: { name: "table" } }, size);
  element.replaceChildren();
  const result = await embed(element, { ...sized, datasets: { ...(safe["datasets"] as object | undefined), ...datasets } } as never, {
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
function fitted(spec: Spec, size: { width: number; height: number }): Spec {
  const isSingle = !["facet", "repeat", "concat", "hconcat", "vconcat"].some((word) => word in spec);
  if (!isSingle) return spec;
  const byStep = (value: unknown): boolean => typeof value === "object" && value !== null;
  return {
    ...spec,
    background: "transparent",
    width: byStep(spec["width"]) ? spec["width"] : Math.max(60, size.width - 4),
    height: byStep(spec["height"]) ? spec["height"] : Math.max(60, size.height - 4),
    autosize: byStep(spec["width"]) || byStep(spec["height"]) ? { type: "pad" } : { type: "fit", contains: "padding" },
  };
}
