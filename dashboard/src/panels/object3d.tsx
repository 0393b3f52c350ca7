import { FileOffer } from "../media/FileOffer";
import { Object3DView } from "../media/Object3DView";
import { fileAddress, type FileRecord, kindOf, type Object3DRecord } from "../media/records";
import { RunObjects } from "../media/RunObjects";
import type { PanelProps } from "../workspace/view";
import styles from "./media.module.css";

/** Point clouds and models that can be turned; of molecules the file. */
export function Object3DPanel(panel: PanelProps) {
  const records = (value: unknown): FileRecord[] =>
    (Array.isArray(value) ? value : [value]).filter((item): item is FileRecord => ["object3d", "molecule"].includes(kindOf(item)));
  return (
    <RunObjects panel={panel} arrange="wide" narrowest={240} most={4} has={(value) => records(value).length > 0} what="3D objects">
      {({ run, object, width, height }) => {
        const home = { project: panel.project, run: run.id };
        return (
          <div className={styles["stack"]}>
            {records(object.value).map((record) => (
              <figure key={record.path}>
                {record._type === "molecule" ? (
                  <FileOffer address={fileAddress(home, record.path)} name={record.path.split("/").pop() ?? record.path}>
                    A molecule ({record.format ?? "unknown format"}). It is not drawn here: open the file in a viewer of molecules.
                  </FileOffer>
                ) : (
                  <Object3DView home={home} record={record as Object3DRecord} width={width} height={height - (record.caption ? 20 : 0)} />
                )}
                {record.caption && <figcaption className={styles["caption"]}>{record.caption}</figcaption>}
              </figure>
            ))}
          </div>
        );
      }}
    </RunObjects>
  );
}
