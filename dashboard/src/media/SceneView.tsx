import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState, type WheelEvent } from "react";
import { RotateCcw } from "lucide-react";

import { ErrorState } from "../ui/EmptyState";
import { IconButton } from "../ui/IconButton";
import { type Drawn, drawnScene } from "./glScene";
import { framing, matrixOf, type Orbit, panned, seenAt, turned, zoomed } from "./orbit";
import type { Scene } from "./scene";
import styles from "./SceneView.module.css";

/** Properties of a `SceneView`. */
export interface SceneViewProps {
  scene: Scene;
  width: number;
  height: number;
  label: string;
}

const TURN = 0.15; // radians a press of an arrow key
const POINT = 0.9; // pixels of a point at the distance of one height

/** A scene that can be turned: drag to turn, with Shift to move, wheel or + − to zoom, 0 to begin again. */
export function SceneView({ scene, width, height, label }: SceneViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const start = useMemo(() => framing(scene.low, scene.high), [scene]);
  const [orbit, setOrbit] = useState(start);
  const [fault, setFault] = useState<unknown>(null);
  const matrix = useMemo(() => matrixOf(orbit, Math.max(1, width) / Math.max(1, height)), [orbit, width, height]);
  useEffect(() => {
    setOrbit(start);
  }, [start]);
  useEffect(() => {
    if (!canvas.current) return undefined;
    try {
      drawn.current = drawnScene(canvas.current, scene);
      setFault(null);
    } catch (error) {
      setFault(error);
    }
    return () => {
      drawn.current?.free();
      drawn.current = null;
    };
  }, [scene]);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const frame = requestAnimationFrame(() => {
      const density = window.devicePixelRatio || 1;
      const [wide, high] = [Math.round(width * density), Math.round(height * density)];
      if (element.width !== wide || element.height !== high) Object.assign(element, { width: wide, height: high });
      // Few points are drawn larger, so that a shape is seen.
      const count = Math.max(1, scene.points.places.length / 3);
      drawn.current?.draw(matrix, (POINT * start.distance * Math.min(1, 60 / Math.sqrt(count))) / 60);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [matrix, width, height, scene, start]);

  const drag = (event: PointerEvent): void => {
    if (event.buttons === 0) return;
    const [x, y] = [event.movementX / height, event.movementY / height];
    const isMove = event.shiftKey || event.buttons > 1;
    setOrbit((old) => (isMove ? panned(old, -x, y) : turned(old, -3 * x, 3 * y)));
  };
  return (
    <div className={styles["scene"]} style={{ width, height }}>
      {fault !== null && <ErrorState error={fault} small />}
      <canvas
        ref={canvas}
        className={styles["canvas"]}
        tabIndex={0}
        role="application"
        aria-label={`${label}. Arrow keys turn, plus and minus zoom, 0 begins again.`}
        style={{ width, height }}
        onContextMenu={(event) => { event.preventDefault(); }}
        onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); }}
        onPointerMove={drag}
        onWheel={(event: WheelEvent) => { setOrbit((old) => zoomed(old, Math.exp(event.deltaY / 600))); }}
        onKeyDown={(event) => { onKey(event, start, setOrbit); }}
      />
      {scene.labels.map((each, index) => {
        const place = seenAt(matrix, each.at);
        return place && place.every((part) => part >= 0 && part <= 1) ? (
          <span key={index} className={styles["label"]} style={{ left: place[0] * width, top: place[1] * height, borderColor: each.colour }}>
            {each.text}
          </span>
        ) : null;
      })}
      <Axes orbit={orbit} />
      {scene.legend && <span className={styles["legend"]}>{scene.legend}</span>}
      <span className={styles["reset"]}>
        <IconButton small label="Begin again" keys="0" icon={<RotateCcw />} onClick={() => { setOrbit(start); }} />
      </span>
    </div>
  );
}

function onKey(event: KeyboardEvent, start: Orbit, set: (change: (old: Orbit) => Orbit) => void): void {
  const actions: Record<string, (old: Orbit) => Orbit> = {
    ArrowLeft: (old) => turned(old, -TURN, 0),
    ArrowRight: (old) => turned(old, TURN, 0),
    ArrowUp: (old) => turned(old, 0, TURN),
    ArrowDown: (old) => turned(old, 0, -TURN),
    "+": (old) => zoomed(old, 0.85),
    "=": (old) => zoomed(old, 0.85),
    "-": (old) => zoomed(old, 1.18),
    "0": () => start,
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  set(action);
}

/** Which way x, y and z point. */
function Axes({ orbit }: { orbit: Orbit }) {
  const matrix = matrixOf({ ...orbit, target: [0, 0, 0], distance: 4 }, 1);
  const names = [["x", [1, 0, 0]], ["y", [0, 1, 0]], ["z", [0, 0, 1]]] as const;
  return (
    <svg className={styles["axes"]} viewBox="0 0 60 60" width={52} height={52} aria-hidden="true">
      {names.map(([name, way]) => {
        const [x, y] = seenAt(matrix, way) ?? [0.5, 0.5];
        return (
          <g key={name} className={styles[name]}>
            <line x1={30} y1={30} x2={x * 60} y2={y * 60} />
            <text x={30 + (x * 60 - 30) * 1.3} y={30 + (y * 60 - 30) * 1.3}>{name}</text>
          </g>
        );
      })}
    </svg>
  );
}
