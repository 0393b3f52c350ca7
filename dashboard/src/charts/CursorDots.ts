import type { CursorState } from "./cursor";

// The rims of more dots than this would cover each other.
const many = 10;

/** Dots on the lines where the cursor reads them, on a canvas of their own: moving it must not draw the chart again. */
export class CursorDots {
  private readonly canvas = document.createElement("canvas");
  private over: HTMLElement | null = null;
  private shown = false;

  /** Put the canvas over a plotting area. */
  mount(over: HTMLElement): void {
    this.over = over;
    this.canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
    over.append(this.canvas);
    this.resize();
  }

  /** Fit the plotting area. */
  resize(): void {
    this.shown = false;
    // Sized when it is needed: most charts of a page are never pointed at.
    this.canvas.width = this.canvas.height = 0;
  }

  /** Draw a dot for each reading; the nearest is larger. */
  show(state: CursorState, toX: (value: number) => number, toY: (value: number) => number, ground: string): void {
    const { over, canvas } = this;
    const context = canvas.getContext("2d");
    if (!over || !context) return;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(over.clientWidth * ratio);
    if (canvas.width !== width) {
      canvas.width = width;
      canvas.height = Math.round(over.clientHeight * ratio);
    } else this.clear();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const few = state.readings.length <= many;
    for (const { trace, x, value, nearest } of state.readings) {
      if (!Number.isFinite(value)) continue;
      context.beginPath();
      context.arc(toX(x), toY(value), nearest ? 4.5 : few ? 3 : 2, 0, 2 * Math.PI);
      context.fillStyle = trace.colour;
      context.fill();
      if (!few && !nearest) continue;
      context.strokeStyle = ground;
      context.lineWidth = 1.5;
      context.stroke();
    }
    this.shown = true;
  }

  /** Take all dots away. */
  clear(): void {
    if (!this.shown) return;
    this.shown = false;
    const context = this.canvas.getContext("2d");
    context?.setTransform(1, 0, 0, 1, 0, 0);
    context?.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}
