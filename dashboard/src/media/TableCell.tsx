import { FileText, Globe } from "lucide-react";

import type { Value } from "../api/types";
import { classes } from "../ui/classes";
import { AudioView } from "./AudioView";
import { cellKind, cellText } from "./cells";
import styles from "./DataTable.module.css";
import { HistogramGlyph } from "./HistogramGlyph";
import { ImageView } from "./ImageView";
import { type AudioRecord, fileAddress, type FileRecord, type HistogramRecord, type Home, type ImageRecord } from "./records";

/** Properties of a `TableCell`. */
export interface TableCellProps {
  value: Value | undefined;
  /** Whether its row is here; it is drawn empty before. */
  loaded: boolean;
  type: string;
  home: Home;
  width: number;
  height: number;
  onOpen: () => void;
}

/** A cell of a table. A press opens it whole. */
export function TableCell({ value, loaded, type, home, width, height, onOpen }: TableCellProps) {
  if (!loaded) return <span role="cell" className={classes(styles["cell"], styles["loading"])} />;
  const kind = cellKind(value);
  if (kind === "missing") return <span role="cell" className={classes(styles["cell"], styles["missing"], type === "number" && styles["right"])}>–</span>;
  const record = value as unknown as FileRecord;
  if (kind === "media" && record._type === "audio") {
    return (
      <span role="cell" className={styles["cell"]}>
        <AudioView address={fileAddress(home, record.path)} record={{ ...(record as AudioRecord), caption: "" }} height={36} />
      </span>
    );
  }
  return (
    <span role="cell" className={classes(styles["cell"], kind === "number" && styles["right"])}>
      <button type="button" className={styles["open"]} onClick={onOpen}>
        {kind === "media" ? <MediaGlyph record={record} home={home} width={width - 16} height={height - 8} /> : cellText(value)}
      </button>
    </span>
  );
}

function MediaGlyph({ record, home, width, height }: { record: FileRecord; home: Home; width: number; height: number }) {
  if (record._type === "image") return <ImageView home={home} record={record as ImageRecord} width={width} height={height} />;
  if (record._type === "histogram") return <HistogramGlyph record={record as unknown as HistogramRecord} width={width} height={Math.min(40, height)} />;
  if (record._type === "video" && record.format === "gif") {
    return <img src={fileAddress(home, record.path)} alt={record.caption ?? "video"} loading="lazy" style={{ maxWidth: width, maxHeight: height }} />;
  }
  return (
    <span className={styles["glyph"]}>
      {record._type === "html" ? <Globe /> : <FileText />}
      {record.caption ?? record._type}
    </span>
  );
}
