import { HtmlFrame } from "../media/HtmlFrame";
import { fileAddress, type FileRecord, recordsOf } from "../media/records";
import { RunObjects } from "../media/RunObjects";
import type { PanelProps } from "../workspace/view";
import styles from "./media.module.css";

/** Logged pages, each in a frame that reaches nothing of the dashboard. */
export function HtmlPanel(panel: PanelProps) {
  const pages = (value: unknown): FileRecord[] => recordsOf<FileRecord>(value, "html");
  return (
    <RunObjects panel={panel} arrange="one" has={(value) => pages(value).length > 0} what="pages">
      {({ run, object }) => (
        <div className={styles["fill"]}>
          {pages(object.value).map((record) => (
            <figure key={record.path} className={styles["page"]}>
              <HtmlFrame address={fileAddress({ project: panel.project, run: run.id }, record.path)} title={record.caption ?? `${object.key} of ${run.name}`} />
              {record.caption && <figcaption className={styles["caption"]}>{record.caption}</figcaption>}
            </figure>
          ))}
        </div>
      )}
    </RunObjects>
  );
}
