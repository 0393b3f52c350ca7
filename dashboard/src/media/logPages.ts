/** The lines of a console, fetched in pages as they come into view. It knows nothing of React. */

import type { ConsoleLine, ConsolePage } from "../api/types";

/** Fetches `count` lines from the `first` on. */
export type LoadLines = (first: number, count: number, signal: AbortSignal) => Promise<ConsolePage>;

/** Lines in a page: some screens, and an answer of about 50 kB. */
export const PAGE = 500;
const MOST_PAGES = 120;

/** Pages of lines; `subscribe` tells of each change. */
export class LogPages {
  /** How many lines there are; null before the first answer. */
  total: number | null = null;
  error: unknown = null;
  version = 0;
  private readonly pages = new Map<number, ConsoleLine[]>();
  private readonly loading = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private readonly stop = new AbortController();
  private seen: [number, number] = [0, 0];
  private refreshing: Promise<void> | null = null;
  private again = false;

  constructor(private readonly load: LoadLines) {}

  /** Calls `listener` after each change until the returned function is called. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Fetches no more. */
  close(): void {
    this.stop.abort();
  }

  /** The line at a place, if it is here. */
  line(index: number): ConsoleLine | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Says which lines are in view, so that they are fetched. */
  show(first: number, last: number): void {
    this.seen = [Math.floor(Math.max(0, first) / PAGE), Math.floor(Math.max(0, last) / PAGE)];
    for (let page = this.seen[0]; page <= this.seen[1]; page += 1) if (!this.isComplete(page)) void this.fetch(page);
  }

  /** Fetches what may have changed: how many lines there are, the last page and those in view. */
  refresh(): Promise<void> {
    if (this.refreshing) {
      this.again = true;
      return this.refreshing;
    }
    const last = this.total === null ? null : Math.max(0, Math.floor((this.total - 1) / PAGE));
    const pages = new Set(last === null ? [] : [last, ...this.seen].filter((page) => page <= last));
    const work = last === null ? this.first() : Promise.all([...pages].map((page) => this.fetch(page)));
    this.refreshing = work.then(() => {
      this.refreshing = null;
      if (!this.again) return undefined;
      this.again = false;
      return this.refresh();
    });
    return this.refreshing;
  }

  /** Learns how many lines there are from the page at the end, which is what is looked at first. */
  private async first(): Promise<void> {
    await this.answer(() => this.load(-1, 1, this.stop.signal));
    if (this.total) await this.fetch(Math.floor((this.total - 1) / PAGE));
  }

  private isComplete(page: number): boolean {
    const lines = this.pages.get(page);
    return lines !== undefined && (lines.length === PAGE || page * PAGE + lines.length >= (this.total ?? 0));
  }

  private async fetch(page: number): Promise<void> {
    if (this.loading.has(page)) return;
    this.loading.add(page);
    const found = await this.answer(() => this.load(page * PAGE, PAGE, this.stop.signal));
    this.loading.delete(page);
    if (!found) return;
    this.pages.delete(page); // to put it last: the first are those that nobody looked at for long
    this.pages.set(page, found.lines);
    for (const old of this.pages.keys()) {
      if (this.pages.size <= MOST_PAGES) break;
      if (old < this.seen[0] || old > this.seen[1]) this.pages.delete(old);
    }
    this.changed();
  }

  private async answer(ask: () => Promise<ConsolePage>): Promise<ConsolePage | null> {
    try {
      const found = await ask();
      if (this.stop.signal.aborted) return null;
      this.error = null;
      this.total = found.total;
      this.changed();
      return found;
    } catch (error) {
      if (this.stop.signal.aborted) return null;
      this.error = error;
      this.changed();
      return null;
    }
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}
