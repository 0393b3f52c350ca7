import { useSyncExternalStore } from "react";
import { X } from "lucide-react";

import { Button } from "./Button";
import { classes } from "./classes";
import { IconButton } from "./IconButton";
import styles from "./Toasts.module.css";

interface Toast {
  id: number;
  text: string;
  tone: "plain" | "danger";
  action: { label: string; run: () => void } | undefined;
}

const plainMs = 4_000;
// With something to undo there has to be time to read and decide.
const actionMs = 10_000;

let toasts: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

/** Say something at the foot of the page, with something to do about it: `toast("3 runs deleted", { action: { label: "Undo", run } })`. */
export function toast(
  text: string,
  options: { tone?: "plain" | "danger"; action?: { label: string; run: () => void } } = {},
): void {
  const id = ++last;
  toasts = [...toasts.slice(-3), { id, text, tone: options.tone ?? "plain", action: options.action }];
  tell();
  setTimeout(
    () => {
      dismiss(id);
    },
    options.action || options.tone === "danger" ? actionMs : plainMs,
  );
}

/** Say what went wrong. */
export function toastError(error: unknown): void {
  toast(error instanceof Error ? error.message : String(error), { tone: "danger" });
}

/** Where toasts appear; once in the page. */
export function Toasts() {
  const shown = useSyncExternalStore(listen, () => toasts);
  return (
    <div className={styles["toasts"]} role="status" aria-live="polite">
      {shown.map((each) => (
        <div key={each.id} className={classes(styles["toast"], each.tone === "danger" && styles["danger"])}>
          <span className={styles["text"]}>{each.text}</span>
          {each.action && (
            <Button
              small
              onClick={() => {
                each.action?.run();
                dismiss(each.id);
              }}
            >
              {each.action.label}
            </Button>
          )}
          <IconButton
            small
            label="Dismiss"
            icon={<X />}
            onClick={() => {
              dismiss(each.id);
            }}
          />
        </div>
      ))}
    </div>
  );
}

function dismiss(id: number): void {
  toasts = toasts.filter((each) => each.id !== id);
  tell();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
