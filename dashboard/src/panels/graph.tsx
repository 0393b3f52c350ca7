import { GraphView } from "../media/GraphView";
import { fileAddress, type GraphRecord, recordsOf } from "../media/records";
import { RunObjects } from "../media/RunObjects";
import type { PanelProps } from "../workspace/view";
import styles from "./media.module.css";

/** The modules of a model, of one run at a time. */
export function GraphPanel(panel: PanelProps) {
  const graphs = (value: unknown): GraphRecord[] => recordsOf<GraphRecord>(value, "graph");
  return (
    <RunObjects panel={panel} arrange="one" has={(value) => graphs(value).length > 0} what="graphs">
      {({ run, object, width, height }) => (
        <div className={styles["fill"]}>
          {graphs(object.value).map((record) => (
            <GraphView key={record.path} address={fileAddress({ project: panel.project, run: run.id }, record.path)} width={width} height={height} label={record.caption ?? `${object.key} of ${run.name}`} />
          ))}
        </div>
      )}
    </RunObjects>
  );
}
