import { classes } from "./classes";
import styles from "./Check.module.css";
import type { CheckProps } from "./Checkbox";

/** A switch: it acts at once. */
export function Toggle({ label, bare, checked, disabled, onChange }: Omit<CheckProps, "mixed">) {
  return (
    <label className={classes(styles["check"], styles["toggleLine"])}>
      <span className={classes(bare && "visually-hidden")}>{label}</span>
      <input
        type="checkbox"
        role="switch"
        className={styles["toggle"]}
        checked={checked}
        disabled={disabled}
        onChange={(event) => {
          onChange(event.target.checked);
        }}
      />
    </label>
  );
}
