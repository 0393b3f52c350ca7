/** The theme: the system's unless one was chosen, which is remembered. */

import { useSyncExternalStore } from "react";

import { readJson, writeJson } from "./storage";

/** What is drawn. */
export type Theme = "light" | "dark";

/** What was chosen. */
export type ThemeChoice = Theme | "system";

// Read by public/theme.js too, before the first paint.
const storageKey = "trailmark.theme";
const listeners = new Set<() => void>();
// Tests have no window, or one without media queries.
const dark =
  typeof window !== "undefined" && typeof window.matchMedia === "function" ? window.matchMedia("(prefers-color-scheme: dark)") : null;

let choice: ThemeChoice = readJson<ThemeChoice>(storageKey, "system");

/** The theme that is drawn now. */
export function theme(): Theme {
  if (choice !== "system") return choice;
  return dark?.matches ? "dark" : "light";
}

/** Draw the theme, and follow the system's; once, before the page is drawn. */
export function startTheme(): void {
  apply();
  dark?.addEventListener("change", apply);
}

/** Choose a theme, or follow the system's. */
export function chooseTheme(next: ThemeChoice): void {
  choice = next;
  writeJson(storageKey, next);
  apply();
}

/** The theme that is drawn. */
export function useTheme(): Theme {
  return useSyncExternalStore(listen, theme, theme);
}

/** What was chosen. */
export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(
    listen,
    () => choice,
    () => choice,
  );
}

function apply(): void {
  document.documentElement.dataset["theme"] = theme();
  document.documentElement.style.colorScheme = theme();
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
