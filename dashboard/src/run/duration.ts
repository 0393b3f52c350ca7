/** How long a run has been running, second by second. */

import { useEffect, useState } from "react";

import type { State } from "../api/types";

/** What is known of a run's time. */
export interface Timed {
  state: State;
  runtime_s: number;
  last_time: number;
}

// Without a word from the run for this long, its clock here stops: it may be gone.
const silentS = 60;

/** The run's time in seconds at `now` (seconds since 1970): as last told, and what passed since if it still runs. */
export function runtimeAt(run: Timed, now: number): number {
  if (run.state !== "running") return run.runtime_s;
  return run.runtime_s + Math.min(silentS, Math.max(0, now - run.last_time));
}

/** The run's time in seconds, counting on while it runs. */
export function useRuntime(run: Timed): number {
  const [now, setNow] = useState(() => Date.now() / 1_000);
  const running = run.state === "running";
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => {
      setNow(Date.now() / 1_000);
    }, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, [running]);
  return runtimeAt(run, now);
}
