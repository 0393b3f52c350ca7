/** Edits of one run, shown at once and taken back if the server refuses. */

import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { patch, path } from "../api/client";
import { keys } from "../api/queries";
import type { RunDetail, RunEdit } from "../api/types";
import { toastError } from "../ui/Toasts";

/** Change a run. Resolves to whether the server has it. */
export function useRunEdit(project: string, run: string): (edit: RunEdit) => Promise<boolean> {
  const client = useQueryClient();
  return useCallback(
    async (edit: RunEdit) => {
      const key = keys.run(project, run);
      const before = client.getQueryData<RunDetail>(key);
      if (before !== undefined) client.setQueryData<RunDetail>(key, { ...before, ...edit });
      try {
        client.setQueryData<RunDetail>(key, await patch<RunDetail>(path("projects", project, "runs", run), edit));
        void client.invalidateQueries({ queryKey: ["runs", project] });
        return true;
      } catch (error) {
        client.setQueryData(key, before);
        toastError(error);
        return false;
      }
    },
    [client, project, run],
  );
}
