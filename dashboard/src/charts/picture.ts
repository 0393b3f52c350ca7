/** Pictures of charts: the chart with its title and legend, in either theme, at twice the size it has on the screen. */

import { colourAt, runColours } from "../ui/colours";

import { axisRoom, axisTicks, drawAxes, drawTitles, labelWidth, tickFont } from "./axes";
import { type ChartModel, frameOf } from "./model";
import { type Axis, paint } from "./paint";
import { type ChartTheme, namedTheme } from "./theme";

/** The theme of a picture. */
export type PictureTheme = "light" | "dark";

interface Size {
  width: number;
  height: number;
}

const scale = 2;
const margin = 16;
const row = 18;
const titleHeight = 30;

/** Draw a line chart as a PNG of its own. `size` is of the chart without title and legend, in CSS pixels. */
export function picture(model: ChartModel, title: string, size: Size, name: PictureTheme): Promise<Blob> {
  const theme = namedTheme(name);
  const coloured = { ...model, traces: model.traces.map((trace) => ({ ...trace, colour: inTheme(trace.colour, name) })) };
  const rows = legendRows(coloured, size.width, theme);
  const { canvas, context, top } = sheet(title, { ...size, height: size.height + rows.length * row }, name);
  drawChart(context, coloured, size, top, theme);
  drawLegend(context, rows, top + size.height, theme);
  return picturePng(canvas);
}

/** An empty picture with a title, for something of `size` CSS pixels that is to be drawn from (0, `top`) on. */
export function sheet(title: string, size: Size, name: PictureTheme): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D; top: number } {
  const theme = namedTheme(name);
  const canvas = document.createElement("canvas");
  canvas.width = (size.width + 2 * margin) * scale;
  canvas.height = (size.height + titleHeight + 2 * margin) * scale;
  const context = contextOf(canvas);
  context.scale(scale, scale);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(margin, margin);
  context.fillStyle = theme.text;
  context.font = `600 14px ${theme.font}`;
  context.fillText(title, 4, 14, size.width - 8);
  return { canvas, context, top: titleHeight };
}

/** A canvas as a PNG. */
export function picturePng(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("The browser could not make a PNG of this size"));
    }, "image/png");
  });
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser gives no canvas to draw on");
  return context;
}

function drawChart(context: CanvasRenderingContext2D, model: ChartModel, size: Size, top: number, theme: ChartTheme): void {
  const frame = frameOf(model);
  const room = axisRoom(model);
  const bottom = top + size.height - room.x;
  const yTicks = axisTicks(model, "y", frame.y.low, frame.y.high, size.height);
  const left = labelWidth(yTicks.labels, tickFont(theme));
  const x: Axis = { low: frame.x[0], high: frame.x[1], start: left, end: size.width - 14, log: model.logX };
  const y: Axis = { low: frame.y.low, high: frame.y.high, start: bottom, end: top + room.top, log: model.logY };
  drawAxes(context, x, y, { x: axisTicks(model, "x", x.low, x.high, size.width), y: yTicks }, theme);
  // Already scaled: a CSS pixel is one unit here.
  drawTitles(context, model, x, y, theme, 1);
  paint(context, { lines: frame.lines, x, y, ratio: 1, theme, withOriginal: model.showOriginal, highlighted: null });
  context.globalAlpha = 1;
}

interface Item {
  label: string;
  colour: string;
  dash: number[];
  x: number;
}

function legendRows(model: ChartModel, width: number, theme: ChartTheme): Item[][] {
  const context = contextOf(document.createElement("canvas"));
  context.font = `12px ${theme.font}`;
  const rows: Item[][] = [];
  let x = 0;
  for (const { label, colour, dash } of model.traces) {
    const wide = context.measureText(label).width + 36;
    if (rows.length === 0 || x + wide > width) {
      rows.push([]);
      x = 4;
    }
    rows.at(-1)!.push({ label, colour, dash, x });
    x += wide;
  }
  return rows;
}

function drawLegend(context: CanvasRenderingContext2D, rows: Item[][], top: number, theme: ChartTheme): void {
  context.font = `12px ${theme.font}`;
  context.lineWidth = 2;
  rows.forEach((items, i) => {
    const y = top + (i + 1) * row;
    for (const { label, colour, dash, x } of items) {
      context.strokeStyle = colour;
      context.setLineDash(dash.map((length) => length / 1.6));
      context.beginPath();
      context.moveTo(x, y - 4);
      context.lineTo(x + 14, y - 4);
      context.stroke();
      context.fillStyle = theme.textSoft;
      context.fillText(label, x + 20, y);
    }
  });
}

/** The fellow of a run colour in another theme; other colours stay. */
function inTheme(colour: string, theme: PictureTheme): string {
  const index = runColours.findIndex((pair) => pair.includes(colour));
  return index < 0 ? colour : colourAt(index, theme);
}

/** Markup with the colours of runs as they are in another theme. */
export function swapRunColours(markup: string, theme: PictureTheme): string {
  return markup.replace(/#[0-9a-f]{6}\b/gi, (colour) => inTheme(colour, theme));
}
