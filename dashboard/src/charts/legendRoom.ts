/** How many names have room in a legend. */

import { tickFont } from "./axes";
import type { Trace } from "./lines";
import { chartTheme } from "./theme";

const rowHeight = 18;
const padding = 16;
// A swatch and its gap.
const around = 14 + 4;
const gap = 12;
// As `.name` of Legend.module.css: 18 digits of 11 px.
const widest = 118;
const moreWidth = 56;

let measuring: CanvasRenderingContext2D | null = null;

/** The names that fit into rows of `width` pixels, at most `limit` of them, and the height they take. */
export function legendRoom(traces: readonly Trace[], width: number, limit: number, rows: number): { shown: number; height: number } {
  if (limit === 0 || traces.length === 0 || rows === 0) return { shown: 0, height: 0 };
  measuring ??= document.createElement("canvas").getContext("2d");
  if (measuring) measuring.font = tickFont(chartTheme());
  const room = width - padding;
  let row = 1;
  let used = 0;
  let shown = 0;
  for (const { label } of traces.slice(0, limit)) {
    const wide = around + Math.min(measuring?.measureText(label).width ?? widest, widest);
    const last = shown + 1 === traces.length;
    if (used > 0) used += gap;
    if (used + wide > room - (row === rows && !last ? moreWidth : 0)) {
      if (row === rows) break;
      row += 1;
      used = 0;
    }
    used += wide;
    shown += 1;
  }
  return { shown, height: row * rowHeight };
}
