import { Unplug } from "lucide-react";

import { feed, useConnection } from "../api/feed";
import { Button } from "../ui/Button";
import styles from "./ConnectionBanner.module.css";

/** Says, while the server does not answer, what that means for the page and what to do about it. */
export function ConnectionBanner() {
  if (useConnection() !== "lost") return null;
  return (
    <div className={styles["banner"]} role="alert">
      <Unplug />
      <p>
        <strong>The server does not answer.</strong> What is shown is as it was. If <code>trailmark ui</code> has ended, start it again; this page goes on by
        itself then and misses nothing.
      </p>
      <Button small onClick={() => { feed.retry(); }}>
        Try now
      </Button>
    </div>
  );
}
