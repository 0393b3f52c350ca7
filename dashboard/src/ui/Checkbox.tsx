import { type ReactNode, useEffect, useRef } from "react";

import { classes } from "./classes";
import styles from "./Check.module.css";

/** Properties of a `Checkbox` or `Toggle`. */
export interface CheckProps {
  label: ReactNode;
  /** The label is only read out. */
  bare?: boolean;
  checked: boolean;
  /** Some, but not all, of what it stands for. */
  mixed?: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

/** A box to tick. */
export function Checkbox({ label, bare, checked, mixed = false, disabled, onChange }: CheckProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = mixed;
  }, [mixed]);
  return (
    <label className={styles["check"]}>
      <input
        ref={input}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => {
          onChange(event.target.checked);
        }}
      />
      <span className={classes(bare && "visually-hidden")}>{label}</span>
    </label>
  );
}
