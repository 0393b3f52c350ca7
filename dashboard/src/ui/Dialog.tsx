import { type ReactNode, useEffect, useId, useRef } from "react";
import { X } from "lucide-react";

import { classes } from "./classes";
import styles from "./Dialog.module.css";
import { IconButton } from "./IconButton";

/** Properties of a `Dialog`. */
export interface DialogProps {
  title: string;
  onClose: () => void;
  /** Buttons at its foot. */
  actions?: ReactNode;
  /** `wide` for forms with a preview, `full` for a panel alone. */
  size?: "normal" | "wide" | "full";
  /** Slides in from a side instead of standing in the middle. */
  side?: "left" | "right";
  /** Words beside the title. */
  note?: ReactNode;
  children: ReactNode;
}

/** A modal dialog while it is mounted. Escape and a press beside it close it; the browser keeps the focus inside. */
export function Dialog({ title, onClose, actions, size = "normal", side, note, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    const owner = document.activeElement as HTMLElement | null;
    if (typeof dialog.showModal === "function") dialog.showModal();
    else dialog.setAttribute("open", "");
    // The browser puts the focus on the first button, which is the one that closes it.
    if (dialog.querySelector("header")?.contains(document.activeElement)) {
      (dialog.querySelector<HTMLElement>("[data-autofocus]") ?? content.current)?.focus();
    }
    return () => {
      dialog.close?.();
      owner?.focus?.();
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={heading}
      className={classes(styles["dialog"], styles[size], side && styles[side])}
      onCancel={(event) => {
        if (event.target !== element.current) return;
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === element.current) onClose();
      }}
      onKeyDown={(event) => {
        // The page's own shortcuts are not for what is under a dialog.
        if (event.key !== "Escape") event.stopPropagation();
      }}
    >
      <div className={styles["body"]}>
        <header className={styles["header"]}>
          <h2 id={heading}>{title}</h2>
          <span className={styles["note"]}>{note}</span>
          <IconButton label="Close" keys="Esc" icon={<X />} onClick={onClose} />
        </header>
        <div ref={content} tabIndex={-1} className={styles["content"]}>{children}</div>
        {actions !== undefined && <footer className={styles["actions"]}>{actions}</footer>}
      </div>
    </dialog>
  );
}
