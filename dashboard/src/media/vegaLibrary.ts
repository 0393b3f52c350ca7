/** Vega-Lite itself, large, and loaded when the first chart is shown. */
export async function vegaLibrary() {
  const [{ default: embed }, { loader }] = await Promise.all([import("vega-embed"), import("vega")]);
  return { embed, loader };
}
