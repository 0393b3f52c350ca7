/**
 * Lines of groups of runs, loaded through one loader of the page: what panels ask for in the same frame with the same groups
 * is one request. A group whose runs log is asked for anew at most every two seconds, since all of its line may change.
 */

import { type Arrays, floats } from "../api/arrays";
import type { AggregateHeader, AggregateQuery, RunChange, Stream, XAxis } from "../api/types";
import type { Grouping } from "../workspace/view";

import type { Points } from "./points";

/** The runs of a group under a name. */
export interface RunGroupAsk {
  name: string;
  runs: string[];
}

/** One key of several groups, as a chart wants it. */
export interface AggregateAsk {
  project: string;
  groups: RunGroupAsk[];
  key: string;
  stream: Stream;
  rank: number;
  x: XAxis;
  range: readonly [number, number] | null;
  resolution: number;
}

/** The statistics of one group at each of its steps or buckets. */
export interface Aggregate {
  name: string;
  runs: number;
  x: Float64Array;
  mean: Float64Array;
  median: Float64Array;
  min: Float64Array;
  max: Float64Array;
  std: Float64Array;
  stderr: Float64Array;
  count: Float64Array;
}

/** What was asked for; `groups` is null until the first answer. */
export interface AggregateEntry {
  readonly id: string;
  readonly ask: AggregateAsk;
  groups: Aggregate[] | null;
  error: string | null;
}

/** The request itself, as `arrays("/series/aggregate", query)` makes it. */
export type AggregateFetch = (query: AggregateQuery) => Promise<Arrays<{ groups: AggregateHeader[] }>>;

interface Held extends AggregateEntry {
  stale: boolean;
  asked: boolean;
  answeredAt: number;
  listeners: Set<() => void>;
}

// All runs of a group are read for each answer; sooner than this a mean does not visibly move.
const againMs = 2_000;
const keysPerRequest = 8;

/** Loads aggregates and keeps them fresh. */
export class AggregateLoader {
  private readonly entries = new Map<string, Held>();
  private framed = false;

  constructor(
    private readonly fetch: AggregateFetch,
    private readonly frame: (run: () => void) => void = (run) => requestAnimationFrame(run),
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The entry of an ask, loaded or not. */
  entry(ask: AggregateAsk): AggregateEntry {
    return this.held(ask);
  }

  /** Load entries and keep them fresh, until the returned function is called. */
  watch(entries: readonly AggregateEntry[], listener: () => void): () => void {
    const held = entries.map((entry) => this.held(entry.ask));
    // Of this watch alone, as in the loader of series.
    const told = () => {
      listener();
    };
    for (const entry of held) entry.listeners.add(told);
    this.plan(0);
    return () => {
      for (const entry of held) {
        entry.listeners.delete(told);
        if (entry.listeners.size === 0 && !entry.asked) this.entries.delete(entry.id);
      }
    };
  }

  /** Take note of a change from the feed. */
  changed(run: RunChange): void {
    for (const entry of this.entries.values()) {
      if (entry.ask.project !== run.project) continue;
      if (run.keys !== undefined && !(entry.ask.key in run.keys)) continue;
      if (run.keys === undefined && !run.fields.includes("series")) continue;
      if (!entry.ask.groups.some((group) => group.runs.includes(run.id))) continue;
      entry.stale = true;
      this.plan(Math.max(0, entry.answeredAt + againMs - this.now()));
    }
  }

  private held(ask: AggregateAsk): Held {
    const id = JSON.stringify(ask);
    const known = this.entries.get(id);
    if (known) return known;
    const fresh: Held = { id, ask, groups: null, error: null, stale: true, asked: false, answeredAt: -Infinity, listeners: new Set() }; // prettier-ignore
    this.entries.set(id, fresh);
    return fresh;
  }

  private plan(wait: number): void {
    if (this.framed) return;
    this.framed = true;
    const run = () => {
      this.frame(() => {
        this.framed = false;
        this.flush();
      });
    };
    if (wait > 0) setTimeout(run, wait);
    else run();
  }

  private flush(): void {
    const time = this.now();
    const groups = new Map<string, Held[]>();
    let next = Infinity;
    for (const entry of this.entries.values()) {
      if (!entry.stale || entry.asked || entry.listeners.size === 0) continue;
      const due = entry.answeredAt + againMs;
      if (due > time) next = Math.min(next, due - time);
      else {
        const { key: _key, ...shared } = entry.ask;
        const name = JSON.stringify(shared);
        groups.set(name, [...(groups.get(name) ?? []), entry]);
      }
    }
    for (const entries of groups.values()) {
      for (let i = 0; i < entries.length; i += keysPerRequest) void this.send(entries.slice(i, i + keysPerRequest));
    }
    if (next < Infinity) this.plan(next);
  }

  private async send(entries: Held[]): Promise<void> {
    const { key: _key, range, ...shared } = entries[0]!.ask;
    for (const entry of entries) {
      entry.asked = true;
      entry.stale = false;
    }
    try {
      const answer = await this.fetch({
        ...shared,
        range: range ? [range[0], range[1]] : null,
        keys: entries.map((entry) => entry.ask.key),
      });
      for (const entry of entries) {
        entry.groups = entry.ask.groups.map((group) => aggregateOf(answer, group.name, entry.ask.key));
        entry.error = null;
      }
    } catch (error) {
      for (const entry of entries) entry.error = error instanceof Error ? error.message : String(error);
    }
    const told = new Set<() => void>();
    for (const entry of entries) {
      entry.asked = false;
      entry.answeredAt = this.now();
      for (const listener of entry.listeners) told.add(listener);
      if (entry.listeners.size === 0) this.entries.delete(entry.id);
    }
    for (const listener of told) listener();
    if (entries.some((entry) => entry.stale)) this.plan(againMs);
  }
}

/** The line and the band of a group as points: `y` is the line, `min` and `max` the band. */
export function bandOf(aggregate: Aggregate, grouping: Pick<Grouping, "line" | "band">): Points {
  const { x, std, stderr, min, max } = aggregate;
  const y = aggregate[grouping.line];
  const around = grouping.band === "std" ? std : grouping.band === "stderr" ? stderr : null;
  const side = (sign: number) => (around ? y.map((value, i) => value + sign * around[i]!) : y);
  return {
    count: x.length,
    epoch: 0,
    length: x.length,
    buckets: 0,
    perBucket: 1,
    open: 0,
    x,
    xEnd: x,
    y,
    min: grouping.band === "minmax" ? min : side(-1),
    max: grouping.band === "minmax" ? max : side(1),
    nan: new Float64Array(0),
    ascending: true,
    version: 0,
  };
}

function aggregateOf(answer: Arrays<{ groups: AggregateHeader[] }>, name: string, key: string): Aggregate {
  const header = answer.header.groups.find((group) => group.name === name && group.key === key);
  const array = (index: number | undefined) => floats(index === undefined ? undefined : answer.arrays[index]);
  return {
    name,
    runs: header?.runs ?? 0,
    x: array(header?.x),
    mean: array(header?.mean),
    median: array(header?.median),
    min: array(header?.min),
    max: array(header?.max),
    std: array(header?.std),
    stderr: array(header?.stderr),
    count: array(header?.count),
  };
}
