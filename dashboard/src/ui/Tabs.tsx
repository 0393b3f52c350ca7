import { type ReactNode, useId } from "react";

import { classes } from "./classes";
import styles from "./Tabs.module.css";

/** One tab. */
export interface Tab<T extends string> {
  value: T;
  label: ReactNode;
  /** How much is behind it. */
  count?: number | undefined;
}

/** Properties of `Tabs`. */
export interface TabsProps<T extends string> {
  label: string;
  tabs: Tab<T>[];
  value: T;
  onChange: (value: T) => void;
  /** What is under the tabs; without it only the row is drawn. */
  children?: ReactNode;
}

/** A row of tabs over what the chosen one shows. */
export function Tabs<T extends string>({ label, tabs, value, onChange, children }: TabsProps<T>) {
  const id = useId();
  return (
    <>
      <div role="tablist" aria-label={label} className={styles["tabs"]}>
        {tabs.map((tab, index) => (
          <button
            key={tab.value}
            type="button"
            role="tab"
            id={`${id}-${tab.value}`}
            aria-selected={tab.value === value}
            aria-controls={children === undefined ? undefined : `${id}-panel`}
            tabIndex={tab.value === value ? 0 : -1}
            className={classes(styles["tab"], tab.value === value && styles["taken"])}
            onClick={() => {
              onChange(tab.value);
            }}
            onKeyDown={(event) => {
              const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
              if (by === undefined) return;
              event.preventDefault();
              const to = (index + by + tabs.length) % tabs.length;
              const next = tabs[to];
              if (next) onChange(next.value);
              event.currentTarget.parentElement?.querySelectorAll("button")[to]?.focus();
            }}
          >
            {tab.label}
            {tab.count !== undefined && <span className={styles["count"]}>{tab.count.toLocaleString("en-US")}</span>}
          </button>
        ))}
      </div>
      {children !== undefined && (
        <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`} className={styles["panel"]}>
          {children}
        </div>
      )}
    </>
  );
}
