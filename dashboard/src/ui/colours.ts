/** The colours of runs: twenty, told apart with normal, red-blind and green-blind sight, on light and on dark ground. */

import { readJson, writeJson } from "./storage";

/** A colour on light ground and its fellow on dark ground. */
export type ColourPair = readonly [light: string, dark: string];

// Chosen by a greedy search in OKLab: the smallest distance of any two is 0.068 in normal sight and 0.05 in simulated
// protanopia and deuteranopia (Machado, Oliveira and Fernandes 2009), in both themes; each has a contrast of at least 3:1
// with its ground. The first eight are the furthest from each other.
/** The run colours. */
export const runColours: readonly ColourPair[] = [
  ["#2f63e1", "#81a9fd"],
  ["#b18e15", "#f2cd64"],
  ["#703500", "#ae6f43"],
  ["#5e258a", "#9862cb"],
  ["#a65a65", "#e996a0"],
  ["#6396ce", "#b0d5fe"],
  ["#5b6c09", "#94aa44"],
  ["#4c9f79", "#8cdfb7"],
  ["#712d45", "#b1667e"],
  ["#2785a9", "#6cc4ea"],
  ["#864467", "#c67ea3"],
  ["#3d38bd", "#727ef1"],
  ["#b57549", "#f7b386"],
  ["#781367", "#b955a4"],
  ["#075c94", "#4499dd"],
  ["#b35e96", "#f79bd5"],
  ["#157f76", "#54bfb4"],
  ["#8c3287", "#ce70c7"],
  ["#93323c", "#d66e74"],
  ["#c92516", "#fd816e"],
];

/** The colour with that number, in a theme. */
export function colourAt(index: number, theme: "light" | "dark"): string {
  const pair = runColours[((index % runColours.length) + runColours.length) % runColours.length] as ColourPair;
  return theme === "dark" ? pair[1] : pair[0];
}

/** The number of the colour that a run has if nobody near it has it already. */
export function hashColour(id: string): number {
  let hash = 2166136261;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 16777619);
  return (hash >>> 0) % runColours.length;
}

/**
 * The number of each run's colour: the remembered one, else its own unless another of these has that, else the next free
 * one. What is chosen is put into `remembered`, so that a run keeps its colour while others come and go.
 */
export function assignColours(ids: readonly string[], remembered: Map<string, number>): Map<string, number> {
  const chosen = new Map<string, number>();
  const taken = new Set<number>();
  for (const id of ids) {
    const known = remembered.get(id);
    if (known === undefined) continue;
    chosen.set(id, known);
    taken.add(known);
  }
  for (const id of ids) {
    if (chosen.has(id)) continue;
    let index = hashColour(id);
    if (taken.size < runColours.length) while (taken.has(index)) index = (index + 1) % runColours.length;
    chosen.set(id, index);
    taken.add(index);
    remembered.set(id, index);
  }
  return chosen;
}

const memories = new Map<string, Map<string, number>>();
// Enough for what one looks at, small enough for the browser's storage.
const mostRemembered = 2_000;

/** The colours that this browser remembers of a project's runs. */
export function rememberedColours(project: string): Map<string, number> {
  let memory = memories.get(project);
  if (memory === undefined) {
    memory = new Map(Object.entries(readJson<Record<string, number>>(storageKey(project), {})));
    memories.set(project, memory);
  }
  return memory;
}

/** Keep them for the next visit. */
export function keepColours(project: string): void {
  const memory = rememberedColours(project);
  writeJson(storageKey(project), Object.fromEntries([...memory].slice(-mostRemembered)));
}

/** The colour of one run, for places that show it alone; the same one that it has in the workspace. */
export function runColour(project: string, id: string, theme: "light" | "dark"): string {
  return colourAt(rememberedColours(project).get(id) ?? hashColour(id), theme);
}

function storageKey(project: string): string {
  return `trailmark.colours.${project}`;
}
