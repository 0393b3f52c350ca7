/** Dragging panels with the pointer: which one is dragged, and before which it would go. */

import { useCallback, useEffect, useRef, useState } from "react";

/** Where a dragged panel would go: into a section, before a panel or to the end. */
export interface Drop {
  section: string;
  before: string | null;
}

/** A drag, and how to begin one. */
export interface PanelDrag {
  dragging: string | null;
  drop: Drop | null;
  begin: (id: string, event: React.PointerEvent) => void;
}

// Less is a press with an unsteady hand.
const leastMove = 5;
// Near the edge of the board it scrolls, by this much a frame.
const edge = 50;
const scrollBy = 14;

/** Follow drags; `onDrop` is called once a panel was let go over another place. */
export function usePanelDrag(onDrop: (id: string, section: string, before: string | null) => void): PanelDrag {
  const [dragging, setDragging] = useState<string | null>(null);
  const [drop, setDrop] = useState<Drop | null>(null);
  const finish = useRef(onDrop);
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => {
    finish.current = onDrop;
  });
  useEffect(() => () => stop.current?.(), []);

  const begin = useCallback((id: string, event: React.PointerEvent) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const start = { x: event.clientX, y: event.clientY };
    const board = event.currentTarget.closest<HTMLElement>("[data-board]");
    let moved = false;
    let place: Drop | null = null;
    const onMove = (move: PointerEvent) => {
      if (!moved && Math.hypot(move.clientX - start.x, move.clientY - start.y) < leastMove) return;
      moved = true;
      setDragging(id);
      if (board) scrollAtEdge(board, move.clientY);
      place = dropAt(move.clientX, move.clientY, id) ?? place;
      setDrop(place);
    };
    const end = (commit: boolean) => {
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onUp);
      window.removeEventListener("keydown", onKey, true);
      stop.current = null;
      setDragging(null);
      setDrop(null);
      if (commit && moved && place) finish.current(id, place.section, place.before);
    };
    const onUp = () => {
      end(true);
    };
    const onKey = (key: KeyboardEvent) => {
      if (key.key === "Escape") end(false);
    };
    stop.current = () => {
      end(false);
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onUp);
    window.addEventListener("keydown", onKey, true);
  }, []);
  return { dragging, drop, begin };
}

function dropAt(x: number, y: number, id: string): Drop | null {
  const under = document.elementFromPoint(x, y);
  const panel = under?.closest<HTMLElement>("[data-panel]");
  if (panel) {
    const over = panel.dataset["panel"];
    const section = panel.dataset["in"];
    if (over === undefined || section === undefined || over === id) return null;
    const box = panel.getBoundingClientRect();
    return { section, before: x < box.left + box.width / 2 ? over : (panel.dataset["next"] ?? null) };
  }
  const head = under?.closest<HTMLElement>("[data-section]")?.dataset["section"];
  return head === undefined ? null : { section: head, before: null };
}

function scrollAtEdge(board: HTMLElement, y: number): void {
  const box = board.getBoundingClientRect();
  if (y < box.top + edge) board.scrollBy(0, -scrollBy);
  else if (y > box.bottom - edge) board.scrollBy(0, scrollBy);
}
