import { type RefObject, useEffect, useState } from "react";

// Finer steps would draw the table anew for each pixel that it is scrolled.
const step = 50;

/** What of an element's width is on screen: how far it is scrolled to the right, and how wide it is, in pixels. */
export function useScrollWindow(element: RefObject<HTMLElement | null>): [left: number, width: number] {
  const [seen, setSeen] = useState<[number, number]>([0, 1_600]);
  useEffect(() => {
    const scroller = element.current;
    if (scroller === null) return undefined;
    const look = () => {
      const next: [number, number] = [Math.floor(scroller.scrollLeft / step) * step, scroller.clientWidth + step];
      setSeen((before) => (before[0] === next[0] && before[1] === next[1] ? before : next));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(scroller);
    scroller.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", look);
    };
  }, [element]);
  return seen;
}
