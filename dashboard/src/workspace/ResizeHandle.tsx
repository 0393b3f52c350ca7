import { columnsFor, gap, heightStep } from "./layout";
import styles from "./ResizeHandle.module.css";
import type { PanelConfig } from "./view";

/** Properties of a `ResizeHandle`. */
export interface ResizeHandleProps {
  panel: PanelConfig;
  title: string;
  boardWidth: number;
  /** By so many columns and steps of height. */
  onResize: (columns: number, steps: number) => void;
}

/** The corner of a panel that changes its size: by dragging, or with the arrow keys. */
export function ResizeHandle({ panel, title, boardWidth, onResize }: ResizeHandleProps) {
  return (
    <button
      type="button"
      className={styles["handle"]}
      aria-label={`Resize ${title}: arrow keys, or drag`}
      onKeyDown={(event) => {
        const by = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const)[event.key as "ArrowUp"];
        if (by === undefined) return;
        event.preventDefault();
        onResize(by[0], by[1]);
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        drag(event, panel, boardWidth, onResize);
      }}
    />
  );
}

function drag(event: React.PointerEvent, panel: PanelConfig, boardWidth: number, onResize: ResizeHandleProps["onResize"]): void {
  const start = { x: event.clientX, y: event.clientY };
  const grid = columnsFor(boardWidth);
  const column = (boardWidth + gap) / grid;
  const first = Math.min(panel.width, grid);
  let done: [number, number] = [0, 0];
  const onMove = (move: PointerEvent) => {
    const columns = Math.max(1, Math.min(grid, first + Math.round((move.clientX - start.x) / column))) - first;
    const steps = Math.round((move.clientY - start.y) / heightStep);
    if (columns === done[0] && steps === done[1]) return;
    done = [columns, steps];
    // From where it began: the panel of this closure does not change while it is dragged.
    onResize(first - panel.width + columns, steps);
  };
  const onUp = () => {
    window.removeEventListener("pointermove", onMove);
    window.removeEventListener("pointerup", onUp);
  };
  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", onUp);
}
