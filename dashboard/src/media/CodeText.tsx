import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";

import { classes } from "../ui/classes";
import styles from "./CodeText.module.css";
import { highlight } from "./highlight";

const LINE_HEIGHT = 19;

/** Program text with line numbers and colours. */
export function CodeText({ text, extension, label }: { text: string; extension: string; label: string }) {
  const lines = useMemo(() => highlight(text.replace(/\r?\n$/, "").split(/\r?\n/), extension), [text, extension]);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => LINE_HEIGHT, overscan: 40 });
  const digits = Math.max(2, String(lines.length).length);
  return (
    <div ref={scroller} className={styles["code"]} tabIndex={0} role="region" aria-label={label}>
      <div className={styles["lines"]} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => (
          <div key={item.key} className={styles["line"]} style={{ transform: `translateY(${item.start}px)` }}>
            <span className={styles["gutter"]} style={{ minWidth: `${digits + 2}ch` }} aria-hidden="true">{item.index + 1}</span>
            <span>
              {(lines[item.index] ?? []).map((token, index) => (
                <span key={index} className={classes(token.kind && styles[token.kind])}>{token.text}</span>
              ))}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
