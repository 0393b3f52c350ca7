import type { ReactNode } from "react";

import { ApiError } from "../api/client";
import { Button } from "./Button";
import { classes } from "./classes";
import styles from "./EmptyState.module.css";

/** Properties of an `EmptyState`. */
export interface EmptyStateProps {
  title: string;
  icon?: ReactNode;
  /** What to do about it: words, a snippet, buttons. */
  children?: ReactNode;
  /** For the inside of a panel. */
  small?: boolean;
  tone?: "plain" | "danger";
}

/** What stands where there is nothing (yet), and what to do about it. */
export function EmptyState({ title, icon, children, small, tone }: EmptyStateProps) {
  return (
    <div className={classes(styles["empty"], small && styles["small"], tone === "danger" && styles["danger"])}>
      {icon && <div className={styles["icon"]}>{icon}</div>}
      <p className={styles["title"]}>{title}</p>
      {children && <div className={styles["text"]}>{children}</div>}
    </div>
  );
}

/** What stands where something could not be loaded: the server's own words, and a button to try again. */
export function ErrorState({ error, onRetry, small }: { error: unknown; onRetry?: () => void; small?: boolean }) {
  const text = error instanceof Error ? error.message : String(error);
  const title = error instanceof ApiError && error.status === 404 ? "There is no such thing" : "This could not be loaded";
  return (
    <div role="alert" className={styles["alert"]}>
      <EmptyState title={title} tone="danger" {...(small ? { small } : {})}>
        <p>{text}</p>
        {onRetry && (
          <Button small onClick={onRetry}>
            Try again
          </Button>
        )}
      </EmptyState>
    </div>
  );
}
