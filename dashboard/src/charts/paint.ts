/**
 * Paints lines on a canvas: bands and envelopes behind, the lines as logged faint, the lines themselves, and marks for what
 * has no place on the axes. It works in pixels of the canvas and knows neither series nor React.
 */

import { paintBand, paintEnvelope } from "./bands";
import { type Line, middle } from "./lines";
import type { ChartTheme } from "./theme";

/** One axis on the canvas: the values and the pixels of its two ends. */
export interface Axis {
  low: number;
  high: number;
  start: number;
  end: number;
  log: boolean;
}

/** What is painted, and how. */
export interface Scene {
  lines: readonly Line[];
  x: Axis;
  y: Axis;
  /** Pixels of the canvas a CSS pixel. */
  ratio: number;
  theme: ChartTheme;
  /** The lines as logged behind the smoothed ones, and the envelope. */
  withOriginal: boolean;
  /** The id of the trace or run to bring forward, if one is pointed at. */
  highlighted: string | null;
}

/** How many values in view are not within the y axis, and how many are no number. */
export interface Unseen {
  above: number;
  below: number;
  nan: number;
  infinite: number;
}

const LINE = 1.5;
const BOLD = 2.5;
// With more lines than this their envelopes hide more than they show, and are fainter.
const MANY = 12;
// Strokes wider than a pixel cost eight times as much where no GPU paints; with so many points a chart is drawn in hairlines.
const HEAVY = 2500;

/** A function from values of an axis to pixels. */
export function projector({ low, high, start, end, log }: Axis): (value: number) => number {
  if (log) {
    const first = Math.log10(low);
    const factor = (end - start) / (Math.log10(high) - first);
    return (value) => start + (Math.log10(value) - first) * factor;
  }
  const factor = (end - start) / (high - low);
  return (value) => start + (value - low) * factor;
}

/** Paint all lines, clipped to the axes. Returns what could not be shown. */
export function paint(context: CanvasRenderingContext2D, scene: Scene): Unseen {
  const { x, y, lines, highlighted } = scene;
  const unseen: Unseen = { above: 0, below: 0, nan: 0, infinite: 0 };
  const toX = projector(x);
  const toY = projector(y);
  context.save();
  context.beginPath();
  context.rect(x.start, y.end, x.end - x.start, y.start - y.end);
  context.clip();
  const heavy = lines.reduce((sum, line) => sum + line.to - line.from, 0) > HEAVY;
  // Round joins are a tenth of the cost of a line that is wide enough to show them.
  context.lineJoin = heavy ? "bevel" : "round";
  const front = (line: Line) => isHighlighted(line, highlighted);
  const some = lines.some(front);
  const order = [...lines].sort((a, b) => rank(a, highlighted) - rank(b, highlighted));
  for (const line of order) {
    const dim = some && !front(line);
    const marks = { toX, toY, line, scene, dim, heavy, bold: some && !dim };
    context.strokeStyle = line.trace.colour;
    const shade = dim ? 0.25 : 1;
    const place = { x, y, toX, toY, ratio: scene.ratio };
    if (line.trace.group) paintBand(context, line, place, 0.16 * shade);
    else if (scene.withOriginal && line.points.buckets > 0) {
      paintEnvelope(context, line, place, lines.length > MANY ? 0.1 : 0.18, shade);
    }
    if (line.smoothed && scene.withOriginal) paintLine(context, marks, line.points.y, true);
    paintLine(context, marks, line.y, false);
  }
  for (const line of order) paintMarks(context, { toX, toY, line, scene, dim: some && !front(line), heavy, bold: false }, unseen);
  context.restore();
  return unseen;
}

interface Marks {
  toX: (value: number) => number;
  toY: (value: number) => number;
  line: Line;
  scene: Scene;
  dim: boolean;
  heavy: boolean;
  bold: boolean;
}

function isHighlighted({ trace }: Line, highlighted: string | null): boolean {
  return highlighted !== null && (trace.run === highlighted || trace.id === highlighted);
}

function rank(line: Line, highlighted: string | null): number {
  return isHighlighted(line, highlighted) ? 2 : line.trace.baseline ? 1 : 0;
}

