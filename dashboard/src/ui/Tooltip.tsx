import { type ReactNode, useEffect, useRef, useState } from "react";

import { place } from "./place";
import styles from "./Tooltip.module.css";

const waitMs = 350;

/** Words that appear above what is pointed at or focused. They repeat or add to its label, never replace it. */
export function Tooltip({ text, keys, children }: { text: ReactNode; keys?: string; children: ReactNode }) {
  const anchor = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [open, setOpen] = useState(false);

  function show(wait: number) {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setOpen(true);
    }, wait);
  }
  function hide() {
    clearTimeout(timer.current);
    setOpen(false);
  }
  useEffect(() => () => {
    clearTimeout(timer.current);
  }, []);

  return (
    <span
      ref={anchor}
      className={styles["anchor"]}
      onPointerEnter={(event) => {
        if (event.pointerType === "mouse") show(waitMs);
      }}
      onPointerOver={(event) => {
        // `display: contents` has no box: entering is heard from the child.
        if (event.pointerType === "mouse" && !open) show(waitMs);
      }}
      onPointerOut={hide}
      onPointerDown={hide}
      onFocus={(event) => {
        if (event.target.matches(":focus-visible")) show(0);
      }}
      onBlur={hide}
      onKeyDown={hide}
    >
      {children}
      {open && <Bubble anchor={anchor} text={text} keys={keys} />}
    </span>
  );
}

interface BubbleProps {
  anchor: React.RefObject<HTMLSpanElement | null>;
  text: ReactNode;
  keys: string | undefined;
}

function Bubble({ anchor, text, keys }: BubbleProps) {
  const bubble = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const element = bubble.current;
    const target = anchor.current?.firstElementChild;
    if (!element || !target) return;
    element.showPopover?.();
    place(element, target.getBoundingClientRect(), "above", "centre");
  }, [anchor]);
  return (
    <span ref={bubble} popover="manual" role="tooltip" className={styles["bubble"]}>
      {text}
      {keys !== undefined && keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}
    </span>
  );
}
