import { useRef, useState } from "react";

import { feed, useConnection } from "../api/feed";
import { useStatus } from "../api/queries";
import { Button } from "../ui/Button";
import { classes } from "../ui/classes";
import { formatCount } from "../ui/format";
import { Popover } from "../ui/Popover";
import styles from "./ConnectionSign.module.css";

/** Whether the page is live, and how the index is; pressing it tells more. */
export function ConnectionSign() {
  const connection = useConnection();
  const status = useStatus().data;
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const busy = status?.indexing.busy === true;
  const problems = status?.problems ?? [];
  const words =
    connection === "lost"
      ? "No connection"
      : connection === "connecting"
        ? "Connecting"
        : busy
          ? `Indexing ${formatCount(status.indexing.done)} of ${formatCount(status.indexing.total)}`
          : problems.length > 0
            ? `${problems.length} ${problems.length === 1 ? "problem" : "problems"}`
            : "Live";
  const tone = connection === "lost" ? "lost" : connection === "connecting" ? "waiting" : problems.length > 0 ? "problem" : "live";
  return (
    <>
      <button
        ref={anchor}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={open}
        className={classes(styles["sign"], styles[tone])}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <span className={styles["dot"]} />
        <span className={classes(tone === "live" && !busy && styles["narrowHidden"])} role="status">
          {words}
        </span>
      </button>
      {open && (
        <Popover anchor={anchor} label="Connection" align="end" className={styles["more"]} onClose={() => { setOpen(false); }}>
          <p>{sentence(connection)}</p>
          {connection === "lost" && (
            <Button
              small
              onClick={() => {
                feed.retry();
              }}
            >
              Try now
            </Button>
          )}
          {status && (
            <dl className={styles["facts"]}>
              <dt>Runs in</dt>
              <dd>
                <code>{status.root}</code>
              </dd>
              <dt>Version</dt>
              <dd>{status.version}</dd>
            </dl>
          )}
          {problems.length > 0 && (
            <ul className={styles["problems"]}>
              {problems.map((problem) => (
                <li key={problem.where + problem.message}>
                  <strong>{problem.where}</strong> {problem.message}
                </li>
              ))}
            </ul>
          )}
        </Popover>
      )}
    </>
  );
}

function sentence(connection: "live" | "connecting" | "lost"): string {
  switch (connection) {
    case "live":
      return "Connected: what scripts log appears here at once.";
    case "connecting":
      return "Connecting to the server.";
    case "lost":
      return "The server does not answer. Is `trailmark ui` still running? This page goes on by itself once it is back, and misses nothing.";
  }
}
