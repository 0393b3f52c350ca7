import { useMemo } from "react";

import type { Brief } from "../api/types";
import { runColour } from "../ui/colours";
import { useTheme } from "../ui/theme";
import type { RunView } from "../workspace/view";

/** Runs with their colours in the present theme, as panels want them. The result is the same as long as nothing of them changes. */
export function useRunViews(runs: readonly Brief[]): RunView[] {
  const theme = useTheme();
  const token = runs.map((run) => `${run.id} ${run.revision}`).join("\n");
  return useMemo(
    () => runs.map((run): RunView => ({ ...run, colour: runColour(run.project, run.id, theme) })),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the token tells when the runs changed; the array is always new
    [token, theme],
  );
}
