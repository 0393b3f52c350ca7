import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from "react";
import { X } from "lucide-react";

import { classes } from "./classes";
import styles from "./Field.module.css";

/** Properties of a `TextField`; all of `<input>` too. */
export interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value"> {
  label: string;
  /** Show the label above it; otherwise it is only read out. */
  labelled?: boolean;
  value: string;
  onChange: (value: string) => void;
  icon?: ReactNode;
  /** What is wrong with what was typed. */
  error?: string | undefined;
  /** A button that empties it. */
  clearable?: boolean;
  ref?: Ref<HTMLInputElement>;
}

/** A line to type in. */
export function TextField({ label, labelled, value, onChange, icon, error, clearable, className, ref, ...rest }: TextFieldProps) {
  const id = useId();
  return (
    <div className={classes(styles["field"], className)}>
      {labelled && (
        <label className={styles["label"]} htmlFor={id}>
          {label}
        </label>
      )}
      <div className={styles["box"]}>
        {icon && <span className={styles["icon"]}>{icon}</span>}
        <input
          ref={ref}
          id={id}
          aria-label={labelled ? undefined : label}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          value={value}
          autoComplete="off"
          spellCheck={false}
          {...rest}
          className={classes(styles["input"], icon !== undefined && styles["withIcon"], clearable && styles["withClear"])}
          onChange={(event) => {
            onChange(event.target.value);
          }}
        />
        {clearable && value !== "" && (
          <button
            type="button"
            className={styles["clear"]}
            aria-label={`Clear ${label.toLowerCase()}`}
            onClick={() => {
              onChange("");
            }}
          >
            <X />
          </button>
        )}
      </div>
      {error && (
        <span id={`${id}-error`} role="alert" className={styles["error"]}>
          {error}
        </span>
      )}
    </div>
  );
}
