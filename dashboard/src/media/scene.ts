/** Point clouds, boxes, arrows and triangles, as arrays for drawing. */

import { classColour } from "./classColours";
import type { NpyArray } from "./npy";
import { isMapping } from "./records";

/** A text in a scene. */
export interface SceneLabel {
  text: string;
  colour: string;
  at: readonly number[];
}

/** Vertices: three coordinates and three shades (0 … 255) each. */
export interface Vertices {
  places: Float32Array;
  shades: Uint8Array;
}

/** What is drawn. `low` and `high` are the corners of all of it. */
export interface Scene {
  points: Vertices;
  /** Two vertices each. */
  lines: Vertices;
  /** Three vertices each. */
  triangles: Vertices;
  labels: SceneLabel[];
  low: number[];
  high: number[];
  /** What the colours of points mean, in words. */
  legend: string;
}

// Viridis by its five anchors: low points dark, high ones light.
const RAMP = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]] as const;

function ramp(part: number): [number, number, number] {
  const place = Math.max(0, Math.min(1, part)) * (RAMP.length - 1);
  const at = Math.min(RAMP.length - 2, Math.floor(place));
  const [from, to] = [RAMP[at] ?? RAMP[0], RAMP[at + 1] ?? RAMP[0]];
  return [0, 1, 2].map((shade) => Math.round((from[shade] ?? 0) + ((to[shade] ?? 0) - (from[shade] ?? 0)) * (place - at))) as [number, number, number];
}

/** The points of an array (n, 3), (n, 4) with a category, or (n, 6) with red, green and blue of 0 … 255. */
export function pointsOf({ shape, values }: NpyArray): { points: Vertices; legend: string } {
  const [count = 0, columns = 3] = shape;
  const places = new Float32Array(3 * count);
  const shades = new Uint8Array(3 * count);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < count; at += 1) {
    for (let axis = 0; axis < 3; axis += 1) places[3 * at + axis] = values[columns * at + axis] ?? 0;
    const z = places[3 * at + 2] ?? 0;
    if (z < low) low = z;
    if (z > high) high = z;
  }
  for (let at = 0; at < count; at += 1) {
    const row = columns * at;
    const z = places[3 * at + 2] ?? 0;
    const colour = columns === 6
        ? [values[row + 3] ?? 0, values[row + 4] ?? 0, values[row + 5] ?? 0]
        : columns === 4 ? classColour(Math.round(values[row + 3] ?? 0)) : ramp(high > low ? (z - low) / (high - low) : 0.5);
    shades.set(colour as number[], 3 * at);
  }
  const legend = columns === 6 ? "own colours" : columns === 4 ? "colour: category" : "colour: height";
  return { points: { places, shades }, legend };
}

// Corners differ in x by 4, in y by 2, in z by 1 (docs/media.md): an edge joins those that differ in one.
const EDGES = Array.from({ length: 8 }, (_, corner) => [4, 2, 1].filter((bit) => !(corner & bit)).map((bit) => [corner, corner | bit] as const)).flat();

/** The edges of boxes and the arrows of a scene's file. */
export function linesOf(file: unknown): { lines: Vertices; labels: SceneLabel[] } {
  const places: number[] = [];
  const shades: number[] = [];
  const labels: SceneLabel[] = [];
  const scene = isMapping(file) ? file : {};
  const line = (from: readonly number[], to: readonly number[], colour: readonly number[]): void => {
    places.push(...from.slice(0, 3), ...to.slice(0, 3));
    shades.push(...colour, ...colour);
  };
  for (const box of listOf(scene["boxes"])) {
    const corners = listOf(box["corners"]) as unknown as number[][];
    if (corners.length !== 8) continue;
    const colour = colourOf(box["color"]);
    for (const [from, to] of EDGES) line(corners[from] ?? [], corners[to] ?? [], colour);
    const text = [box["label"], typeof box["score"] === "number" ? box["score"].toPrecision(2) : null].filter((part) => part !== null && part !== undefined).join(" ");
    const top = corners.reduce((best, corner) => ((corner[2] ?? 0) > (best[2] ?? 0) ? corner : best));
    if (text) labels.push({ text, colour: `rgb(${colour.join(" ")})`, at: top });
  }
  for (const arrow of listOf(scene["vectors"])) {
    const [start, end] = [arrow["start"], arrow["end"]] as (number[] | undefined)[];
    if (!start || !end) continue;
    const colour = colourOf(arrow["color"]);
    line(start, end, colour);
    for (const head of arrowHead(start, end)) line(end, head, colour);
  }
  return { lines: { places: Float32Array.from(places), shades: Uint8Array.from(shades) }, labels };
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

function colourOf(value: unknown): number[] {
  return Array.isArray(value) && value.length === 3 ? (value as number[]) : [240, 160, 40];
}

function arrowHead(start: number[], end: number[]): number[][] {
  const way = [0, 1, 2].map((at) => (end[at] ?? 0) - (start[at] ?? 0));
  const size = Math.hypot(...way) * 0.12;
  const side = Math.abs(way[2] ?? 0) > 0.9 * Math.hypot(...way) ? [1, 0, 0] : [-(way[1] ?? 0), way[0] ?? 0, 0];
  const unit = (vector: number[]): number[] => vector.map((value) => value / (Math.hypot(...vector) || 1));
  const [back, across] = [unit(way), unit(side)];
  return [1, -1].map((sign) => [0, 1, 2].map((at) => (end[at] ?? 0) - size * (back[at] ?? 0) + (sign * size * (across[at] ?? 0)) / 2));
}

/** Puts a scene together. */
export function sceneOf(parts: Partial<Pick<Scene, "points" | "lines" | "triangles" | "labels" | "legend">>): Scene {
  const none: Vertices = { places: new Float32Array(), shades: new Uint8Array() };
  const scene = { points: none, lines: none, triangles: none, labels: [], legend: "", ...parts };
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = low.map((value) => -value);
  for (const { places } of [scene.points, scene.lines, scene.triangles]) {
    for (let at = 0; at < places.length; at += 1) {
      const axis = at % 3;
      const value = places[at] ?? 0;
      if (value < (low[axis] ?? 0)) low[axis] = value;
      if (value > (high[axis] ?? 0)) high[axis] = value;
    }
  }
  return { ...scene, low: low.map((value) => (Number.isFinite(value) ? value : 0)), high: high.map((value) => (Number.isFinite(value) ? value : 0)) };
}
