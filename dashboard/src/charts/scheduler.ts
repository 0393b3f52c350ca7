/**
 * When charts draw: once a frame at most, what a person did at once, what came from the feed when there is time.
 * It keeps live charts under a share of the main thread, however many there are.
 */

/** Something that can be drawn. */
export interface Drawable {
  draw: () => void;
}

// A frame has 16 ms. Without a GPU the browser needs about as long again to paint what was drawn; the rest is for React and the layout.
const frameBudgetMs = 5;
// After live drawing took t, it rests for so many t: a ninth of the main thread, and the rest is for what comes with it.
const restFactor = 8;
// On a machine that is busy with other things a frame may take a second; five seconds of rest would look broken.
const longestRestMs = 1_000;

/** Draws in animation frames. `frame` asks for one, `painted` calls back when its painting is over, `now` is the time in ms. */
export class DrawQueue {
  private readonly urgent = new Set<Drawable>();
  private readonly live = new Set<Drawable>();
  private framed = false;
  private restUntil = 0;

  constructor(
    private readonly frame: (run: () => void) => void = (run) => requestAnimationFrame(run),
    private readonly painted: (run: () => void) => void = afterPainting,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Draw in the next frame. */
  soon(drawable: Drawable): void {
    this.live.delete(drawable);
    this.urgent.add(drawable);
    this.plan();
  }

  /** Draw when there is time. */
  later(drawable: Drawable): void {
    if (this.urgent.has(drawable)) return;
    this.live.add(drawable);
    this.plan();
  }

  /** Do not draw it. */
  cancel(drawable: Drawable): void {
    this.urgent.delete(drawable);
    this.live.delete(drawable);
  }

  private plan(): void {
    if (this.framed || this.urgent.size + this.live.size === 0) return;
    const wait = this.urgent.size > 0 ? 0 : this.restUntil - this.now();
    this.framed = true;
    const run = () => {
      this.frame(() => {
        this.framed = false;
        this.run();
      });
    };
    // A chart that becomes urgent during the rest waits at most this long; a frame is as good as nothing.
    if (wait > frameBudgetMs) setTimeout(run, Math.min(wait, 30));
    else run();
  }

  private run(): void {
    const start = this.now();
    for (const drawable of this.urgent) {
      // The first is drawn whatever it takes, or nothing ever would be.
      this.urgent.delete(drawable);
      drawable.draw();
      if (this.now() - start > frameBudgetMs) break;
    }
    if (this.urgent.size === 0 && this.live.size > 0 && start >= this.restUntil) this.runLive(start);
    this.plan();
  }

  private runLive(start: number): void {
    for (const drawable of this.live) {
      this.live.delete(drawable);
      drawable.draw();
      if (this.now() - start > frameBudgetMs) break;
    }
    // Without a GPU most of the cost comes after the drawing, when the browser paints what was drawn.
    this.painted(() => {
      const end = this.now();
      this.restUntil = Math.max(this.restUntil, end + Math.min((end - start) * restFactor, longestRestMs));
    });
  }
}

/** The queue of the page. */
export const drawQueue = new DrawQueue();

function afterPainting(run: () => void): void {
  // A message that is sent in a frame arrives after the frame was painted.
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    channel.port1.close();
    run();
  };
  channel.port2.postMessage(null);
}
