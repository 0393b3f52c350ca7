import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";

import { FileTree } from "../media/FileTree";
import { FileView } from "../media/FileView";
import type { ListedFile } from "../media/tree";
import { Button } from "../ui/Button";
import { classes } from "../ui/classes";
import { EmptyState } from "../ui/EmptyState";
import styles from "./FileBrowser.module.css";

/** Properties of a `FileBrowser`. */
export interface FileBrowserProps {
  /** `reference` is where a file lies that was only added by its address. */
  files: (ListedFile & { reference?: string | null })[];
  selected: string | null;
  /** Null: back to the list, where there is only room for one of the two. */
  onSelect: (path: string | null) => void;
  addressOf: (path: string) => string;
  /** A better view of a file than the usual one; null: the usual one. */
  viewOf?: (path: string) => ReactNode | null;
}

/** A tree of files beside the chosen one; on a narrow screen one or the other. */
export function FileBrowser({ files, selected, onSelect, addressOf, viewOf }: FileBrowserProps) {
  const only = files.length === 1 ? files[0] : undefined;
  const file = files.find((each) => each.path === selected) ?? only;
  return (
    <div className={classes(styles["browser"], selected !== null && styles["open"])}>
      <div className={styles["tree"]}>
        <FileTree files={files} selected={file?.path ?? null} onSelect={onSelect} />
      </div>
      <div className={styles["view"]}>
        <div className={styles["back"]}>
          <Button
            small
            icon={<ArrowLeft />}
            onClick={() => {
              onSelect(null);
            }}
          >
            All files
          </Button>
        </div>
        {file === undefined ? (
          <EmptyState title={selected === null ? "Choose a file" : `There is no file ${selected}`} />
        ) : file.reference !== undefined && file.reference !== null && file.reference !== "" ? (
          <Reference path={file.path} reference={file.reference} />
        ) : (
          (viewOf?.(file.path) ?? <FileView key={file.path} address={addressOf(file.path)} path={file.path} size={file.size} />)
        )}
      </div>
    </div>
  );
}

function Reference({ path, reference }: { path: string; reference: string }) {
  const web = /^https?:\/\//.test(reference);
  return (
    <EmptyState title={path}>
      <p>Only the address of this file was added:</p>
      <p className={styles["reference"]}>
        {web ? (
          <a href={reference} target="_blank" rel="noopener noreferrer">
            {reference}
          </a>
        ) : (
          <code>{reference}</code>
        )}
      </p>
    </EmptyState>
  );
}
