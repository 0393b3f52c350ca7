/** The best value of each shown column over all runs of the view, not only over those that are loaded. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { runsQuery } from "../api/queries";
import type { Key } from "../api/types";
import { goalOf, metricOfColumn } from "./best";
import type { RowsQuery } from "./useRunRows";

/** The best value by column; columns without a goal, and those where all runs have the same value, have none. */
export function useBest(project: string, keys: readonly Key[], columns: readonly string[], query: RowsQuery): ReadonlyMap<string, number> {
  const goals = useMemo(() => {
    const known = new Map(keys.map((key) => [key.key, key.goal]));
    const names = new Set(known.keys());
    return columns.flatMap((column) => {
      if (!column.startsWith("summary.")) return [];
      const metric = metricOfColumn(column, names);
      const goal = metric === null ? null : goalOf(metric, known.get(metric));
      return goal === null ? [] : [{ column, goal }];
    });
  }, [keys, columns]);
  // One group of all runs: its smallest and largest values are those of the view.
  const { group_by: _, order: __, ...filter } = query;
  const all = { ...filter, group_by: ["project"], columns: goals.map(({ column }) => column), limit: 1 };
  const { data } = useQuery({ ...runsQuery(project, all), enabled: goals.length > 0 });
  return useMemo(() => {
    const found = data?.groups?.[0]?.columns ?? {};
    return new Map(
      goals.flatMap(({ column, goal }): [string, number][] => {
        const { min, max } = found[column] ?? { min: null, max: null };
        const best = goal === "minimize" ? min : max;
        return best === null || min === max ? [] : [[column, best]];
      }),
    );
  }, [data, goals]);
}
