import { type PointerEvent, useEffect, useMemo, useRef, useState, type WheelEvent } from "react";
import { Maximize, ZoomIn, ZoomOut } from "lucide-react";

import { classes } from "../ui/classes";
import { formatCount } from "../ui/format";
import { IconButton } from "../ui/IconButton";
import styles from "./GraphView.module.css";
import { layered } from "./layered";
import { drawable, type GraphNode, type ModelGraph } from "./modelGraph";
import { useSize } from "./useSize";

/** Properties of a `GraphCanvas`. */
export interface GraphCanvasProps {
  graph: ModelGraph;
  /** The name of the module that is looked at. */
  selected: string | null;
  onSelect: (name: string) => void;
  label: string;
}

const LETTER = 6.6; // pixels of a letter of 12 px, nearly
const NODE_HEIGHT = 38;
const MOST = 1_500; // nodes that a browser draws without effort

/** The picture of a model: what flows where, from above to below. Drag to move, wheel to zoom. */
export function GraphCanvas({ graph, selected, onSelect, label }: GraphCanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const shown = useMemo(() => drawable(graph), [graph]);
  const nodes = useMemo(() => shown.nodes.slice(0, MOST).map((node) => ({ ...node, id: node.name, width: widthOf(node), height: NODE_HEIGHT })), [shown]);
  const layout = useMemo(() => layered(nodes, shown.edges), [nodes, shown.edges]);
  const [view, setView] = useState<{ x: number; y: number; scale: number } | null>(null);
  useEffect(() => {
    setView(null);
  }, [layout]);
  const fit = Math.min(1.2, (size.width - 24) / Math.max(1, layout.width), Math.max(0.35, (size.height - 24) / Math.max(1, layout.height)));
  const scale = view?.scale ?? Math.max(0.05, fit);
  const { x, y } = view ?? { x: (size.width - layout.width * scale) / 2, y: 12 };
  const zoom = (factor: number, atX = size.width / 2, atY = size.height / 2): void => {
    const next = Math.max(0.03, Math.min(4, scale * factor));
    const ratio = next / scale;
    setView({ scale: next, x: atX - (atX - x) * ratio, y: atY - (atY - y) * ratio });
  };
  const at = (name: string) => {
    const place = layout.places.get(name);
    return place ? { ...place, width: nodes.find((node) => node.id === name)?.width ?? 0 } : null;
  };
  return (
    <div ref={box} className={styles["canvas"]}>
      <svg
        width={size.width}
        height={size.height}
        role="group"
        aria-label={`${label}: ${shown.isFlow ? "what flows where" : "which module is in which"}`}
        onWheel={(event: WheelEvent) => {
          const place = event.currentTarget.getBoundingClientRect();
          zoom(Math.exp(-event.deltaY / 400), event.clientX - place.x, event.clientY - place.y);
        }}
        onPointerMove={(event: PointerEvent) => {
          if (event.buttons === 1) setView({ scale, x: x + event.movementX, y: y + event.movementY });
        }}
      >
        <g transform={`translate(${x} ${y}) scale(${scale})`}>
          {shown.edges.map(([from, to]) => {
            const [start, end] = [at(from), at(to)];
            return start && end ? <Edge key={`${from} ${to}`} start={start} end={end} isFlow={shown.isFlow} /> : null;
          })}
          {nodes.map((node) => {
            const place = layout.places.get(node.id);
            return place ? <Node key={node.id} node={node} {...place} width={node.width} isSelected={selected === node.name} onSelect={onSelect} /> : null;
          })}
        </g>
      </svg>
      <div className={styles["zoom"]}>
        <IconButton small label="Zoom out" icon={<ZoomOut />} onClick={() => { zoom(1 / 1.3); }} />
        <IconButton small label="Zoom in" icon={<ZoomIn />} onClick={() => { zoom(1.3); }} />
        <IconButton small label="Fit" icon={<Maximize />} onClick={() => { setView(null); }} />
      </div>
      {shown.nodes.length > MOST && <p className={styles["note"]}>The first {MOST} of {shown.nodes.length} modules; the table has all.</p>}
      {!shown.isFlow && <p className={styles["note"]}>What flows where is not known: lines show which module is in which.</p>}
    </div>
  );
}

function widthOf(node: GraphNode): number {
  return Math.max(72, LETTER * Math.max(node.type.length, node.name.length + (node.count ? 8 : 0)) + 24);
}

interface End {
  x: number;
  y: number;
  width: number;
}

function Edge({ start, end, isFlow }: { start: End; end: End; isFlow: boolean }) {
  const [x1, y1] = [start.x + start.width / 2, start.y + NODE_HEIGHT];
  const [x2, y2] = [end.x + end.width / 2, end.y];
  const bend = Math.max(12, (y2 - y1) / 2);
  return <path className={classes(styles["edge"], !isFlow && styles["inside"])} d={`M${x1} ${y1} C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`} />;
}

interface NodeProps {
  node: GraphNode;
  x: number;
  y: number;
  width: number;
  isSelected: boolean;
  onSelect: (name: string) => void;
}

function Node({ node, x, y, width, isSelected, onSelect }: NodeProps) {
  const choose = (): void => { onSelect(node.name); };
  return (
    <g
      className={classes(styles["node"], isSelected && styles["selected"])}
      transform={`translate(${x} ${y})`}
      role="button"
      tabIndex={0}
      aria-pressed={isSelected}
      aria-label={`${node.name || "the model"}, ${node.type}${node.count ? `, ${node.count} parameters` : ""}`}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === " ") choose();
      }}
    >
      <rect width={width} height={NODE_HEIGHT} rx={6} />
      <text x={width / 2} y={16} className={styles["type"]}>{node.type}</text>
      <text x={width / 2} y={30} className={styles["name"]}>
        {node.name}
        {node.count ? ` · ${formatCount(node.count)}` : ""}
      </text>
    </g>
  );
}
