/** The run that is pointed at, in the list or in a chart: one for the whole page. Charts draw it in front of the others. */

import { useSyncExternalStore } from "react";

let current: string | null = null;
const listeners = new Set<() => void>();

/** Point at a run, or at none with null. A run list calls this on hover and on focus. */
export function highlightRun(run: string | null): void {
  if (run === current) return;
  current = run;
  for (const listener of listeners) listener();
}

/** The id of the run that is pointed at. */
export function highlightedRun(): string | null {
  return current;
}

/** Hear when another run is pointed at, until the returned function is called. */
export function onHighlight(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The id of the run that is pointed at; the component renders again when it changes. */
export function useHighlightedRun(): string | null {
  return useSyncExternalStore(onHighlight, highlightedRun);
}
