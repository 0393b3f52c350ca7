import { fileAddress, recordsOf, type VideoRecord } from "../media/records";
import { RunObjects } from "../media/RunObjects";
import { VideoView } from "../media/VideoView";
import type { PanelProps } from "../workspace/view";
import styles from "./media.module.css";

/** Videos of several runs side by side. */
export function VideoPanel(panel: PanelProps) {
  const videos = (value: unknown): VideoRecord[] => recordsOf<VideoRecord>(value, "video");
  return (
    <RunObjects panel={panel} arrange="grid" narrowest={200} has={(value) => videos(value).length > 0} what="videos">
      {({ run, object, width, height }) => (
        <div className={styles["stack"]}>
          {videos(object.value).map((record) => (
            <VideoView key={record.path} record={record} width={width} height={height} address={fileAddress({ project: panel.project, run: run.id }, record.path)} />
          ))}
        </div>
      )}
    </RunObjects>
  );
}
