import { Download } from "lucide-react";

import { classes } from "../ui/classes";
import styles from "./DownloadLink.module.css";

/** Downloads a file. `label` says which. */
export function DownloadLink({ address, label, small }: { address: string; label: string; small?: boolean }) {
  return (
    <a className={classes(styles["link"], small && styles["small"])} href={address} download aria-label={label} title="Download">
      <Download />
    </a>
  );
}
