import { useState } from "react";

import { AnsiText } from "./LogLine";
import styles from "./TextView.module.css";

const LONG = 4_000; // characters: what fills a panel some times over

/** Logged text as it is: nothing in it becomes markup. Addresses of the web become links. */
export function TextView({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  const shown = all || text.length <= LONG ? text : text.slice(0, LONG);
  return (
    <div className={styles["text"]}>
      {shown.split("\n").map((line, index) => (
        <div key={index} className={styles["line"]}>
          <AnsiText text={line} pattern={null} />
        </div>
      ))}
      {shown.length < text.length && (
        <button type="button" className={styles["more"]} onClick={() => { setAll(true); }}>
          Show all {text.length.toLocaleString("en-US")} characters
        </button>
      )}
    </div>
  );
}
