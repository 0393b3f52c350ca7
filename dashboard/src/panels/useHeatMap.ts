/** The heat map of one key of a run, loaded when it is near and again when more histograms came. */

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { arrays } from "../api/client";
import { path } from "../api/client";
import { feed } from "../api/feed";
import type { HistogramsHeader } from "../api/types";
import { type HeatMap, heatMapOf } from "../charts/heat";

// All histograms are read for each answer; a heat map does not visibly change sooner.
const againMs = 2_000;

/** Load a heat map with at most `columns` columns. */
export function useHeatMap(project: string, run: string | undefined, key: string, rank: number, columns: number, enabled: boolean) {
  const query = useQuery<HeatMap>({
    queryKey: ["histograms", project, run, key, rank, columns],
    queryFn: async ({ signal }) => {
      const search = new URLSearchParams({ key, bins: "64", columns: String(columns), rank: String(rank) });
      const where = `${path("projects", project, "runs", run ?? "")}/histograms?${search.toString()}`;
      return heatMapOf(await arrays<HistogramsHeader>(where, undefined, signal));
    },
    enabled: enabled && run !== undefined,
    // While another resolution loads, the one before stays.
    placeholderData: (before, last) => (last?.queryKey[2] === run && last?.queryKey[3] === key ? before : undefined),
  });
  const { refetch } = query;
  useEffect(() => {
    if (!enabled || run === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = feed.onChange((change) => {
      const mine = change.runs.some((each) => each.id === run && each.project === project && (each.keys === undefined || key in each.keys));
      if (!mine || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        void refetch();
      }, againMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [enabled, project, run, key, refetch]);
  return query;
}
