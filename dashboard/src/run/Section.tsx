import type { ReactNode } from "react";

import styles from "./Section.module.css";

/** A part of a page under a heading, with things to do at its right. */
export function Section(props: { title: string; note?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles["section"]} aria-label={props.title}>
      <h2 className={styles["title"]}>
        {props.title}
        {props.note !== undefined && <span className={styles["note"]}>{props.note}</span>}
        {props.actions !== undefined && <span className={styles["actions"]}>{props.actions}</span>}
      </h2>
      {props.children}
    </section>
  );
}
