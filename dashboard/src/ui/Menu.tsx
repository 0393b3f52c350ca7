import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";

import { Button, type ButtonProps } from "./Button";
import { classes } from "./classes";
import { IconButton } from "./IconButton";
import styles from "./Menu.module.css";
import { Popover } from "./Popover";

/** One line of a menu; `"-"` is a rule between two. */
export type MenuItem =
  | "-"
  | {
      label: string;
      icon?: ReactNode;
      /** The keys that do the same. */
      keys?: string;
      /** A tick: for choices. */
      checked?: boolean;
      danger?: boolean;
      disabled?: boolean;
      /** Leaves the menu open, for ticking several. */
      stay?: boolean;
      run: () => void;
    };

/** Properties of a `Menu`: the button that opens it, and what is in it. */
export interface MenuProps {
  label: string;
  items: MenuItem[];
  icon?: ReactNode;
  /** Words on the button; without them it is an icon button. */
  children?: ReactNode;
  align?: "start" | "end";
  button?: Partial<ButtonProps>;
}

/** A button that opens a list of things to do. */
export function Menu({ label, items, icon, children, align = "start", button }: MenuProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const shared = {
    ref: anchor,
    "aria-haspopup": "menu" as const,
    "aria-expanded": open,
    onClick: () => {
      setOpen(!open);
    },
    ...button,
  };
  return (
    <>
      {children === undefined ? (
        <IconButton {...shared} label={label} icon={icon} />
      ) : (
        <Button {...shared} icon={icon}>
          {children}
        </Button>
      )}
      {open && (
        <Popover
          anchor={anchor}
          label={label}
          role="menu"
          align={align}
          className={styles["menu"]}
          onClose={() => {
            setOpen(false);
          }}
        >
          <MenuItems
            items={items}
            onDone={() => {
              setOpen(false);
              anchor.current?.focus();
            }}
          />
        </Popover>
      )}
    </>
  );
}

/** The lines of a menu, for a popover of one's own. */
export function MenuItems({ items, onDone }: { items: MenuItem[]; onDone: () => void }) {
  return (
    <div className={styles["items"]} onKeyDown={moveFocus}>
      {items.map((item, index) =>
        item === "-" ? (
          <hr key={index} className={styles["rule"]} />
        ) : (
          <button
            key={index}
            type="button"
            role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"}
            aria-checked={item.checked}
            disabled={item.disabled}
            className={classes(styles["item"], item.danger && styles["danger"])}
            onClick={() => {
              item.run();
              if (item.stay !== true) onDone();
            }}
          >
            <span className={styles["mark"]}>{item.checked === undefined ? item.icon : item.checked ? "✓" : ""}</span>
            <span className={styles["label"]}>{item.label}</span>
            {item.keys !== undefined && <kbd className={styles["keys"]}>{item.keys}</kbd>}
          </button>
        ),
      )}
    </div>
  );
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>) {
  const items = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
  const here = items.indexOf(document.activeElement as HTMLButtonElement);
  const to = {
    ArrowDown: here + 1,
    ArrowUp: here < 0 ? items.length - 1 : here - 1,
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length]?.focus();
}
