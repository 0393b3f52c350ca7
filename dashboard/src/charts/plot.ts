/**
 * One line chart on a canvas. uPlot has the axes, the grid, the cursor, the zoom box and the synced cursors; the lines are
 * painted by `paint.ts`, since runs share no x and a table of all steps against all runs would cost more than the chart.
 */

import uPlot from "uplot";

import { axisRoom, axisTicks, drawTitles, labelWidth, tickFont } from "./axes";
import { type CursorStore, readCursor } from "./cursor";
import { CursorDots } from "./CursorDots";
import { highlightedRun } from "./highlight";
import { type ChartModel, type Frame, frameOf } from "./model";
import { type Axis, paint, type Unseen } from "./paint";
import { type Drawable, drawQueue } from "./scheduler";
import { chartTheme, type ChartTheme } from "./theme";
import type { Ticks } from "./ticks";

/** What a chart tells. */
export interface ChartEvents {
  /** A box was drawn; a null side stays as it is. */
  onZoom: (x: [number, number] | null, y: [number, number] | null) => void;
  onReset: () => void;
  /** Sentences on what is not to be seen in the picture. */
  onNotes: (notes: string[]) => void;
}

// uPlot wants data; the lines do not come from it.
const NO_DATA: uPlot.AlignedData = [
  [0, 1],
  [null, null],
];

/** A chart in an element. Draws when told that something changed, in the next frame. */
export class Plot implements Drawable {
  private plot: uPlot | null = null;
  private frame: Frame = { lines: [], x: [0, 1], y: { low: 0, high: 1, nonPositive: 0 } };
  private xTicks: Ticks = { values: [], labels: [] };
  private yTicks: Ticks = { values: [], labels: [] };
  private readonly dots = new CursorDots();
  private notes = "";
  private seen = true;
  private late = false;
  /** How many lines had points when it was drawn last. */
  private drawn = 0;
  private shape = "";
  private theme: ChartTheme = chartTheme();

  constructor(
    private readonly host: HTMLElement,
    private model: ChartModel,
    private readonly events: ChartEvents,
    readonly cursor: CursorStore,
    private size: { width: number; height: number },
    /** Charts of the same name have synced cursors; null for a chart of its own. */
    private readonly sync: string | null,
  ) {}

  /** Show another model or the same one anew, in the next frame. */
  show(model: ChartModel, size: { width: number; height: number }): void {
    this.model = model;
    this.size = size;
    drawQueue.soon(this);
  }

  /** Draw again when there is time, as points came. */
  grew(): void {
    // The first lines of a chart are what a person waits for.
    if (this.drawn === 0) drawQueue.soon(this);
    else if (this.seen) drawQueue.later(this);
    else this.late = true;
  }

  /** Whether it is on the screen; what came while it was not is drawn when it is. */
  look(seen: boolean): void {
    this.seen = seen;
    if (!seen || !this.late) return;
    this.late = false;
    drawQueue.soon(this);
  }

  /** Draw again in the next frame, as the theme or the highlighted run changed. */
  refresh(): void {
    drawQueue.soon(this);
  }

  /** Draw now. */
  draw(): void {
    const { model, size } = this;
    if (size.width < 20 || size.height < 20) return;
    this.theme = chartTheme();
    this.frame = frameOf(model);
    this.drawn = this.frame.lines.length;
    const shape = [model.logX, model.logY, model.xName, model.xTitle, model.yTitle, this.theme.dark].join(" ");
    if (this.plot === null || shape !== this.shape) this.build(shape);
    const plot = this.plot!;
    if (plot.width !== size.width || plot.height !== size.height) plot.setSize(size);
    plot.batch(() => {
      plot.setScale("x", { min: this.frame.x[0], max: this.frame.x[1] });
      plot.setScale("y", { min: this.frame.y.low, max: this.frame.y.high });
      // The lines may have changed where the axes have not.
      plot.redraw(false, true);
    });
    this.point();
  }

  /** The canvas of the chart as it was drawn last. */
  canvas(): HTMLCanvasElement | null {
    return this.plot?.ctx.canvas ?? null;
  }

  /** The ranges that the axes show. */
  ranges(): { x: readonly [number, number]; y: [number, number] } {
    const { x, y } = this.frame;
    return { x, y: [y.low, y.high] };
  }

  /** Put the cursor at a value of x, as the keyboard does; null takes it away. */
  pointAt(x: number | null): void {
    const plot = this.plot;
    if (!plot) return;
    if (x === null) plot.setCursor({ left: -10, top: -10 });
    else plot.setCursor({ left: plot.valToPos(x, "x"), top: plot.over.clientHeight / 2 });
  }

  /** Take everything away. */
  destroy(): void {
    drawQueue.cancel(this);
    this.plot?.destroy();
    this.plot = null;
  }

  private build(shape: string): void {
    this.plot?.destroy();
    this.shape = shape;
    const { model, size } = this;
    const scale = (log: boolean): uPlot.Scale => (log ? { time: false, auto: false, distr: 3, log: 10 } : { time: false, auto: false }); // prettier-ignore
    const options: uPlot.Options = {
      ...size,
      scales: { x: scale(model.logX), y: scale(model.logY) },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: [this.axis("x"), this.axis("y")],
      legend: { show: false },
      padding: [axisRoom(model).top, 14, 0, 0],
      cursor: this.cursorOptions(),
      select: { show: true, left: 0, top: 0, width: 0, height: 0 },
      hooks: {
        draw: [() => { this.paint(); }],
        setCursor: [() => { this.point(); }],
        setSize: [() => { this.dots.clear(); }],
        setSelect: [() => { this.zoom(); }],
      }, // prettier-ignore
    };
    this.plot = new uPlot(options, NO_DATA, this.host);
    this.dots.mount(this.plot.over);
    this.plot.over.addEventListener("dblclick", () => {
      this.events.onReset();
    });
  }

