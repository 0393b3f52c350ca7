/** The step that a panel shows: its own, or, for panels that are linked, one for all of them. */

import { useEffect, useState, useSyncExternalStore } from "react";

import type { PanelConfig } from "../workspace/view";

/** The step of a panel. */
export interface StepChoice {
  /** Null: the newest, also of what is still to come. */
  step: number | null;
  setStep: (step: number | null) => void;
  linked: boolean;
  setLinked: (linked: boolean) => void;
}

let shared: number | null = null;
const listeners = new Set<() => void>();

function setShared(step: number | null): void {
  shared = step;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const SETTLED_MS = 400; // after which a step that was scrubbed to is kept with the panel

/** The step of a panel, kept in its options `step` and `linked`. */
export function useStep(config: PanelConfig, onChange: (config: PanelConfig) => void): StepChoice {
  const kept = typeof config.options["step"] === "number" ? config.options["step"] : null;
  const linked = config.options["linked"] === true;
  const [own, setOwn] = useState<number | null>(kept);
  const all = useSyncExternalStore(listen, () => shared);
  useEffect(() => {
    setOwn(kept);
  }, [kept]);
  useEffect(() => {
    if (linked || own === kept) return undefined;
    const timer = setTimeout(() => {
      onChange({ ...config, options: { ...config.options, step: own } });
    }, SETTLED_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [own, kept, linked, config, onChange]);
  return {
    step: linked ? all : own,
    setStep: linked ? setShared : setOwn,
    linked,
    setLinked: (next) => {
      if (next && shared === null) setShared(own);
      onChange({ ...config, options: { ...config.options, linked: next, step: next ? null : all } });
    },
  };
}
