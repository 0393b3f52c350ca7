import type { ReactNode } from "react";

import { classes } from "./classes";
import styles from "./Segmented.module.css";

/** One of the choices. */
export interface Choice<T extends string> {
  value: T;
  label: ReactNode;
  /** What it is, where `label` is a picture. */
  title?: string;
}

/** Properties of a `Segmented`. */
export interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  choices: Choice<T>[];
  onChange: (value: T) => void;
}

/** A few choices side by side, of which one is taken. */
export function Segmented<T extends string>({ label, value, choices, onChange }: SegmentedProps<T>) {
  return (
    <div role="radiogroup" aria-label={label} className={styles["segmented"]}>
      {choices.map((choice, index) => (
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === value}
          aria-label={choice.title}
          title={choice.title}
          tabIndex={choice.value === value || (index === 0 && !choices.some((each) => each.value === value)) ? 0 : -1}
          className={classes(styles["choice"], choice.value === value && styles["taken"])}
          onClick={() => {
            onChange(choice.value);
          }}
          onKeyDown={(event) => {
            const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
            if (by === undefined) return;
            event.preventDefault();
            const next = choices[(index + by + choices.length) % choices.length];
            if (next) onChange(next.value);
            const buttons = event.currentTarget.parentElement?.querySelectorAll("button");
            buttons?.[(index + by + choices.length) % choices.length]?.focus();
          }}
        >
          {choice.label}
        </button>
      ))}
    </div>
  );
}
