import { Maximize, Minus, Plus } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";

import type { Lineage } from "../api/types";
import { classes } from "../ui/classes";
import { IconButton } from "../ui/IconButton";
import { layoutGraph } from "./layout";
import styles from "./LineageGraph.module.css";
import { nodeAddress, relatives } from "./nodes";
import { useZoom } from "./useZoom";

const sizes = { width: 190, height: 46, across: 72, down: 18 };
// Pixels around the graph.
const margin = 32;

/** A graph of runs and versions from left to right: drag moves it, the wheel zooms, a press opens a node's page. */
export function LineageGraph({ lineage, here }: { lineage: Lineage; here: string }) {
  const [, navigate] = useLocation();
  const [pointed, setPointed] = useState<string | null>(null);
  const frame = useRef<SVGSVGElement>(null);
  const layout = useMemo(() => layoutGraph(lineage.nodes.map((node) => node.id), lineage.edges, sizes), [lineage]);
  const centre = layout.nodes.find((node) => node.id === here);
  const size = { width: layout.width + 2 * margin, height: layout.height + 2 * margin };
  const zoom = useZoom(frame, size, { x: (centre?.x ?? 0) + sizes.width / 2 + margin, y: (centre?.y ?? 0) + margin });
  const bright = useMemo(() => (pointed === null ? null : relatives(pointed, lineage.edges)), [pointed, lineage.edges]);
  const known = useMemo(() => new Map(lineage.nodes.map((node) => [node.id, node])), [lineage.nodes]);
  const dim = (...ids: string[]) => bright !== null && !ids.every((id) => bright.has(id));
  return (
    <div className={styles["frame"]}>
      <svg ref={frame} className={styles["graph"]} role="group" aria-label="Lineage graph" {...zoom.handlers}>
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0,0.5 L7,4 L0,7.5 z" className={styles["arrow"]} />
          </marker>
        </defs>
        <g transform={zoom.transform}>
          <g transform={`translate(${margin},${margin})`}>
            {layout.edges.map((edge, index) => (
              <path key={index} d={edge.path} className={classes(styles["edge"], dim(edge.from, edge.to) && styles["dim"])} markerEnd="url(#arrow)" />
            ))}
            {layout.nodes.map((place) => {
              const node = known.get(place.id);
              const address = nodeAddress(place.id);
              if (node === undefined) return null;
              return (
                <a
                  key={place.id}
                  href={address ?? undefined}
                  className={classes(styles["node"], styles[node.kind], place.id === here && styles["here"], dim(place.id) && styles["dim"])}
                  aria-current={place.id === here ? "true" : undefined}
                  aria-label={`${node.kind} ${node.name}, ${node.type ?? node.state ?? ""}`}
                  draggable={false}
                  onPointerEnter={() => {
                    setPointed(place.id);
                  }}
                  onPointerLeave={() => {
                    setPointed(null);
                  }}
                  onFocus={() => {
                    setPointed(place.id);
                    zoom.reveal(place.x + margin + sizes.width / 2, place.y + margin);
                  }}
                  onBlur={() => {
                    setPointed(null);
                  }}
                  onClick={(event) => {
                    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                    event.preventDefault();
                    if (address !== null && !zoom.moved()) navigate(address);
                  }}
                >
                  <g transform={`translate(${place.x},${place.y - sizes.height / 2})`}>
                    <NodeBox kind={node.kind} name={node.name} about={node.kind === "run" ? (node.state ?? "run") : (node.type ?? "artifact")} />
                  </g>
                </a>
              );
            })}
          </g>
        </g>
      </svg>
      <div className={styles["tools"]}>
        <IconButton label="Zoom in" icon={<Plus />} onClick={() => { zoom.by(1.3); }} />
        <IconButton label="Zoom out" icon={<Minus />} onClick={() => { zoom.by(1 / 1.3); }} />
        <IconButton label="Show all" icon={<Maximize />} onClick={zoom.fit} />
      </div>
    </div>
  );
}

function NodeBox({ kind, name, about }: { kind: "artifact" | "run"; name: string; about: string }) {
  return (
    <>
      <rect className={styles["box"]} width={sizes.width} height={sizes.height} rx={kind === "run" ? sizes.height / 2 : 7} />
      <foreignObject width={sizes.width} height={sizes.height}>
        <div className={styles["words"]} data-kind={kind}>
          <span className={styles["name"]} title={name}>
            {name}
          </span>
          <span className={styles["about"]}>{kind === "run" ? `run, ${about}` : about}</span>
        </div>
      </foreignObject>
    </>
  );
}
