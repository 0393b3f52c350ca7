/**
 * Series for a component: loaded through the one loader of the page, followed live, and replaced without a blank moment
 * when a chart zooms: what was shown stays until what was asked for has come.
 */

import { useEffect, useRef, useState, useSyncExternalStore } from "react";

import { arrays } from "../api/client";
import { feed } from "../api/feed";
import type { SeriesHeader } from "../api/types";

import { type SeriesAsk, SeriesLoader } from "./loader";
import { SeriesSet } from "./seriesSet";

/** The loader of the page. */
export const seriesLoader = new SeriesLoader((query, signal) =>
  arrays<{ series: SeriesHeader[] }>("/series/query", query, signal),
);

feed.onChange((change) => {
  for (const run of change.runs) seriesLoader.changed(run);
  for (const { project, id } of change.removed) seriesLoader.removed(project, id);
});

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