  private cursorOptions(): uPlot.Cursor {
    const cursor: uPlot.Cursor = {
      y: false,
      points: { show: false },
      // A box that is flat or narrow zooms one axis only: below 24 px the hand did not mean the other.
      drag: { x: true, y: true, uni: 24, dist: 4, setScale: false },
      bind: { dblclick: () => null },
    };
    if (this.sync === null) return cursor;
    const moves = (type: string) => type === "mousemove" || type === "mouseleave";
    return {
      ...cursor,
      sync: {
        key: `${this.sync} ${this.model.xName}`,
        setSeries: false,
        scales: ["x", null],
        filters: { pub: moves, sub: moves },
      },
    };
  }

  private axis(name: "x" | "y"): uPlot.Axis {
    const { theme } = this;
    const horizontal = name === "x";
    const font = tickFont(theme);
    return {
      scale: name,
      stroke: theme.textFaint,
      font,
      gap: horizontal ? 4 : 5,
      size: horizontal ? axisRoom(this.model).x : (_plot, values) => labelWidth(values ?? [], font),
      grid: { stroke: theme.line, width: 1, show: !horizontal },
      ticks: { stroke: theme.lineStrong, width: 1, size: horizontal ? 4 : 0 },
      border: { show: horizontal, stroke: theme.lineStrong, width: 1 },
      splits: (plot, _axis, low, high) => {
        const found = axisTicks(this.model, name, low, high, horizontal ? plot.width : plot.height);
        if (horizontal) this.xTicks = found;
        else this.yTicks = found;
        return found.values;
      },
      // Without it uPlot drops the ticks of a log axis that it would not have chosen.
      filter: (_plot, splits) => splits,
      values: () => (horizontal ? this.xTicks.labels : this.yTicks.labels),
    };
  }

  private paint(): void {
    const plot = this.plot;
    if (!plot) return;
    const axes = this.axes();
    drawTitles(plot.ctx, this.model, axes.x, axes.y, this.theme, uPlot.pxRatio);
    const unseen = paint(plot.ctx, {
      lines: this.frame.lines,
      ...axes,
      ratio: uPlot.pxRatio,
      theme: this.theme,
      withOriginal: this.model.showOriginal,
      highlighted: highlightedRun(),
    });
    this.tell(unseen);
  }

  private axes(): { x: Axis; y: Axis } {
    const { left, top, width, height } = this.plot!.bbox;
    const { logX, logY } = this.model;
    const { x, y } = this.frame;
    return {
      x: { low: x[0], high: x[1], start: left, end: left + width, log: logX },
      y: { low: y.low, high: y.high, start: top + height, end: top, log: logY },
    };
  }

  private tell(unseen: Unseen): void {
    const notes = sentences(unseen, this.frame.y.nonPositive, this.model);
    const text = notes.join("\n");
    if (text === this.notes) return;
    this.notes = text;
    this.events.onNotes(notes);
  }

  private zoom(): void {
    const plot = this.plot!;
    const { left, top, width, height } = plot.select;
    if (width === 0 && height === 0) return;
    const at = (pixel: number, scale: "x" | "y") => plot.posToVal(pixel, scale);
    const { clientWidth, clientHeight } = plot.over;
    const x: [number, number] | null = width < clientWidth ? [at(left, "x"), at(left + width, "x")] : null;
    const y: [number, number] | null = height < clientHeight ? [at(top + height, "y"), at(top, "y")] : null;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (x || y) this.events.onZoom(x, y);
  }

  private point(): void {
    const plot = this.plot;
    if (!plot) return;
    const { left = -10, top = -10, event } = plot.cursor;
    if (left < 0) {
      this.dots.clear();
      this.cursor.set(null);
      return;
    }
    const at = (pixel: number) => plot.posToVal(pixel, "x");
    const x = at(left);
    const slack = at(left + 8) - x;
    const column = [at(left - 0.5), at(left + 0.5)] as const;
    const toY = (value: number) => plot.valToPos(value, "y");
    const state = readCursor(this.frame.lines, { x, column, left, y: event && top >= 0 ? top : null, slack, toY });
    this.dots.show(state, (value) => plot.valToPos(value, "x"), toY, this.theme.background);
    this.cursor.set(state);
  }
}

function sentences(unseen: Unseen, nonPositive: number, model: ChartModel): string[] {
  const notes: string[] = [];
  const count = (n: number, noun: string) => `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;
  if (nonPositive > 0) notes.push(`${count(nonPositive, "point")} at or below 0 ${nonPositive === 1 ? "has" : "have"} no place on a log axis`); // prettier-ignore
  const outside = unseen.above + unseen.below;
  if (outside > 0 && model.clipOutliers && !model.zoomY) notes.push(`${count(outside, "outlier")} beyond the axis (▲▼)`);
  if (unseen.nan > 0) notes.push(`${count(unseen.nan, "gap")} of NaN (×)`);
  if (unseen.infinite > 0) notes.push(`${count(unseen.infinite, "infinite value")} (∞)`);
  return notes;
}
