import type { SelectHTMLAttributes } from "react";

import { classes } from "./classes";
import styles from "./Field.module.css";

/** One of the choices of a `Select`; `group` puts it under a heading. */
export interface Option {
  value: string;
  label: string;
  group?: string;
}

/** Properties of a `Select`. */
export interface SelectProps extends Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "value"> {
  label: string;
  /** Show the label above it; otherwise it is only read out. */
  labelled?: boolean;
  value: string;
  options: Option[];
  onChange: (value: string) => void;
}

/** One of several choices, in the browser's own list. */
export function Select({ label, labelled, value, options, onChange, className, ...rest }: SelectProps) {
  const groups = [...new Set(options.map((option) => option.group ?? ""))];
  const select = (
    <select
      aria-label={labelled ? undefined : label}
      value={value}
      {...rest}
      className={classes(styles["input"], styles["select"], className)}
      onChange={(event) => {
        onChange(event.target.value);
      }}
    >
      {groups.map((group) => {
        const inside = options
          .filter((option) => (option.group ?? "") === group)
          .map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ));
        return group === "" ? inside : (
          <optgroup key={group} label={group}>
            {inside}
          </optgroup>
        );
      })}
    </select>
  );
  if (!labelled) return select;
  return (
    <label className={styles["field"]}>
      <span className={styles["label"]}>{label}</span>
      {select}
    </label>
  );
}
