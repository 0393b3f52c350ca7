import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";

import styles from "./Button.module.css";
import { classes } from "./classes";

/** What a button looks like: `quiet` has no border, `danger` destroys something. */
export type ButtonTone = "plain" | "primary" | "quiet" | "danger";

/** Properties of a `Button`; all of `<button>` too. */
export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: ButtonTone;
  small?: boolean;
  icon?: ReactNode;
  /** Shown pressed; sets `aria-pressed`. */
  pressed?: boolean | undefined;
  ref?: Ref<HTMLButtonElement> | undefined;
}

/** A button with words. */
export function Button({ tone = "plain", small, icon, pressed, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      {...rest}
      className={classes(styles["button"], styles[tone], small && styles["small"], pressed && styles["pressed"], className)}
    >
      {icon}
      {children}
    </button>
  );
}
