/** Masks: the colour of each pixel's class, and where classes meet. */

import { classColour } from "./classColours";
import type { Ids } from "./png";

/** The classes in a mask with their number of pixels, ascending by id. */
export function classesIn(ids: Ids): Map<number, number> {
  const counts = new Map<number, number>();
  for (const id of ids.values) counts.set(id, (counts.get(id) ?? 0) + 1);
  return new Map([...counts].sort(([a], [b]) => a - b));
}

/**
 * The pixels of a mask as RGBA, 0 … 255: each class in its colour with `alpha`, hidden classes clear, and the edges of
 * classes opaque, so that they are seen at any opacity.
 */
export function maskPixels(ids: Ids, hidden: ReadonlySet<number>, alpha: number): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, values } = ids;
  const pixels = new Uint8ClampedArray(width * height * 4);
  const inside = Math.round(alpha * 255);
  const edge = alpha > 0 ? 255 : 0;
  const colours = new Map<number, readonly [number, number, number]>();
  for (let at = 0; at < values.length; at += 1) {
    const id = values[at] ?? 0;
    if (hidden.has(id)) continue;
    let colour = colours.get(id);
    if (!colour) colours.set(id, (colour = classColour(id)));
    const x = at % width;
    const isEdge = (x + 1 < width && values[at + 1] !== id) || (at + width < values.length && values[at + width] !== id);
    pixels[4 * at] = colour[0];
    pixels[4 * at + 1] = colour[1];
    pixels[4 * at + 2] = colour[2];
    pixels[4 * at + 3] = isEdge ? edge : inside;
  }
  return pixels;
}

/** The ids that a choice hides: those of `class/<id>`. */
export function hiddenClasses(hidden: readonly string[]): Set<number> {
  return new Set(hidden.filter((name) => name.startsWith("class/")).map((name) => Number(name.slice(6))));
}
