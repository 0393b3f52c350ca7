/** The ticks of a chart's axes, their room, and how a picture draws them (on the page uPlot does). */

import type { ChartModel } from "./model";
import { type Axis, projector } from "./paint";
import type { ChartTheme } from "./theme";
import { type Ticks, ticks } from "./ticks";
import { unitAt } from "./units";

// Labels of x are up to eight characters wide, those of y one line high; closer they would touch or crowd.
const xEvery = 84;
const yEvery = 44;

/** The ticks of an axis that is `size` CSS pixels long, with units. */
export function axisTicks(model: ChartModel, name: "x" | "y", low: number, high: number, size: number): Ticks {
  if (name === "x") return ticks(low, high, Math.max(2, Math.round(size / xEvery)), model.xKind, model.logX);
  const shown = unitAt(model.unit, Math.max(Math.abs(low), Math.abs(high)));
  const found = ticks(low / shown.factor, high / shown.factor, Math.max(2, Math.round(size / yEvery)), model.yKind, model.logY);
  const unit = shown.unit === "%" || shown.unit === "" ? shown.unit : ` ${shown.unit}`;
  return { values: found.values.map((value) => value * shown.factor), labels: found.labels.map((text) => text && text + unit) };
}

/** Room in CSS pixels that a title takes under the x axis, and above the y axis. */
export const titleRoom = 13;

/** The height in CSS pixels of the x axis, and of what is above the y axis. */
export function axisRoom(model: ChartModel): { x: number; top: number } {
  // Wall times have their day in a second line.
  const labels = model.xKind === "time" ? 36 : 24;
  return { x: labels + (model.xTitle === "" ? 0 : titleRoom), top: 6 + (model.yTitle === "" ? 0 : titleRoom) };
}

/** Write the titles at the ends of both axes. `ratio`: pixels of the canvas a CSS pixel. */
export function drawTitles(context: CanvasRenderingContext2D, model: ChartModel, x: Axis, y: Axis, theme: ChartTheme, ratio: number): void {
  context.save();
  context.globalAlpha = 1;
  context.font = `${11 * ratio}px ${theme.font}`;
  context.fillStyle = theme.textSoft;
  context.textBaseline = "alphabetic";
  if (model.xTitle !== "") {
    context.textAlign = "right";
    context.fillText(`${cut(context, model.xTitle, x.end - x.start)} →`, x.end, y.start + (axisRoom(model).x - 3) * ratio);
  }
  if (model.yTitle !== "") {
    context.textAlign = "left";
    const left = 4 * ratio;
    context.fillText(`↑ ${cut(context, model.yTitle, x.end - left)}`, left, y.end - 8 * ratio);
  }
  context.restore();
}

function cut(context: CanvasRenderingContext2D, text: string, room: number): string {
  const wide = context.measureText(text).width;
  // The arrow takes about two letters.
  const fits = Math.floor((room / Math.max(wide, 1)) * text.length) - 2;
  return fits >= text.length ? text : `${text.slice(0, Math.max(fits - 1, 1))}…`;
}

/** The font of tick labels. */
export function tickFont(theme: ChartTheme): string {
  return `11px ${theme.font}`;
}

let measuring: CanvasRenderingContext2D | null = null;

/** The width in CSS pixels that labels beside a y axis need. */
export function labelWidth(labels: readonly string[], font: string): number {
  measuring ??= document.createElement("canvas").getContext("2d");
  if (!measuring) return 40;
  measuring.font = font;
  let widest = 0;
  for (const label of labels) widest = Math.max(widest, measuring.measureText(label).width);
  // In steps of 8, so that charts beside each other have their frames in line and a growing axis does not tremble.
  return Math.max(Math.ceil((widest + 12) / 8) * 8, 32);
}

/** Draw both axes with grid and labels around the rectangle that they span. */
export function drawAxes(context: CanvasRenderingContext2D, x: Axis, y: Axis, at: { x: Ticks; y: Ticks }, theme: ChartTheme): void {
  const toX = projector(x);
  const toY = projector(y);
  context.font = tickFont(theme);
  context.fillStyle = theme.textFaint;
  context.setLineDash([]);
  context.lineWidth = 1;
  context.strokeStyle = theme.line;
  at.y.values.forEach((value, i) => {
    const py = Math.round(toY(value)) + 0.5;
    stroke(context, x.start, py, x.end, py);
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillText(at.y.labels[i]!, x.start - 6, py);
  });
  context.strokeStyle = theme.lineStrong;
  stroke(context, x.start, y.start + 0.5, x.end, y.start + 0.5);
  at.x.values.forEach((value, i) => {
    const px = Math.round(toX(value)) + 0.5;
    stroke(context, px, y.start, px, y.start + 4);
    context.textAlign = "center";
    context.textBaseline = "top";
    at.x.labels[i]!.split("\n").forEach((text, line) => {
      context.fillText(text, px, y.start + 8 + line * 13);
    });
  });
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
}

function stroke(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
