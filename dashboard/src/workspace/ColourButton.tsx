import { useRef, useState } from "react";

import { classes } from "../ui/classes";
import { colourAt, runColours } from "../ui/colours";
import { Popover } from "../ui/Popover";
import { useTheme } from "../ui/theme";
import styles from "./ColourButton.module.css";

/** Properties of a `ColourButton`. */
export interface ColourButtonProps {
  name: string;
  colour: string;
  /** Drawn as a ring: the run is not shown. */
  hollow?: boolean;
  onChange: (index: number) => void;
}

/** The colour of a run; pressing it offers the others. */
export function ColourButton({ name, colour, hollow, onChange }: ColourButtonProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const theme = useTheme();
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={classes(styles["button"], hollow && styles["hollow"])}
        style={{ color: colour }}
        aria-label={`Colour of ${name}`}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <span className={styles["swatch"]} />
      </button>
      {open && (
        <Popover anchor={anchor} label={`Colour of ${name}`} onClose={() => { setOpen(false); }}>
          <div className={styles["palette"]}>
            {runColours.map((pair, index) => (
              <button
                key={pair[0]}
                type="button"
                className={styles["choice"]}
                style={{ background: colourAt(index, theme) }}
                aria-label={`Colour ${index + 1}`}
                aria-pressed={colourAt(index, theme) === colour}
                onClick={() => {
                  onChange(index);
                  setOpen(false);
                }}
              />
            ))}
          </div>
        </Popover>
      )}
    </>
  );
}