function paintLine(context: CanvasRenderingContext2D, marks: Marks, y: Float64Array, faint: boolean): void {
  const { toX, toY, line, scene, dim, heavy, bold } = marks;
  const { points, from, to, trace } = line;
  const log = scene.y.log;
  const logX = scene.x.log;
  const { ratio } = scene;
  context.globalAlpha = (faint ? 0.28 : 1) * (dim ? 0.18 : 1);
  context.strokeStyle = trace.colour;
  context.fillStyle = trace.colour;
  context.lineWidth = bold ? BOLD * ratio : heavy ? 1 : (faint ? 1 : LINE) * ratio;
  context.setLineDash(faint ? [] : trace.dash.map((length) => length * ratio));
  context.beginPath();
  let pen = false;
  const dots: number[] = [];
  for (let i = from; i < to; i++) {
    const value = y[i]!;
    const at = middle(points, i);
    if (!Number.isFinite(value) || (log && value <= 0) || (logX && at <= 0)) {
      pen = false;
      continue;
    }
    const px = toX(at);
    const py = toY(value);
    if (pen) context.lineTo(px, py);
    else {
      context.moveTo(px, py);
      // A point between two gaps has no line; it is drawn as a dot.
      if (i + 1 >= to || !Number.isFinite(y[i + 1]!) || (log && y[i + 1]! <= 0)) dots.push(px, py);
    }
    pen = true;
  }
  context.stroke();
  const radius = (bold ? 3 : 2.25) * ratio;
  for (let i = 0; i < dots.length; i += 2) {
    context.beginPath();
    context.arc(dots[i]!, dots[i + 1]!, radius, 0, 2 * Math.PI);
    context.fill();
  }
}

/** Mark what is above and below the axis, NaN and infinities, at the frame, and count them. */
function paintMarks(context: CanvasRenderingContext2D, marks: Marks, unseen: Unseen): void {
  const { toX, line, scene, dim } = marks;
  const { points, from, to, trace } = line;
  const { x, y, ratio } = scene;
  context.fillStyle = trace.colour;
  context.strokeStyle = trace.colour;
  context.globalAlpha = dim ? 0.3 : 0.9;
  context.lineWidth = 1.25 * ratio;
  context.setLineDash([]);
  const last = { above: -Infinity, below: -Infinity, nan: -Infinity, infinite: -Infinity };
  const room = 9 * ratio; // marks closer than this would be one blot
  const mark = (kind: keyof Unseen, px: number, draw: () => void) => {
    unseen[kind] += 1;
    if (px - last[kind] < room) return;
    last[kind] = px;
    draw();
  };
  const envelope = scene.withOriginal || trace.group;
  for (let i = from; i < to; i++) {
    const at = middle(points, i);
    if (at < x.low || at > x.high) continue;
    const px = toX(at);
    const top = envelope ? points.max[i]! : line.y[i]!;
    const bottom = envelope ? points.min[i]! : line.y[i]!;
    const nan = i < points.buckets && !trace.group ? points.nan[i]! > 0 : Number.isNaN(points.y[i]!);
    if (nan && !trace.group) mark("nan", px, () => cross(context, px, y.start - 5 * ratio, 2.5 * ratio));
    if (top === Infinity) mark("infinite", px, () => sign(context, "∞", px, y.end + 9 * ratio, ratio, scene.theme));
    else if (top > y.high) mark("above", px, () => arrow(context, px, y.end + ratio, ratio));
    if (bottom === -Infinity) mark("infinite", px, () => sign(context, "−∞", px, y.start - 3 * ratio, ratio, scene.theme));
    else if (bottom < y.low && !(y.log && bottom <= 0)) mark("below", px, () => arrow(context, px, y.start - ratio, -ratio));
  }
}

function cross(context: CanvasRenderingContext2D, px: number, py: number, size: number): void {
  context.beginPath();
  context.moveTo(px - size, py - size);
  context.lineTo(px + size, py + size);
  context.moveTo(px + size, py - size);
  context.lineTo(px - size, py + size);
  context.stroke();
}

function arrow(context: CanvasRenderingContext2D, px: number, py: number, size: number): void {
  context.beginPath();
  context.moveTo(px, py);
  context.lineTo(px - 3.5 * size, py + 5 * size);
  context.lineTo(px + 3.5 * size, py + 5 * size);
  context.closePath();
  context.fill();
}

function sign(context: CanvasRenderingContext2D, text: string, px: number, py: number, ratio: number, theme: ChartTheme): void {
  context.font = `600 ${11 * ratio}px ${theme.font}`;
  context.textAlign = "center";
  context.fillText(text, px, py);
}
