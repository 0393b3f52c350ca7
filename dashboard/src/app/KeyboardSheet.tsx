import { Dialog } from "../ui/Dialog";
import { groupBy } from "../ui/group";
import { type Shortcut, showKeys, useShortcuts } from "./keyboard";
import styles from "./KeyboardSheet.module.css";

const always: Omit<Shortcut, "run">[] = [
  { keys: "Tab", about: "To the next control", group: "Everywhere" },
  { keys: "Escape", about: "Close what is open", group: "Everywhere" },
];

/** The keys that this page answers to. */
export function KeyboardSheet({ onClose }: { onClose: () => void }) {
  const shortcuts = [...useShortcuts(), ...always];
  const groups = groupBy(shortcuts, (shortcut) => shortcut.group);
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <div className={styles["sheet"]}>
        {[...groups].map(([group, inside]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {inside.map((shortcut) => (
                <div key={shortcut.keys + shortcut.about}>
                  <dt>{shortcut.about}</dt>
                  <dd>
                    {showKeys(shortcut.keys)
                      .split(" ")
                      .map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
