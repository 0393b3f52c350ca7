/** Lines of groups for a component, loaded through the one loader of the page and followed live. */

import { useEffect, useState, useSyncExternalStore } from "react";

import { arrays } from "../api/client";
import { feed } from "../api/feed";
import type { AggregateHeader } from "../api/types";
import type { Grouping } from "../workspace/view";

import { type Aggregate, type AggregateAsk, type AggregateEntry, AggregateLoader, bandOf } from "./aggregates";
import type { Points } from "./points";

/** The loader of the page. */
export const aggregateLoader = new AggregateLoader((query) =>
  arrays<{ groups: AggregateHeader[] }>("/series/aggregate", query),
);

feed.onChange((change) => {
  for (const run of change.runs) aggregateLoader.changed(run);
});

/** The groups that one component shows: of each ask its groups, one after another. */
export class AggregateSet {
  private wanted: AggregateEntry[] = [];
  private shown: AggregateEntry[] = [];
  private stop: (() => void) | null = null;
  private active = false;
  private state = "";
  private readonly listeners = new Set<() => void>();
  private readonly bands = new WeakMap<Aggregate, { look: string; points: Points }>();

  constructor(private readonly loader: AggregateLoader) {}

  /** Show these; while `active` they are loaded and followed. */
  ask(asks: readonly AggregateAsk[], active: boolean): void {
    const wanted = asks.map((ask) => this.loader.entry(ask));
    const same = wanted.length === this.wanted.length && wanted.every((entry, i) => entry.id === this.wanted[i]!.id);
    if (same && active === this.active) return;
    const before = this.shown;
    this.wanted = wanted;
    this.active = active;
    // What was shown stays while another range of the same comes.
    this.shown = wanted.map((entry) => (entry.groups ? entry : (before.find((old) => alike(old, entry)) ?? entry)));
    const stop = this.stop;
    this.stop = active ? this.loader.watch(wanted, this.refresh) : null;
    stop?.();
    this.tell();
  }

  /** The line and band of group `group` of ask `ask`. */
  points(ask: number, group: number, grouping: Pick<Grouping, "line" | "band">): Points | null {
    const aggregate = this.shown[ask]?.groups?.[group];
    if (!aggregate) return null;
    const look = `${grouping.line} ${grouping.band}`;
    const known = this.bands.get(aggregate);
    if (known?.look === look) return known.points;
    const points = bandOf(aggregate, grouping);
    this.bands.set(aggregate, { look, points });
    return points;
  }

  /** Whether any group has points. */
  some(): boolean {
    return this.shown.some((entry) => entry.groups?.some((group) => group.x.length > 0) ?? false);
  }

  /** How many runs a group has that logged the key, or null while that is not known. */
  runs(ask: number, group: number): number | null {
    return this.shown[ask]?.groups?.[group]?.runs ?? null;
  }

  /** Hear of news, until the returned function is called. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** `loading`, `ready` or the words of an error. */
  status = (): string => this.state;

  /** Let go of everything. */
  close(): void {
    this.stop?.();
    this.stop = null;
    this.active = false;
  }

  private readonly refresh = (): void => {
    this.shown = this.wanted.map((entry, i) => (entry.groups ? entry : this.shown[i]!));
    this.tell();
  };

  private tell(): void {
    const error = this.wanted.find((entry) => entry.error !== null)?.error;
    this.state = error ? `error: ${error}` : this.wanted.every((entry) => entry.groups) ? "ready" : "loading";
    if (this.some()) this.state += " some";
    for (const listener of this.listeners) listener();
  }
}

/** Load groups while `active`, and follow them. */
export function useAggregates(asks: readonly AggregateAsk[], active: boolean): { set: AggregateSet; loading: boolean; error: string | null } {
  const [set] = useState(() => new AggregateSet(aggregateLoader));
  const status = useSyncExternalStore(set.subscribe, set.status);
  useEffect(() => {
    set.ask(asks, active);
  }, [set, asks, active]);
  useEffect(
    () => () => {
      set.close();
    },
    [set],
  );
  return { set, loading: status.startsWith("loading"), error: status.startsWith("error: ") ? status.slice(7).replace(/ some$/, "") : null };
}

function alike(a: AggregateEntry, b: AggregateEntry): boolean {
  const strip = ({ range: _range, resolution: _resolution, ...ask }: AggregateAsk) => JSON.stringify(ask);
  return strip(a.ask) === strip(b.ask);
}
