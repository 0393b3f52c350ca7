/** Moving and zooming a drawing: by dragging, the wheel, two fingers of a touchpad and buttons. */

import { type PointerEvent, type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** How a drawing lies in its frame: shifted by x and y pixels after being scaled. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

const least = 0.1;
const most = 3;
// Words are smaller than one can read below this.
const readable = 0.65;
// A press that moves less than this is a click.
const stillPx = 4;

/** The view in which all of a drawing is in the middle of its frame, never larger than life. */
export function fitted(drawing: { width: number; height: number }, frame: { width: number; height: number }): View {
  const scale = Math.max(least, Math.min(1, frame.width / drawing.width, frame.height / drawing.height));
  return { scale, x: (frame.width - drawing.width * scale) / 2, y: (frame.height - drawing.height * scale) / 2 };
}

/** The view to begin with: all of a drawing, or if that is too small to read, what is around a point of it. */
export function begun(drawing: { width: number; height: number }, frame: { width: number; height: number }, point: { x: number; y: number }): View {
  const whole = fitted(drawing, frame);
  if (whole.scale >= readable) return whole;
  return { scale: readable, x: frame.width / 2 - point.x * readable, y: frame.height / 2 - point.y * readable };
}

/** The view after scaling about a point of the frame, which stays where it is. */
export function scaledAt(view: View, factor: number, x: number, y: number): View {
  const scale = Math.min(most, Math.max(least, view.scale * factor));
  const real = scale / view.scale;
  return { scale, x: x - (x - view.x) * real, y: y - (y - view.y) * real };
}

/** What `useZoom` gives. */
export interface Zoom {
  transform: string;
  handlers: {
    onPointerDown: (event: PointerEvent) => void;
    onPointerMove: (event: PointerEvent) => void;
    onPointerUp: (event: PointerEvent) => void;
  };
  by: (factor: number) => void;
  fit: () => void;
  /** Bring a point of the drawing into the frame. */
  reveal: (x: number, y: number) => void;
  /** Whether the last press moved the drawing and was not a click. */
  moved: () => boolean;
}

/** Zoom a drawing of this size in its frame; all of it is shown at first, or what is around `point` if it is large. */
export function useZoom(frame: RefObject<SVGSVGElement | null>, drawing: { width: number; height: number }, point: { x: number; y: number }): Zoom {
  const { width, height } = drawing;
  const { x: pointX, y: pointY } = point;
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const press = useRef<{ x: number; y: number; view: View; moved: boolean } | null>(null);
  const fit = useCallback(() => {
    const box = frame.current?.getBoundingClientRect();
    if (box !== undefined && box.width > 0) setView(fitted({ width, height }, box));
  }, [frame, width, height]);
  useEffect(() => {
    const box = frame.current?.getBoundingClientRect();
    if (box !== undefined && box.width > 0) setView(begun({ width, height }, box, { x: pointX, y: pointY }));
  }, [frame, width, height, pointX, pointY]);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      setView((before) => scaledAt(before, Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 500)), x, y));
    };
    // React's own listener is passive and could not keep the page from scrolling.
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      element.removeEventListener("wheel", onWheel);
    };
  }, [frame]);
  const size = () => frame.current?.getBoundingClientRect() ?? { width: 0, height: 0 };
  return {
    transform: `translate(${view.x},${view.y}) scale(${view.scale})`,
    fit,
    by: (factor) => {
      const box = size();
      setView((before) => scaledAt(before, factor, box.width / 2, box.height / 2));
    },
    reveal: (x, y) => {
      const box = size();
      setView((before) => {
        const [left, top] = [before.x + x * before.scale, before.y + y * before.scale];
        const inside = left > 0 && left < box.width && top > 0 && top < box.height;
        return inside ? before : { ...before, x: box.width / 2 - x * before.scale, y: box.height / 2 - y * before.scale };
      });
    },
    moved: () => press.current?.moved ?? false,
    handlers: {
      onPointerDown: (event) => {
        press.current = { x: event.clientX, y: event.clientY, view, moved: false };
      },
      onPointerMove: (event) => {
        const start = press.current;
        if (start === null || event.buttons === 0) return;
        const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
        if (!start.moved && Math.hypot(dx, dy) < stillPx) return;
        start.moved = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        setView({ ...start.view, x: start.view.x + dx, y: start.view.y + dy });
      },
      onPointerUp: (event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) event.currentTarget.releasePointerCapture(event.pointerId);
      },
    },
  };
}
