import { useEffect, useMemo, useRef, useState } from "react";
import { Search } from "lucide-react";

import { classes } from "../ui/classes";
import { formatCount } from "../ui/format";
import { TextField } from "../ui/TextField";
import styles from "./GraphView.module.css";
import { type ModelGraph, parentOf, shapeText } from "./modelGraph";

/** Properties of a `GraphTable`. */
export interface GraphTableProps {
  graph: ModelGraph;
  selected: string | null;
  onSelect: (name: string) => void;
}

/** The modules of a model with the shapes of their parameters. */
export function GraphTable({ graph, selected, onSelect }: GraphTableProps) {
  const [search, setSearch] = useState("");
  const table = useRef<HTMLDivElement>(null);
  const depths = useMemo(() => depthsOf(graph), [graph]);
  const wanted = search.toLowerCase();
  const rows = graph.nodes.filter((node) => `${node.name} ${node.type}`.toLowerCase().includes(wanted));
  useEffect(() => {
    table.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <div className={styles["table"]}>
      <TextField label="Search the modules" placeholder="Search" icon={<Search />} clearable value={search} onChange={setSearch} />
      <div ref={table} className={styles["rows"]} tabIndex={0} role="region" aria-label="Modules">
        <table>
          <thead>
            <tr><th scope="col">Module</th><th scope="col">Parameters</th><th scope="col" className={styles["right"]}>Count</th></tr>
          </thead>
          <tbody>
            {rows.map((node) => (
              <tr key={node.name} aria-selected={node.name === selected} className={classes(node.name === selected && styles["chosen"])} onClick={() => { onSelect(node.name); }}>
                <th scope="row" style={{ paddingLeft: 8 + (wanted ? 0 : (depths.get(node.name) ?? 0) * 12) }}>
                  {node.name.split(".").pop() || "(model)"} <span className={styles["kind"]}>{node.type}</span>
                </th>
                <td>
                  {node.parameters.map((each) => (
                    <div key={each.name}>{each.name} <span className={styles["kind"]}>{shapeText(each.shape)}</span></div>
                  ))}
                  {node.parameters.length === 0 && node.outputShape !== null && <span className={styles["kind"]}>→ {shapeText(node.outputShape)}</span>}
                </td>
                <td className={styles["right"]} title={node.count?.toLocaleString("en-US")}>{node.count ? formatCount(node.count) : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function depthsOf(graph: ModelGraph): Map<string, number> {
  const names = new Set(graph.nodes.map((node) => node.name));
  const depths = new Map<string, number>();
  for (const { name } of graph.nodes) {
    let depth = 0;
    for (let parent = parentOf(name, names); parent !== null; parent = parentOf(parent, names)) depth += 1;
    depths.set(name, depth);
  }
  return depths;
}
