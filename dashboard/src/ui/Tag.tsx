import type { ReactNode } from "react";
import { X } from "lucide-react";

import { classes } from "./classes";
import styles from "./Tag.module.css";

/** Properties of a `Tag`. */
export interface TagProps {
  children: ReactNode;
  tone?: "plain" | "accent" | "ok" | "warn" | "danger";
  /** A cross that takes it away; `removeLabel` says what it does. */
  onRemove?: () => void;
  removeLabel?: string;
  onClick?: () => void;
}

/** A word in a pill: a tag, an alias, a filter. */
export function Tag({ children, tone = "plain", onRemove, removeLabel = "Remove", onClick }: TagProps) {
  return (
    <span className={classes(styles["tag"], styles[tone])}>
      {onClick ? (
        <button type="button" className={styles["word"]} onClick={onClick}>
          {children}
        </button>
      ) : (
        <span className={styles["word"]}>{children}</span>
      )}
      {onRemove && (
        <button type="button" className={styles["remove"]} aria-label={removeLabel} onClick={onRemove}>
          <X />
        </button>
      )}
    </span>
  );
}
