import { plainValue } from "../media/cells";
import { JsonTree } from "../media/JsonTree";
import { kindOf } from "../media/records";
import { RunObjects } from "../media/RunObjects";
import { TextView } from "../media/TextView";
import type { PanelProps } from "../workspace/view";
import styles from "./media.module.css";

/** Logged text, lists and mappings. */
export function TextPanel(panel: PanelProps) {
  return (
    <RunObjects panel={panel} arrange="list" has={isPlain} what="text">
      {({ object }) => (
        <div className={styles["text"]}>
          {typeof object.value === "string" ? <TextView text={object.value} /> : <JsonTree value={plainValue(object.value)} label={object.key} />}
        </div>
      )}
    </RunObjects>
  );
}

/** Whether a value is neither media nor missing. */
function isPlain(value: unknown): boolean {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return value !== null && value !== undefined && kindOf(first) === "";
}
