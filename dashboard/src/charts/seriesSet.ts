/** What one component shows of the loader's series: what was shown stays until what was asked for has come. */

import type { SeriesAsk, SeriesEntry, SeriesLoader } from "./loader";
import type { Points } from "./points";

/** The series that one component shows. Its `points` are read at the moment of drawing, as they grow in place. */
export class SeriesSet {
  private wanted: SeriesEntry[] = [];
  private shown: SeriesEntry[] = [];
  private stop: (() => void) | null = null;
  private active = false;
  private readonly listeners = new Set<() => void>();
  private state = "";

  constructor(private readonly loader: SeriesLoader) {}

  /** Show these series; while `active` they are loaded and followed. Asking for the same again does nothing. */
  ask(asks: readonly SeriesAsk[], active: boolean): void {
    const wanted = asks.map((ask) => this.loader.entry(ask));
    // The same objects, not the same names: what nobody watched the loader may have forgotten, and made anew by now.
    const same = wanted.length === this.wanted.length && wanted.every((entry, i) => entry === this.wanted[i]);
    if (same && active === this.active) return;
    if (!same) {
      const before = this.shown;
      this.wanted = wanted;
      this.shown = wanted.map((entry) => (entry.points ? entry : (before.find((old) => alike(old, entry)) ?? entry)));
    }
    this.active = active;
    // The new ones are watched before the old ones are let go, so that what is in both is never dropped.
    const stop = this.stop;
    this.stop = active ? this.loader.watch([...new Set([...this.wanted, ...this.shown])], this.refresh) : null;
    stop?.();
    this.tell();
  }

  /** The points of series `i` of what was asked for, or what is shown in their place until they have come. */
  points(i: number): Points | null {
    return this.shown[i]?.points ?? null;
  }

  /** Hear of new points, until the returned function is called. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Whether any series has points. */
  some(): boolean {
    return this.shown.some((entry) => (entry.points?.length ?? 0) > 0);
  }

  /** `loading`, `ready` or the words of an error, with the number of series that have come. */
  status = (): string => this.state;

  /** Let go of everything. */
  close(): void {
    this.stop?.();
    this.stop = null;
    this.active = false;
  }

  private readonly refresh = (): void => {
    const late = this.shown.some((entry, i) => entry !== this.wanted[i] && this.wanted[i]!.points !== null);
    if (late) {
      this.shown = this.wanted.map((entry, i) => (entry.points ? entry : this.shown[i]!));
      const stop = this.stop;
      if (this.active) this.stop = this.loader.watch([...new Set([...this.wanted, ...this.shown])], this.refresh);
      if (this.active) stop?.();
    }
    this.tell();
  };

  private tell(): void {
    const error = this.wanted.find((entry) => entry.error !== null)?.error;
    const come = this.wanted.filter((entry) => entry.points !== null).length;
    this.state = error ? `error: ${error}` : come === this.wanted.length ? "ready" : `loading ${come}`;
    if (this.some()) this.state += " some"; // so that the first point of an empty chart is news
    for (const listener of this.listeners) listener();
  }
}

function alike(a: SeriesEntry, b: SeriesEntry): boolean {
  return a.ask.run === b.ask.run && a.ask.key === b.ask.key && a.ask.x === b.ask.x && a.ask.rank === b.ask.rank && a.ask.stream === b.ask.stream && a.ask.project === b.ask.project; // prettier-ignore
}
