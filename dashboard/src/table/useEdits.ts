/** Edits of runs, each with a toast that takes it back. */

import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { path, post } from "../api/client";
import type { RunsEdit, RunsEdited } from "../api/types";
import { toast, toastError } from "../ui/Toasts";

/** What to change, and the words that say that it was done. */
export type Edit = RunsEdit & { done: string };

/** Edit runs of a project; the toast of each edit has an undo. Resolves when the server has it: true unless it failed. */
export function useEdits(project: string): (edit: Edit) => Promise<boolean> {
  const client = useQueryClient();
  return useCallback(
    async ({ done, ...edit }: Edit) => {
      const address = path("projects", project, "runs", "edit");
      const refresh = () => {
        for (const part of ["runs", "run", "columns"]) void client.invalidateQueries({ queryKey: [part, project] });
        void client.invalidateQueries({ queryKey: ["projects"] });
      };
      const undo = async (steps: RunsEdited["undo"]) => {
        try {
          for (const step of steps) await post<RunsEdited>(address, step);
          toast("Taken back");
        } catch (error) {
          toastError(error);
        }
        refresh();
      };
      try {
        const edited = await post<RunsEdited>(address, edit);
        toast(done, { action: { label: "Undo", run: () => void undo(edited.undo) } });
        return true;
      } catch (error) {
        toastError(error);
        return false;
      } finally {
        refresh();
      }
    },
    [client, project],
  );
}
