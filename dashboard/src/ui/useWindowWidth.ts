import { useSyncExternalStore } from "react";

/** The width of the window in pixels; the component renders again when it changes. */
export function useWindowWidth(): number {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("resize", listener);
      return () => {
        window.removeEventListener("resize", listener);
      };
    },
    () => window.innerWidth,
  );
}
