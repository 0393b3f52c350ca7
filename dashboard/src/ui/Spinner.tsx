import { classes } from "./classes";
import styles from "./Spinner.module.css";

/** A turning ring; it appears only after a moment, so that quick answers do not flicker. `label` is read out. */
export function Spinner({ label = "Loading", centred }: { label?: string; centred?: boolean }) {
  return (
    <span role="status" className={classes(styles["spinner"], centred && styles["centred"])}>
      <span className={styles["ring"]} />
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
