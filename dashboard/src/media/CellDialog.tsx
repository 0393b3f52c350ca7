import { Copy } from "lucide-react";

import type { TablePageData } from "../api/types";
import { copyText } from "../ui/CopySnippet";
import { Dialog } from "../ui/Dialog";
import { IconButton } from "../ui/IconButton";
import { toast, toastError } from "../ui/Toasts";
import { cellKind, plainValue, wholeText } from "./cells";
import styles from "./CellDialog.module.css";
import { JsonTree } from "./JsonTree";
import { RecordView } from "./RecordView";
import type { FileRecord, Home } from "./records";
import { TextView } from "./TextView";
import type { TableRow } from "./useTable";

/** Properties of a `CellDialog`. */
export interface CellDialogProps {
  columns: TablePageData["columns"];
  row: TableRow | undefined;
  /** The place of the column of the cell. */
  column: number;
  home: Home;
  onClose: () => void;
}

/** A cell whole, with the other cells of its row below. */
export function CellDialog({ columns, row, column, home, onClose }: CellDialogProps) {
  const name = columns[column]?.name ?? "";
  const value = row?.cells[column];
  const copy = (): void => {
    copyText(wholeText(value)).then(() => { toast("Copied"); }, toastError);
  };
  return (
    <Dialog title={name} note={row ? `row ${(row.number + 1).toLocaleString("en-US")}` : ""} size="wide" onClose={onClose} actions={<IconButton label="Copy the cell" icon={<Copy />} onClick={copy} />}>
      <div className={styles["whole"]}>
        <WholeCell value={value} home={home} />
      </div>
      <dl className={styles["row"]}>
        {columns.map((other, at) =>
          at === column ? null : (
            <div key={other.name} className={styles["pair"]}>
              <dt>{other.name}</dt>
              <dd><WholeCell value={row?.cells[at]} home={home} /></dd>
            </div>
          ),
        )}
      </dl>
    </Dialog>
  );
}

function WholeCell({ value, home }: { value: unknown; home: Home }) {
  const kind = cellKind(value);
  if (kind === "media") return <RecordView record={value as FileRecord} home={home} />;
  if (kind === "json") return <JsonTree value={plainValue(value)} />;
  return kind === "missing" ? <span className={styles["missing"]}>no value</span> : <TextView text={wholeText(value)} />;
}
