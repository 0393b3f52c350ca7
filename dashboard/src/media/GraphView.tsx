import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { ErrorState } from "../ui/EmptyState";
import { formatCount } from "../ui/format";
import { Spinner } from "../ui/Spinner";
import { fileJson } from "./files";
import { GraphCanvas } from "./GraphCanvas";
import { GraphTable } from "./GraphTable";
import styles from "./GraphView.module.css";
import { readGraph } from "./modelGraph";

/** Properties of a `GraphView`. */
export interface GraphViewProps {
  address: string;
  width: number;
  height: number;
  label: string;
}

const WIDE = 620; // pixels: with more the table stands beside the picture, with less below it

/** A model: the picture of its modules, and a table of their parameters. */
export function GraphView({ address, width, height, label }: GraphViewProps) {
  const file = useQuery({ queryKey: ["graph", address], queryFn: async ({ signal }) => readGraph(await fileJson(address, signal)), retry: false });
  const [selected, setSelected] = useState<string | null>(null);
  const isWide = width >= WIDE;
  const tableWidth = useMemo(() => Math.min(420, Math.max(260, width * 0.45)), [width]);
  if (file.isPending) return <Spinner label="Loading the graph" centred />;
  if (file.isError) return <ErrorState error={file.error} onRetry={() => void file.refetch()} small />;
  const graph = file.data;
  return (
    <section className={styles["graph"]} aria-label={label} style={{ height }}>
      <p className={styles["summary"]}>
        <strong>{graph.type ?? "Model"}</strong> {graph.nodes.length} modules
        {graph.count !== null && <>, {formatCount(graph.count)} parameters</>}
      </p>
      <div className={isWide ? styles["beside"] : styles["below"]} style={isWide ? { gridTemplateColumns: `minmax(0, 1fr) ${tableWidth}px` } : undefined}>
        <GraphCanvas graph={graph} selected={selected} onSelect={setSelected} label={label} />
        <GraphTable graph={graph} selected={selected} onSelect={setSelected} />
      </div>
    </section>
  );
}
