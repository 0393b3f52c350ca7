/**
 * Where all charts of the page get their series: one loader, so that what several panels ask for in the same frame is one
 * request, what two panels show is loaded once, and a series that grows is asked only for its new points.
 *
 * It keeps what was loaded for a while after nobody shows it, so that scrolling back costs nothing. It draws nothing.
 */

import { type Arrays } from "../api/arrays";
import { ApiError } from "../api/client";
import type { RunChange, SeriesHeader, SeriesQuery, Stream, XAxis } from "../api/types";

import { append, type Points, pointsOf, sizeOf } from "./points";

/** A series as a chart wants it. `range` is in units of `x`; at most `resolution` points or buckets come. */
export interface SeriesAsk {
  project: string;
  run: string;
  key: string;
  stream: Stream;
  rank: number;
  x: XAxis;
  range: readonly [number, number] | null;
  resolution: number;
}

/** A series that was asked for. `points` is null until the first answer; `error` says in words why there is none. */
export interface SeriesEntry {
  readonly id: string;
  readonly ask: SeriesAsk;
  points: Points | null;
  error: string | null;
}

/** The request itself, as `arrays("/series/query", query)` makes it. */
export type SeriesFetch = (query: SeriesQuery, signal: AbortSignal) => Promise<Arrays<{ series: SeriesHeader[] }>>;

interface Held extends SeriesEntry {
  /** What has to be asked for: everything, or what came since. */
  wants: "whole" | "more" | null;
  batch: Batch | null;
  answeredAt: number;
  listeners: Set<() => void>;
}

interface Batch {
  entries: Held[];
  abort: AbortController;
  live: boolean;
  sentAt: number;
}

// One answer of so many series is about 2 MB at 1,000 buckets: small enough that the first panels paint before the last arrive.
const seriesPerRequest = 120;
// Browsers open six connections to a server over HTTP/1.1; the feed has one, and pictures want some.
const requestsAtOnce = 3;
// Between two questions for new points: at ten rows a second a line still moves smoothly, and the server rests.
const liveGapMs = 80;
// A change that arrives just after an answer with the same count is most likely the change that the answer had.
const sameChangeMs = 1_000;
const retryMs = 3_000;
const keptBytes = 64 * 2 ** 20;

/** Loads series and keeps them fresh. `frame` is called to wait for the next frame, `now` for the time in ms. */
export class SeriesLoader {
  private readonly entries = new Map<string, Held>();
  /** The entries of each run, so that a change finds them without looking at all others. */
  private readonly byRun = new Map<string, Set<Held>>();
  private readonly running = new Set<Batch>();
  private readonly queue = new Set<Held>();
  private framed = false;
  private liveUntil = 0;

