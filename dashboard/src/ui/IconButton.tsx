import type { ReactNode } from "react";

import { Button, type ButtonProps } from "./Button";
import styles from "./Button.module.css";
import { classes } from "./classes";
import { Tooltip } from "./Tooltip";

/** Properties of an `IconButton`. */
export interface IconButtonProps extends Omit<ButtonProps, "icon" | "children" | "title"> {
  /** What it does: its name for screen readers and its tooltip. */
  label: string;
  /** The keys that do the same, shown in the tooltip: `Ctrl K`. */
  keys?: string;
  icon: ReactNode;
}

/** A button with a picture; its words are in the tooltip. */
export function IconButton({ label, keys, icon, tone = "quiet", className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} {...(keys ? { keys } : {})}>
      <Button tone={tone} aria-label={label} icon={icon} {...rest} className={classes(styles["icon"], className)} />
    </Tooltip>
  );
}
