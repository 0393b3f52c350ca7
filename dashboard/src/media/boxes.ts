/** Boxes on images: their file, their places in pixels, and which of them are shown. */

import { isMapping } from "./records";

/** A rectangle in pixels of the image. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A box of an image; `scores` by their names. */
export interface Box {
  rect: Rect;
  classId: number;
  scores: Record<string, number>;
  caption: string | null;
}

/** What of the boxes and masks is shown. Sets of boxes and masks are named `boxes/<name>` and `masks/<name>`. */
export interface OverlayChoice {
  /** `boxes/<name>`, `masks/<name>` or a class as `class/<id>`. */
  hidden: string[];
  /** The lowest value of each score. */
  scores: Record<string, number>;
  /** Of masks, 0 … 1. */
  opacity: number;
  labels: boolean;
}

/** Shows everything. */
export const SHOW_ALL: OverlayChoice = { hidden: [], scores: {}, opacity: 0.4, labels: true };

/** Reads a choice that was kept with a panel. */
export function overlayChoice(value: unknown): OverlayChoice {
  return isMapping(value) ? { ...SHOW_ALL, ...(value as Partial<OverlayChoice>) } : SHOW_ALL;
}

const NOT_IN_JSON: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

function asNumber(value: unknown): number {
  return typeof value === "number" ? value : typeof value === "string" ? (NOT_IN_JSON[value] ?? Number.NaN) : Number.NaN;
}

/** The place of a box in pixels; null if it is no place at all (NaN, infinite, or its end before its beginning). */
export function boxRect(position: unknown, domain: unknown, width: number, height: number): Rect | null {
  if (!isMapping(position)) return null;
  const [scaleX, scaleY] = domain === "pixel" ? [1, 1] : [width, height];
  let rect: Rect;
  if ("middle" in position) {
    const [x, y] = Array.isArray(position["middle"]) ? position["middle"].map(asNumber) : [];
    const [w, h] = [asNumber(position["width"]), asNumber(position["height"])];
    rect = { x: (x ?? Number.NaN) - w / 2, y: (y ?? Number.NaN) - h / 2, width: w, height: h };
  } else {
    const [x, y] = [asNumber(position["minX"]), asNumber(position["minY"])];
    rect = { x, y, width: asNumber(position["maxX"]) - x, height: asNumber(position["maxY"]) - y };
  }
  const scaled = { x: rect.x * scaleX, y: rect.y * scaleY, width: rect.width * scaleX, height: rect.height * scaleY };
  const isPlace = Object.values(scaled).every(Number.isFinite) && scaled.width >= 0 && scaled.height >= 0;
  return isPlace ? scaled : null;
}

/** The boxes of a file; those at impossible places are left out, as they cannot be drawn. */
export function readBoxes(file: unknown, width: number, height: number): Box[] {
  const items: unknown = isMapping(file) ? file["box_data"] : null;
  if (!Array.isArray(items)) throw new Error("the file of boxes has no box_data");
  return items.flatMap((item: unknown): Box[] => {
    if (!isMapping(item)) return [];
    const rect = boxRect(item["position"], item["domain"], width, height);
    const scores = isMapping(item["scores"]) ? item["scores"] : {};
    const caption = typeof item["box_caption"] === "string" ? item["box_caption"] : null;
    const named = Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, asNumber(score)]));
    return rect ? [{ rect, classId: asNumber(item["class_id"]), scores: named, caption }] : [];
  });
}

/** Whether a box of a set is shown: its set and class are, and no score that it has is below the threshold. */
export function isShown(box: Box, set: string, choice: OverlayChoice): boolean {
  if (choice.hidden.includes(`boxes/${set}`) || choice.hidden.includes(`class/${box.classId}`)) return false;
  return Object.entries(choice.scores).every(([name, least]) => !((box.scores[name] ?? Number.NaN) < least));
}

/** The lowest and highest of each score among boxes, for sliders; NaN and infinities are in no range. */
export function scoreRanges(boxes: Box[]): Record<string, [number, number]> {
  const ranges: Record<string, [number, number]> = {};
  for (const box of boxes) {
    for (const [name, score] of Object.entries(box.scores)) {
      if (!Number.isFinite(score)) continue;
      const [low, high] = ranges[name] ?? [score, score];
      ranges[name] = [Math.min(low, score), Math.max(high, score)];
    }
  }
  return ranges;
}

/** The class names of a file of classes, by id. */
export function readClasses(file: unknown): Map<number, string> {
  const labels = new Map<number, string>();
  for (const item of Array.isArray(file) ? (file as unknown[]) : []) {
    if (isMapping(item) && typeof item["id"] === "number") labels.set(item["id"], String(item["name"]));
  }
  return labels;
}
