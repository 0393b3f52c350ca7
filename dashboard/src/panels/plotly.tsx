import { PlotlyView } from "../media/PlotlyView";
import { fileAddress, type FileRecord, recordsOf } from "../media/records";
import { RunObjects } from "../media/RunObjects";
import type { PanelProps } from "../workspace/view";
import styles from "./media.module.css";

/** Logged figures of plotly, side by side. */
export function PlotlyPanel(panel: PanelProps) {
  const figures = (value: unknown): FileRecord[] => recordsOf<FileRecord>(value, "plotly");
  return (
    <RunObjects panel={panel} arrange="wide" narrowest={320} most={4} has={(value) => figures(value).length > 0} what="figures">
      {({ run, object, width, height }) => (
        <div className={styles["stack"]}>
          {figures(object.value).map((record) => (
            <PlotlyView key={record.path} address={fileAddress({ project: panel.project, run: run.id }, record.path)} width={width} height={height} label={record.caption ?? `${object.key} of ${run.name}`} />
          ))}
        </div>
      )}
    </RunObjects>
  );
}