  constructor(
    private readonly fetch: SeriesFetch,
    private readonly frame: (run: () => void) => void = (run) => requestAnimationFrame(run),
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The entry of a series, loaded or not. Nothing is asked for until somebody watches it. */
  entry(ask: SeriesAsk): SeriesEntry {
    return this.held(ask);
  }

  /** Load entries and keep them fresh; `listener` is called after each change. Ends when the returned function is called. */
  watch(entries: readonly SeriesEntry[], listener: () => void): () => void {
    const held = entries.map((entry) => this.held(entry.ask));
    // Of this watch alone: who watches anew before letting go of the watch before has one listener for both.
    const told = () => {
      listener();
    };
    for (const entry of held) {
      entry.listeners.add(told);
      // What is watched again counts as used last.
      this.entries.delete(entry.id);
      this.entries.set(entry.id, entry);
      if (entry.wants !== null && entry.batch === null) this.enqueue(entry);
    }
    return () => {
      for (const entry of held) this.release(entry, told);
      this.evict();
    };
  }

  /** Take note of a change from the feed. */
  changed(run: RunChange): void {
    if (!run.fields.includes("series") && run.keys === undefined) return;
    for (const entry of this.byRun.get(runKey(run.project, run.id)) ?? []) {
      const count = run.keys?.[entry.ask.key];
      if (run.keys !== undefined && count === undefined) continue;
      const known = entry.points?.count;
      if (count !== undefined && count === known && this.now() - entry.answeredAt < sameChangeMs) continue;
      entry.wants ??= entry.points === null ? "whole" : "more";
      if (entry.batch === null && entry.listeners.size > 0) this.enqueue(entry);
    }
  }

  /** Forget what a run had, as it was removed. */
  removed(project: string, run: string): void {
    for (const entry of this.byRun.get(runKey(project, run)) ?? []) this.forget(entry);
  }

  private held(ask: SeriesAsk): Held {
    const id = askId(ask);
    const known = this.entries.get(id);
    if (known) return known;
    const fresh: Held = { id, ask, points: null, error: null, wants: "whole", batch: null, answeredAt: -Infinity, listeners: new Set() }; // prettier-ignore
    this.entries.set(id, fresh);
    const run = runKey(ask.project, ask.run);
    const held = this.byRun.get(run);
    if (held) held.add(fresh);
    else this.byRun.set(run, new Set([fresh]));
    return fresh;
  }

  private forget(entry: Held): void {
    this.entries.delete(entry.id);
    this.queue.delete(entry);
    const run = runKey(entry.ask.project, entry.ask.run);
    const held = this.byRun.get(run);
    held?.delete(entry);
    if (held?.size === 0) this.byRun.delete(run);
  }

  private release(entry: Held, listener: () => void): void {
    entry.listeners.delete(listener);
    if (entry.listeners.size > 0) return;
    this.queue.delete(entry);
    const batch = entry.batch;
    if (batch?.entries.every((each) => each.listeners.size === 0)) batch.abort.abort();
  }

  private enqueue(entry: Held): void {
    this.queue.add(entry);
    this.plan();
  }

  private plan(): void {
    if (this.framed || this.queue.size === 0) return;
    this.framed = true;
    this.frame(() => {
      this.framed = false;
      this.flush();
    });
  }

  private flush(): void {
    const groups = new Map<string, Held[]>();
    const resting = this.now() < this.liveUntil || [...this.running].some((batch) => batch.live);
    for (const entry of this.queue) {
      if (entry.wants === "more" && resting) continue;
      const group = groupOf(entry.ask);
      const held = groups.get(group);
      if (held) held.push(entry);
      else groups.set(group, [entry]);
    }
    for (const entries of groups.values()) {
      for (let first = 0; first < entries.length; first += seriesPerRequest) {
        if (this.running.size >= requestsAtOnce) return;
        this.send(entries.slice(first, first + seriesPerRequest));
      }
    }
    if (this.queue.size > 0 && this.running.size === 0) setTimeout(() => this.plan(), liveGapMs);
  }

  private send(entries: Held[]): void {
    const batch: Batch = { entries, abort: new AbortController(), live: entries.some((e) => e.wants === "more"), sentAt: this.now() };
    this.running.add(batch);
    for (const entry of entries) {
      entry.batch = batch;
      this.queue.delete(entry);
    }
    const froms = entries.map((entry) => (entry.wants === "more" ? entry.points : null));
    for (const entry of entries) entry.wants = null;
    this.fetch(queryOf(entries, froms), batch.abort.signal)
      .then((answer) => this.take(entries, froms, answer))
      .catch((error: unknown) => this.fail(entries, froms, error))
      .finally(() => this.done(batch));
  }

  private take(entries: Held[], froms: (Points | null)[], answer: Arrays<{ series: SeriesHeader[] }>): void {
    const time = this.now();
    const told = new Set<() => void>();
    entries.forEach((entry, i) => {
      const header = answer.header.series[i];
      if (!header) return;
      const points = pointsOf(header, answer, entry.ask.range === null);
      const before = froms[i];
      entry.error = null;
      entry.answeredAt = time;
      if (before && !header.reset && header.epoch === before.epoch) append(before, points);
      else entry.points = points;
      if (entry.points && entry.points.length > 2 * entry.ask.resolution) entry.wants = "whole";
      for (const listener of entry.listeners) told.add(listener);
    });
    for (const listener of told) listener();
  }

  private fail(entries: Held[], froms: (Points | null)[], error: unknown): void {
    const aborted = error instanceof DOMException && error.name === "AbortError";
    const lost = aborted || (error instanceof ApiError && (error.status === 0 || error.status === 503));
    const told = new Set<() => void>();
    entries.forEach((entry, i) => {
      // What no answer can be had for now is asked for again; what the server refuses is not, until the run changes.
      if (lost) entry.wants ??= froms[i] ? "more" : "whole";
      if (!aborted) entry.error = error instanceof Error ? error.message : String(error);
      for (const listener of entry.listeners) told.add(listener);
    });
    for (const listener of told) listener();
    if (lost && !aborted) this.liveUntil = this.now() + retryMs;
  }

  private done(batch: Batch): void {
    this.running.delete(batch);
    const wait = this.liveUntil > this.now() ? this.liveUntil - this.now() : 0;
    // A server that takes long gets as long a rest.
    if (batch.live && wait === 0) this.liveUntil = this.now() + Math.max(liveGapMs, this.now() - batch.sentAt);
    for (const entry of batch.entries) {
      entry.batch = null;
      if (entry.wants !== null && entry.listeners.size > 0) this.queue.add(entry);
    }
    const failed = batch.entries.some((entry) => entry.error !== null);
    if (failed && wait > 0) setTimeout(() => this.plan(), wait);
    else this.plan();
    this.evict();
  }

  private evict(): void {
    const idle = [...this.entries.values()].filter((entry) => entry.listeners.size === 0 && entry.batch === null);
    let size = 0;
    // The newest stay: the map is in order of last use.
    for (const entry of idle.reverse()) {
      size += entry.points ? sizeOf(entry.points) : 0;
      if (size > keptBytes || entry.points === null) this.forget(entry);
    }
  }
}

function runKey(project: string, run: string): string {
  return `${project}/${run}`;
}

function askId(ask: SeriesAsk): string {
  return JSON.stringify([ask.project, ask.run, ask.key, ask.stream, ask.rank, ask.x, ask.range, ask.resolution]);
}

function groupOf(ask: SeriesAsk): string {
  return JSON.stringify([ask.project, ask.stream, ask.rank, ask.x, ask.range, ask.resolution]);
}

function queryOf(entries: Held[], froms: (Points | null)[]): SeriesQuery {
  const { project, stream, rank, x, range, resolution } = entries[0]!.ask;
  return {
    project,
    stream,
    rank,
    x,
    range: range ? [range[0], range[1]] : null,
    resolution,
    series: entries.map(({ ask }, i) => {
      const before = froms[i];
      return before ? { run: ask.run, key: ask.key, from: before.count, epoch: before.epoch } : { run: ask.run, key: ask.key };
    }),
  };
}
