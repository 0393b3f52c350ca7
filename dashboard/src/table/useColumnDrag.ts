/** Dragging the heads of columns with the pointer: which one is dragged, and beside which it would go. */

import { useCallback, useEffect, useRef, useState } from "react";

/** The head that a column would go beside. */
export interface ColumnDrop {
  column: string;
  side: "before" | "after";
}

/** A drag, and how to begin one. */
export interface ColumnDrag {
  dragging: string | null;
  drop: ColumnDrop | null;
  begin: (column: string, event: React.PointerEvent) => void;
}

// Less is a press with an unsteady hand.
const leastMove = 5;
// Near an edge of the grid it scrolls, by this much a move.
const edge = 50;
const scrollBy = 18;

/** Follow drags; `onDrop` is called once a column was let go over another head. Pinned columns stay among themselves. */
export function useColumnDrag(onDrop: (column: string, drop: ColumnDrop) => void): ColumnDrag {
  const [dragging, setDragging] = useState<string | null>(null);
  const [drop, setDrop] = useState<ColumnDrop | null>(null);
  const finish = useRef(onDrop);
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => {
    finish.current = onDrop;
  });
  useEffect(() => () => stop.current?.(), []);

  const begin = useCallback((column: string, event: React.PointerEvent) => {
    // A finger scrolls the table.
    if (event.button !== 0 || event.pointerType === "touch") return;
    const start = event.clientX;
    const head = event.currentTarget.closest<HTMLElement>("[data-column]");
    const grid = event.currentTarget.closest<HTMLElement>("[role=grid]");
    let moved = false;
    let place: ColumnDrop | null = null;
    const onMove = (move: PointerEvent) => {
      if (!moved && Math.abs(move.clientX - start) < leastMove) return;
      moved = true;
      setDragging(column);
      if (grid) scrollAtEdge(grid, move.clientX);
      place = dropAt(move.clientX, move.clientY, column, head?.dataset["pinned"]);
      setDrop(place);
    };
    const end = (commit: boolean) => {
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onUp);
      window.removeEventListener("pointercancel", onCancel);
      window.removeEventListener("keydown", onKey, true);
      stop.current = null;
      setDragging(null);
      setDrop(null);
      if (moved) swallowClick();
      if (commit && moved && place) finish.current(column, place);
    };
    const onUp = () => {
      end(true);
    };
    const onCancel = () => {
      end(false);
    };
    const onKey = (key: KeyboardEvent) => {
      if (key.key === "Escape") end(false);
    };
    stop.current = onCancel;
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onUp);
    window.addEventListener("pointercancel", onCancel);
    window.addEventListener("keydown", onKey, true);
  }, []);
  return { dragging, drop, begin };
}

function dropAt(x: number, y: number, moved: string, pinned: string | undefined): ColumnDrop | null {
  const head = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-column]");
  const column = head?.dataset["column"];
  if (!head || column === undefined || column === moved || head.dataset["pinned"] !== pinned) return null;
  const box = head.getBoundingClientRect();
  return { column, side: x < box.left + box.width / 2 ? "before" : "after" };
}

function scrollAtEdge(grid: HTMLElement, x: number): void {
  const box = grid.getBoundingClientRect();
  if (x < box.left + edge) grid.scrollBy(-scrollBy, 0);
  else if (x > box.right - edge) grid.scrollBy(scrollBy, 0);
}

/** A drag that ends on the head that it began on is followed by a click, which would sort. */
function swallowClick(): void {
  const swallow = (event: MouseEvent) => {
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, true);
  setTimeout(() => {
    window.removeEventListener("click", swallow, true);
  });
}
