/** Where floating things go: beside their anchor and inside the window. */

const gap = 6;
const margin = 8;

/** Set `left`, `top` and `max-height` of a fixed element so that it is beside `anchor`; it flips where there is no room. */
export function place(
  element: HTMLElement,
  anchor: DOMRect,
  side: "above" | "below",
  align: "start" | "centre" | "end",
): void {
  element.style.maxHeight = "";
  const box = element.getBoundingClientRect();
  const above = anchor.top - gap - margin;
  const below = window.innerHeight - anchor.bottom - gap - margin;
  const goesAbove = side === "above" ? above >= box.height || above > below : below < box.height && above > below;
  const room = Math.max(80, goesAbove ? above : below);
  const height = Math.min(box.height, room);
  const wanted =
    align === "start" ? anchor.left : align === "end" ? anchor.right - box.width : anchor.left + (anchor.width - box.width) / 2;
  const left = Math.max(margin, Math.min(wanted, window.innerWidth - box.width - margin));
  const top = goesAbove ? anchor.top - gap - height : anchor.bottom + gap;
  element.style.left = `${Math.round(left)}px`;
  element.style.top = `${Math.round(top)}px`;
  if (box.height > room) element.style.maxHeight = `${Math.round(room)}px`;
}
