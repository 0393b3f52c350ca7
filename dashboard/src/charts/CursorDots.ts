import type { CursorState } from "./cursor";

// The rims of more dots than this would cover each other.
const many = 10;

/** Dots on the lines where the cursor reads them, on a canvas of their own: moving it must not draw the chart again. */
export class CursorDots {
  private readonly canvas = document.createElement("canvas");
  private over: HTMLElement | null = null;

  /** Show them over a plotting area. */
  mount(over: HTMLElement): void {
    this.clear();
    this.over = over;
    this.canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
  }

  /** Draw a dot for each reading; the nearest is larger. */
  show(state: CursorState, toX: (value: number) => number, toY: (value: number) => number, ground: string): void {
    const { over, canvas } = this;
    const context = canvas.getContext("2d");
    if (!over || !context) return;
    const ratio = window.devicePixelRatio || 1;
    // Setting the size clears the canvas, also where it is the same.
    canvas.width = Math.round(over.clientWidth * ratio);
    canvas.height = Math.round(over.clientHeight * ratio);
    // It is in the page only while it is needed: most charts are never pointed at, and each canvas is a layer to scroll.
    if (canvas.parentElement !== over) over.append(canvas);
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
  }

  /** Take all dots away. */
  clear(): void {
    this.canvas.remove();
  }
}
