/** Draws boxes and masks on a canvas that lies over an image. */

import { type Box, isShown, type OverlayChoice } from "./boxes";
import { classColour, classCss } from "./classColours";
import { hiddenClasses, maskPixels } from "./masks";
import type { MaskSet, Overlays } from "./overlays";

const FONT_PX = 11;
const SMALLEST_LABELLED = 200; // pixels of an image's width on screen, below which labels would cover it

/** Draws what a choice shows; the canvas takes `scale` times the image's size in CSS pixels. */
export function drawOverlays(canvas: HTMLCanvasElement, overlays: Overlays, choice: OverlayChoice, width: number, height: number, scale: number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const density = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * scale * density), Math.round(height * scale * density)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, wide, high);
  context.imageSmoothingEnabled = false;
  for (const set of overlays.masks) {
    if (choice.hidden.includes(`masks/${set.name}`)) continue;
    context.drawImage(maskPicture(set, choice), 0, 0, wide, high);
  }
  context.setTransform(density, 0, 0, density, 0, 0);
  for (const set of overlays.boxes) {
    for (const box of set.boxes) if (isShown(box, set.name, choice)) drawBox(context, box, scale);
    if (!choice.labels || width * scale < SMALLEST_LABELLED) continue;
    // Labels come after all boxes, so that no line runs through them.
    for (const box of set.boxes) if (isShown(box, set.name, choice)) drawLabel(context, box, set.labels, scale, width * scale);
  }
}

const pictures = new WeakMap<MaskSet, { choice: string; canvas: HTMLCanvasElement }>();

/** A mask in its colours, of the image's own size. It is painted anew only when the choice changes. */
function maskPicture(set: MaskSet, choice: OverlayChoice): HTMLCanvasElement {
  const hidden = hiddenClasses(choice.hidden);
  const name = `${choice.opacity} ${[...hidden].sort().join()}`;
  const known = pictures.get(set);
  if (known?.choice === name) return known.canvas;
  const canvas = known?.canvas ?? document.createElement("canvas");
  Object.assign(canvas, { width: set.ids.width, height: set.ids.height });
  const pixels = new ImageData(maskPixels(set.ids, hidden, choice.opacity), set.ids.width, set.ids.height);
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
  pictures.set(set, { choice: name, canvas });
  return canvas;
}

function drawBox(context: CanvasRenderingContext2D, box: Box, scale: number): void {
  const { x, y, width, height } = box.rect;
  context.lineJoin = "round";
  context.strokeStyle = "rgb(0 0 0 / 0.45)";
  context.lineWidth = 3.5;
  context.strokeRect(x * scale, y * scale, width * scale, height * scale);
  context.strokeStyle = classCss(box.classId);
  context.lineWidth = 1.75;
  context.strokeRect(x * scale, y * scale, width * scale, height * scale);
}

/** What stands on a box: its caption, or the name of its class and its scores. */
export function boxLabel(box: Box, labels: Map<number, string>): string {
  if (box.caption !== null) return box.caption;
  const name = labels.get(box.classId) ?? `class ${box.classId}`;
  const scores = Object.values(box.scores).slice(0, 1);
  return [name, ...scores.map((score) => String(Number(score.toPrecision(2))))].join(" ");
}

function drawLabel(context: CanvasRenderingContext2D, box: Box, labels: Map<number, string>, scale: number, right: number): void {
  const text = boxLabel(box, labels);
  context.font = `600 ${FONT_PX}px ui-sans-serif, system-ui, sans-serif`;
  const width = context.measureText(text).width + 8;
  const x = Math.max(0, Math.min(box.rect.x * scale, right - width));
  const above = box.rect.y * scale - FONT_PX - 5;
  const y = above >= 0 ? above : box.rect.y * scale;
  context.fillStyle = classCss(box.classId, 0.92);
  context.beginPath();
  context.roundRect(x, y, width, FONT_PX + 5, 3);
  context.fill();
  const [red, green, blue] = classColour(box.classId);
  context.fillStyle = 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "#111" : "#fff";
  context.textBaseline = "middle";
  context.fillText(text, x + 4, y + (FONT_PX + 5) / 2 + 0.5);
}
