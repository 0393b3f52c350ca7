/** The view of the runs table in the address, with the layout that was chosen last kept for the next visit. */

import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";

import { decodeView, encodeView, type TableView } from "./view";

/** Change some parts of a view. Typing replaces the entry of the browser's history instead of adding one. */
export type ChangeView = (change: Partial<TableView>, options?: { replace?: boolean }) => void;

const layoutNames = ["col", "pin", "width"];

/** The view of the address; an address that names no columns gets the layout that was chosen last in this browser. */
export function useTableView(project: string): [TableView, ChangeView] {
  const [parameters, setParameters] = useSearchParams();
  const view = useMemo(() => {
    const told = decodeView(parameters);
    if (parameters.has("col")) return told;
    const { columns, pinned, widths } = decodeView(rememberedLayout(project));
    return columns === null ? told : { ...told, columns, pinned, widths: { ...widths, ...told.widths } };
  }, [parameters, project]);
  const change = useCallback<ChangeView>(
    (part, { replace = true } = {}) => {
      const next = encodeView({ ...view, ...part });
      if ("columns" in part || "pinned" in part || "widths" in part) rememberLayout(project, next);
      setParameters(next, { replace });
    },
    [view, project, setParameters],
  );
  return [view, change];
}

function rememberedLayout(project: string): URLSearchParams {
  try {
    return new URLSearchParams(localStorage.getItem(storageName(project)) ?? "");
  } catch {
    return new URLSearchParams(); // storage is switched off: then nothing is remembered
  }
}

function rememberLayout(project: string, parameters: URLSearchParams): void {
  const layout = new URLSearchParams([...parameters].filter(([name]) => layoutNames.includes(name)));
  try {
    localStorage.setItem(storageName(project), layout.toString());
  } catch {
    // storage is full or switched off: the address still has it
  }
}

function storageName(project: string): string {
  return `trailmark.table.${project}`;
}
