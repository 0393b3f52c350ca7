import { type ReactNode, type RefObject, useEffect, useRef } from "react";

import { classes } from "./classes";
import { place } from "./place";
import styles from "./Popover.module.css";

/** Properties of a `Popover`. */
export interface PopoverProps {
  /** What it hangs on; focus returns there. */
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
  /** Its name for screen readers. */
  label: string;
  role?: "dialog" | "menu" | "listbox";
  align?: "start" | "end";
  className?: string | undefined;
  children: ReactNode;
}

/** A box that floats beside its anchor while it is mounted. Escape, and a press elsewhere, close it. */
export function Popover({ anchor, onClose, label, role = "dialog", align = "start", className, children }: PopoverProps) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });

  useEffect(() => {
    const element = box.current;
    const owner = anchor.current;
    if (!element) return;
    element.showPopover?.();
    const put = () => {
      if (owner) place(element, owner.getBoundingClientRect(), "below", align);
    };
    put();
    firstFocus(element)?.focus();
    const onPointer = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!element.contains(target) && owner?.contains(target) !== true) close.current();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      event.stopPropagation();
      close.current();
    };
    const observer = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(put);
    observer?.observe(element);
    document.addEventListener("pointerdown", onPointer, true);
    element.addEventListener("keydown", onKey);
    window.addEventListener("resize", put);
    return () => {
      observer?.disconnect();
      document.removeEventListener("pointerdown", onPointer, true);
      element.removeEventListener("keydown", onKey);
      window.removeEventListener("resize", put);
      if (element.contains(document.activeElement) || document.activeElement === document.body) owner?.focus();
    };
  }, [anchor, align]);

  return (
    <div
      ref={box}
      popover="manual"
      role={role}
      aria-label={label}
      tabIndex={-1}
      className={classes(styles["popover"], className)}
      onClick={(event) => {
        event.stopPropagation();
      }}
    >
      {children}
    </div>
  );
}

function firstFocus(element: HTMLElement): HTMLElement {
  return element.querySelector<HTMLElement>("[data-autofocus], input, [role^=menuitem], button, select, textarea") ?? element;
}
