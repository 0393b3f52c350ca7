import type { State } from "../api/types";
import { classes } from "./classes";
import styles from "./StateDot.module.css";

/** What each state means, in words. */
export const stateWords: Record<State, string> = {
  running: "Running",
  finished: "Finished",
  failed: "Failed: it ended with an error",
  crashed: "Crashed: it stopped without saying so",
  preempted: "Preempted: it was told to stop and may be resumed",
};

/** The state of a run as a small sign; each differs in shape and not only in colour. With `words` its name too. */
export function StateDot({ state, words }: { state: State; words?: boolean }) {
  const sign = (
    <svg
      className={classes(styles["sign"], styles[state])}
      viewBox="0 0 12 12"
      role={words ? undefined : "img"}
      aria-label={words ? undefined : state}
      aria-hidden={words ? true : undefined}
    >
      {!words && <title>{stateWords[state]}</title>}
      {shapes[state]}
    </svg>
  );
  if (!words) return sign;
  return (
    <span className={styles["words"]} title={stateWords[state]}>
      {sign}
      {state}
    </span>
  );
}

const line = { fill: "none", stroke: "currentColor", strokeWidth: 1.8, strokeLinecap: "round", strokeLinejoin: "round" } as const;

const shapes: Record<State, React.ReactNode> = {
  running: (
    <>
      <circle className={styles["pulse"]} cx="6" cy="6" r="5" fill="currentColor" opacity="0.3" />
      <circle cx="6" cy="6" r="3" fill="currentColor" />
    </>
  ),
  finished: <path d="M2.5 6.5l2.5 2.5 4.5-5.5" {...line} />,
  failed: <path d="M3 3l6 6M9 3l-6 6" {...line} />,
  crashed: <path d="M6 2v5M6 10v.01" {...line} strokeWidth={2.2} />,
  preempted: <path d="M4.2 3v6M7.8 3v6" {...line} />,
};
