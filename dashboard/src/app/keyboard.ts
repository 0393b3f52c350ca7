/** The shortcuts of the page: components say which keys they answer to while they are mounted; the `?` sheet lists them. */

import { useEffect, useRef, useSyncExternalStore } from "react";

/** One shortcut. `keys` as `Ctrl+k`, `Shift+z`, `?`, `/`, `Escape`; Ctrl stands for Cmd on a Mac too. */
export interface Shortcut {
  keys: string;
  /** What it does, for the sheet. */
  about: string;
  /** The heading that it is under in the sheet. */
  group: string;
  run: () => void;
  /** Answers while one types in a field too. */
  whileTyping?: boolean;
}

interface Entry {
  current: Shortcut;
}

let entries: readonly Entry[] = [];
const listeners = new Set<() => void>();

/** Answer to a shortcut while the component is mounted; the one mounted last wins. */
export function useShortcut(shortcut: Shortcut): void {
  const entry = useRef(shortcut);
  useEffect(() => {
    entry.current = shortcut;
  });
  useEffect(() => {
    change([...entries, entry]);
    return () => {
      change(entries.filter((each) => each !== entry));
    };
  }, []);
}

/** The shortcuts that are answered now. */
export function useShortcuts(): Shortcut[] {
  return useSyncExternalStore(listen, () => entries).map((entry) => entry.current);
}

/** Hear the keys of the page; once. Returns how to stop. */
export function startKeyboard(): () => void {
  const hear = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const typing = isTyping(event.target);
    for (const { current } of [...entries].reverse()) {
      if ((typing && !current.whileTyping) || !matches(event, current.keys)) continue;
      event.preventDefault();
      current.run();
      return;
    }
  };
  window.addEventListener("keydown", hear);
  return () => {
    window.removeEventListener("keydown", hear);
  };
}

/** Whether an event is the keys of a shortcut. Signs such as `?` need no Shift named, letters do. */
export function matches(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">, keys: string): boolean {
  const parts = keys.split("+");
  const key = parts.at(-1) ?? "";
  const control = parts.includes("Ctrl");
  const shift = parts.includes("Shift");
  if ((event.ctrlKey || event.metaKey) !== control || event.altKey !== parts.includes("Alt")) return false;
  if (event.key.toLowerCase() !== key.toLowerCase()) return false;
  return /^[a-z]$/i.test(key) || key.length > 1 ? event.shiftKey === shift : true;
}

/** Keys for reading: `Ctrl K`, `⌘ K` on a Mac. */
export function showKeys(keys: string): string {
  const mac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
  return keys
    .split("+")
    .map((key) => (key === "Ctrl" && mac ? "⌘" : key === "Escape" ? "Esc" : key.length === 1 ? key.toUpperCase() : key))
    .join(" ");
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "range", "button", "color"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

function change(next: readonly Entry[]): void {
  entries = next;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
