import { AudioView } from "../media/AudioView";
import { type AudioRecord, fileAddress, recordsOf } from "../media/records";
import { RunObjects } from "../media/RunObjects";
import type { PanelProps } from "../workspace/view";
import styles from "./media.module.css";

/** Sounds with their waveforms. */
export function AudioPanel(panel: PanelProps) {
  const sounds = (value: unknown): AudioRecord[] => recordsOf<AudioRecord>(value, "audio");
  return (
    <RunObjects panel={panel} arrange="list" has={(value) => sounds(value).length > 0} what="sounds">
      {({ run, object }) => (
        <div className={styles["stack"]}>
          {sounds(object.value).map((record) => (
            <AudioView key={record.path} record={record} address={fileAddress({ project: panel.project, run: run.id }, record.path)} />
          ))}
        </div>
      )}
    </RunObjects>
  );
}
