import { Download, File } from "lucide-react";

import { formatBytes } from "../ui/format";
import styles from "./FileOffer.module.css";

/** Properties of a `FileOffer`. */
export interface FileOfferProps {
  address: string;
  name: string;
  /** What it is, and why it is not shown. */
  children?: React.ReactNode;
  size?: number | undefined;
}

/** A file that is not drawn here: what it is, and a link to take it. */
export function FileOffer({ address, name, children, size }: FileOfferProps) {
  return (
    <div className={styles["offer"]}>
      <File className={styles["icon"]} />
      <p className={styles["name"]}>{name}</p>
      {children && <p className={styles["note"]}>{children}</p>}
      <a className={styles["link"]} href={address} download>
        <Download /> Download{size === undefined ? "" : ` ${formatBytes(size)}`}
      </a>
    </div>
  );
}
