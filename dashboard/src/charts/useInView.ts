import { type RefObject, useEffect, useState } from "react";

/** Where an element is: on the screen, within half a screen of it, or further away. */
export type Nearness = "seen" | "near" | "far";

/** How near an element is: charts that are far away neither load nor draw, and only those that are seen draw what comes live. */
export function useInView(element: RefObject<HTMLElement | null>): Nearness {
  // Without the observer (tests, very old browsers) everything counts as seen.
  const [near, setNear] = useState(typeof IntersectionObserver === "undefined");
  const [seen, setSeen] = useState(near);
  useEffect(() => {
    const target = element.current;
    if (!target || typeof IntersectionObserver === "undefined") return;
    // Half a screen ahead, so that a scrolled page finds its charts drawn.
    const stops = [watch(target, "50% 0px", setNear), watch(target, "0px", setSeen)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [element]);
  return seen ? "seen" : near ? "near" : "far";
}

function watch(target: Element, rootMargin: string, set: (inside: boolean) => void): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      set(entries.at(-1)?.isIntersecting ?? false);
    },
    { rootMargin },
  );
  observer.observe(target);
  return () => {
    observer.disconnect();
  };
}
