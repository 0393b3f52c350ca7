/**
 * What the charts of a page are zoomed to: of each panel, and of all charts over the same x where they zoom together.
 *
 * It stands beside the view and not in it: a zoom is where one looks, and a box that is drawn must not render the page again
 * before its chart is painted.
 */

import { createContext, useCallback, useContext, useState, useSyncExternalStore } from "react";

/** From and to, in units of an axis. */
export type Range = readonly [number, number];

/** The zoom of one panel; null is an axis that shows everything. `of` is the x that it is in units of: of another one it means nothing. */
export interface Zoom {
  of: string;
  x: Range | null;
  y: Range | null;
}

/** All zooms of a page: by the id of a panel, and by the name of an x. */
export interface Zooms {
  panels: Readonly<Record<string, Zoom>>;
  shared: Readonly<Record<string, Range>>;
}

/** Everything is shown. */
export const noZooms: Zooms = { panels: {}, shared: {} };

/** Keeps the zooms of a page. */
export class ZoomStore {
  private zooms: Zooms;
  private readonly listeners = new Set<() => void>();

  constructor(zooms: Zooms = noZooms) {
    this.zooms = zooms;
  }

  /** All of them; another object after each change. */
  all = (): Zooms => this.zooms;

  /** Hear of changes, until the returned function is called. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Take others in their place. */
  take(zooms: Zooms): void {
    this.zooms = zooms;
    for (const listener of this.listeners) listener();
  }

  /** Zoom a panel, or with null for both axes show all of it; `together` zooms the x of all charts over it. */
  zoom(panel: string, to: Zoom, together: boolean): void {
    const { [panel]: _panel, ...panels } = this.zooms.panels;
    const { [to.of]: _shared, ...shared } = this.zooms.shared;
    const own: Zoom = together ? { ...to, x: null } : to;
    this.take({
      panels: own.x || own.y ? { ...panels, [panel]: own } : panels,
      shared: together ? (to.x ? { ...shared, [to.of]: to.x } : shared) : this.zooms.shared,
    });
  }
}

/** The zooms of the page; a chart outside of any keeps its own. */
export const PageZooms = createContext<ZoomStore | null>(null);

/** What a panel over `x` is zoomed to, and how to change it: a null axis stays as it is. */
export function useZoom(panel: string, x: string, together: boolean): { zoom: Zoom; onZoom: (x: Range | null, y: Range | null) => void; onReset: () => void } {
  const [ownStore] = useState(() => new ZoomStore());
  const store = useContext(PageZooms) ?? ownStore;
  const own = useSyncExternalStore(store.subscribe, () => store.all().panels[panel]);
  const shared = useSyncExternalStore(store.subscribe, () => store.all().shared[x]);
  const mine = own?.of === x ? own : null;
  const zoomX = (together ? shared : mine?.x) ?? null;
  const zoomY = mine?.y ?? null;
  const onZoom = useCallback(
    (nextX: Range | null, nextY: Range | null) => {
      store.zoom(panel, { of: x, x: nextX ?? zoomX, y: nextY ?? zoomY }, together);
    },
    [store, panel, x, together, zoomX, zoomY],
  );
  const onReset = useCallback(() => {
    store.zoom(panel, { of: x, x: null, y: null }, together);
  }, [store, panel, x, together]);
  return { zoom: { of: x, x: zoomX, y: zoomY }, onZoom, onReset };
}

/** Zooms from JSON of unknown origin; what has the wrong shape is left out. */
export function readZooms(json: unknown): Zooms {
  const { panels, shared } = record(json);
  return {
    panels: Object.fromEntries(
      Object.entries(record(panels)).flatMap(([panel, zoom]): [string, Zoom][] => {
        const { of, x, y } = record(zoom);
        const read = { x: readRange(x), y: readRange(y) };
        return typeof of === "string" && (read.x || read.y) ? [[panel, { of, ...read }]] : [];
      }),
    ),
    shared: Object.fromEntries(
      Object.entries(record(shared)).flatMap(([x, range]): [string, Range][] => {
        const read = readRange(range);
        return read ? [[x, read]] : [];
      }),
    ),
  };
}

function readRange(value: unknown): Range | null {
  if (!Array.isArray(value)) return null;
  const [low, high] = value as unknown[];
  return typeof low === "number" && typeof high === "number" && low < high ? [low, high] : null;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
