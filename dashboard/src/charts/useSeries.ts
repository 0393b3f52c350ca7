/**
 * Series for a component: loaded through the one loader of the page, followed live, and replaced without a blank moment
 * when a chart zooms: what was shown stays until what was asked for has come.
 */

import { useEffect, useRef, useState, useSyncExternalStore } from "react";

import { arrays } from "../api/client";
import { feed } from "../api/feed";
import type { SeriesHeader } from "../api/types";

import { type SeriesAsk, type SeriesEntry, SeriesLoader } from "./loader";
import type { Points } from "./points";

/** The loader of the page. */
export const seriesLoader = new SeriesLoader((query, signal) =>
  arrays<{ series: SeriesHeader[] }>("/series/query", query, signal),
);

feed.onChange((change) => {
  for (const run of change.runs) seriesLoader.changed(run);
  for (const { project, id } of change.removed) seriesLoader.removed(project, id);
});

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
    const same = wanted.length === this.wanted.length && wanted.every((entry, i) => entry.id === this.wanted[i]!.id);
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

/** What a chart needs to know of its series without looking at their points. */
export interface SeriesStatus {
  set: SeriesSet;
  loading: boolean;
  error: string | null;
}

/** Load series while `active`, and follow them. The component renders again when loading ends or fails, not for new points. */
export function useSeries(asks: readonly SeriesAsk[], active: boolean): SeriesStatus {
  const [set] = useState(() => new SeriesSet(seriesLoader));
  const status = useSyncExternalStore(set.subscribe, set.status);
  useEffect(() => {
    set.ask(asks, active);
  }, [set, asks, active]);
  const closing = useRef(set);
  useEffect(() => {
    const open = closing.current;
    return () => {
      open.close();
    };
  }, []);
  return {
    set,
    loading: status.startsWith("loading"),
    error: status.startsWith("error: ") ? status.slice(7).replace(/ some$/, "") : null,
  };
}

function alike(a: SeriesEntry, b: SeriesEntry): boolean {
  return a.ask.run === b.ask.run && a.ask.key === b.ask.key && a.ask.x === b.ask.x && a.ask.rank === b.ask.rank && a.ask.stream === b.ask.stream && a.ask.project === b.ask.project; // prettier-ignore
}
