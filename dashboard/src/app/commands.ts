/** What the command palette offers: components add commands while they are mounted. */

import { useEffect, useRef, useSyncExternalStore } from "react";

/** One thing to do or to go to. */
export interface Command {
  label: string;
  /** The heading that it is under. */
  group: string;
  /** More words that find it. */
  words?: string;
  keys?: string;
  run: () => void;
}

interface Source {
  current: Command[];
}

let sources: readonly Source[] = [];
const listeners = new Set<() => void>();

/** Offer commands while the component is mounted. */
export function useCommands(commands: Command[]): void {
  const source = useRef(commands);
  useEffect(() => {
    source.current = commands;
  });
  useEffect(() => {
    change([...sources, source]);
    return () => {
      change(sources.filter((each) => each !== source));
    };
  }, []);
}

/** All commands that are offered now. */
export function useAllCommands(): Command[] {
  return useSyncExternalStore(listen, () => sources).flatMap((source) => source.current);
}

// What one looks for comes before what one seldom does.
const groups = ["Run", "Workspace", "Go to", "Project", "Help", "Theme"];

/** The commands that have all words of `text`, the best first: those whose label begins with it; then by their groups. */
export function findCommands(commands: Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return commands
    .map((command) => ({ command, rank: rank(command, words) }))
    .filter((each) => each.rank >= 0)
    .sort((a, b) => b.rank - a.rank || groups.indexOf(a.command.group) - groups.indexOf(b.command.group))
    .map((each) => each.command);
}

function rank(command: Command, words: string[]): number {
  const label = command.label.toLowerCase();
  const all = `${label} ${command.group} ${command.words ?? ""}`.toLowerCase();
  if (!words.every((word) => all.includes(word))) return -1;
  const first = words[0] ?? "";
  return label.startsWith(first) ? 2 : label.includes(first) ? 1 : 0;
}

function change(next: readonly Source[]): void {
  sources = next;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
