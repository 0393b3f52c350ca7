/** The view of a page of panels: in the address, remembered for the next visit, with undo and redo. */

import { useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import { useLocation, useSearch } from "wouter";

import { readJson, writeJson } from "../ui/storage";
import { decodeView, encodeView } from "./encoding";
import { defaultView, type WorkspaceView } from "./view";

/** Changes a view. Changes with the same `merge` that follow each other are undone together (typing, dragging). */
export type ChangeView = (
  change: Partial<WorkspaceView> | ((view: WorkspaceView) => Partial<WorkspaceView>),
  merge?: string,
) => void;

/** A view and what can be done with it. */
export interface ViewState {
  view: WorkspaceView;
  change: ChangeView;
  /** Take another view whole. */
  take: (view: WorkspaceView) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
}

/** The pages that have a view; each remembers its own. */
export type ViewPlace = "workspace" | "run" | "compare";

const mostUndone = 100;
// Browsers refuse more than about 100 changes of the address in 30 s.
const writeAfterMs = 350;

interface History {
  past: WorkspaceView[];
  present: WorkspaceView;
  future: WorkspaceView[];
  merge: string | undefined;
}

/** What can happen to a history of views. */
export type HistoryAction =
  | { kind: "change"; change: Partial<WorkspaceView> | ((view: WorkspaceView) => Partial<WorkspaceView>); merge?: string | undefined }
  | { kind: "undo" }
  | { kind: "redo" };

/** The history after an action. Opening a panel whole is not undone: it is where one looks, not what one made. */
export function historyReducer(history: History, action: HistoryAction): History {
  const { past, present, future } = history;
  switch (action.kind) {
    case "change": {
      const change = typeof action.change === "function" ? action.change(present) : action.change;
      const next = { ...present, ...change };
      if (JSON.stringify(next) === JSON.stringify(present)) return history;
      if (Object.keys(change).every((name) => name === "full")) return { ...history, present: next };
      const merged = action.merge !== undefined && action.merge === history.merge;
      return { past: merged ? past : [...past, present].slice(-mostUndone), present: next, future: [], merge: action.merge };
    }
    case "undo": {
      const previous = past.at(-1);
      if (!previous) return history;
      return { past: past.slice(0, -1), present: previous, future: [present, ...future], merge: undefined };
    }
    case "redo": {
      const next = future[0];
      if (!next) return history;
      return { past: [...past, present], present: next, future: future.slice(1), merge: undefined };
    }
  }
}

/** The view of the address; without one there, the last view of this page of the project in this browser. */
export function useView(project: string, place: ViewPlace = "workspace"): ViewState {
  const storage = storageKey(project, place);
  const search = useSearch();
  const [, navigate] = useLocation();
  const told = new URLSearchParams(search).get("v");
  const [history, dispatch] = useReducer(historyReducer, null, () => start(storage, told));
  const present = history.present;
  const text = useMemo(() => encodeView(present), [present]);
  const written = useRef(told ?? "");

  useEffect(() => {
    if (told === null || told === written.current) return;
    written.current = told;
    const view = decodeView(told);
    if (view) dispatch({ kind: "change", change: view });
  }, [told]);

  useEffect(() => {
    const timer = setTimeout(() => {
      writeJson(storage, encodeView({ ...present, full: null }));
      const parameters = new URLSearchParams(window.location.search);
      if ((parameters.get("v") ?? "") === text) return;
      written.current = text;
      if (text === "") parameters.delete("v");
      else parameters.set("v", text);
      const rest = parameters.toString();
      navigate(window.location.pathname + (rest === "" ? "" : `?${rest}`), { replace: true });
    }, writeAfterMs);
    return () => {
      clearTimeout(timer);
    };
  }, [storage, present, text, navigate, told]);

  const change = useCallback<ChangeView>((part, merge) => {
    dispatch({ kind: "change", change: part, merge });
  }, []);
  const take = useCallback((view: WorkspaceView) => {
    dispatch({ kind: "change", change: view });
  }, []);
  const undo = useCallback(() => {
    dispatch({ kind: "undo" });
  }, []);
  const redo = useCallback(() => {
    dispatch({ kind: "redo" });
  }, []);
  return { view: present, change, take, undo, redo, canUndo: history.past.length > 0, canRedo: history.future.length > 0 };
}

function start(storage: string, told: string | null): History {
  const remembered = readJson<unknown>(storage, "");
  const text = told ?? (typeof remembered === "string" ? remembered : "");
  return { past: [], present: decodeView(text) ?? defaultView, future: [], merge: undefined };
}

function storageKey(project: string, place: ViewPlace): string {
  // A project may be called anything, so that only a part before its name cannot be taken for another's.
  return `trailmark.${place === "workspace" ? "view" : `view-${place}`}.${project}`;
}
