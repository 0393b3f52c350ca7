import { useRef, useState } from "react";
import { Layers } from "lucide-react";

import { Button } from "../ui/Button";
import { Checkbox } from "../ui/Checkbox";
import { IconButton } from "../ui/IconButton";
import { Popover } from "../ui/Popover";
import { Slider } from "../ui/Slider";
import { Toggle } from "../ui/Toggle";
import { type OverlayChoice, SHOW_ALL } from "./boxes";
import { classCss } from "./classColours";
import styles from "./OverlayControls.module.css";
import type { OverlayMeta } from "./overlays";

/** Properties of `OverlayControls` and `OverlayMenu`. */
export interface OverlayControlsProps {
  meta: OverlayMeta;
  choice: OverlayChoice;
  onChange: (choice: OverlayChoice) => void;
}

/** What of boxes and masks is shown: sets, classes with their colours, scores, opacity. */
export function OverlayControls({ meta, choice, onChange }: OverlayControlsProps) {
  const toggle = (name: string): void => {
    const hidden = choice.hidden.includes(name) ? choice.hidden.filter((each) => each !== name) : [...choice.hidden, name];
    onChange({ ...choice, hidden });
  };
  const isShown = (name: string): boolean => !choice.hidden.includes(name);
  const classNames = meta.classes.map(([id]) => `class/${id}`);
  const allShown = classNames.every(isShown);
  return (
    <div className={styles["controls"]}>
      {[...meta.boxes.map((name) => ["boxes", name] as const), ...meta.masks.map((name) => ["masks", name] as const)].map(([kind, name]) => (
        <Checkbox
          key={`${kind}/${name}`}
          label={<>{name} <span className={styles["kind"]}>{kind}</span></>}
          checked={isShown(`${kind}/${name}`)}
          onChange={() => { toggle(`${kind}/${name}`); }}
        />
      ))}
      <div className={styles["head"]}>
        <span>Classes</span>
        <Button
          small
          tone="quiet"
          onClick={() => {
            const others = choice.hidden.filter((name) => !name.startsWith("class/"));
            onChange({ ...choice, hidden: allShown ? [...others, ...classNames] : others });
          }}
        >
          {allShown ? "Hide all" : "Show all"}
        </Button>
      </div>
      <div className={styles["classes"]}>
        {meta.classes.map(([id, name]) => (
          <button
            key={id}
            type="button"
            className={styles["class"]}
            aria-pressed={isShown(`class/${id}`)}
            onClick={() => { toggle(`class/${id}`); }}
          >
            <span className={styles["swatch"]} style={{ background: classCss(id) }} />
            {name}
          </button>
        ))}
      </div>
      {Object.entries(meta.scores).map(([name, [low, high]]) => (
        <Slider
          key={name}
          label={`Least ${name}`}
          min={low}
          max={high}
          step={(high - low) / 100 || 1}
          value={Math.max(low, Math.min(high, choice.scores[name] ?? low))}
          format={(value) => value.toPrecision(3)}
          onChange={(value) => {
            const { [name]: _, ...others } = choice.scores;
            onChange({ ...choice, scores: value <= low ? others : { ...others, [name]: value } });
          }}
        />
      ))}
      {meta.masks.length > 0 && (
        <Slider
          label="Opacity of masks"
          min={0}
          max={1}
          step={0.05}
          value={choice.opacity}
          format={(value) => `${Math.round(value * 100)} %`}
          onChange={(opacity) => { onChange({ ...choice, opacity }); }}
        />
      )}
      {meta.boxes.length > 0 && <Toggle label="Labels" checked={choice.labels} onChange={(labels) => { onChange({ ...choice, labels }); }} />}
    </div>
  );
}

/** A button that opens `OverlayControls`. */
export function OverlayMenu(props: OverlayControlsProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const changed = JSON.stringify(props.choice) !== JSON.stringify(SHOW_ALL);
  return (
    <>
      <IconButton ref={anchor} small label="Boxes and masks" icon={<Layers />} pressed={changed} aria-expanded={open} onClick={() => { setOpen(!open); }} />
      {open && (
        <Popover anchor={anchor} label="Boxes and masks" align="end" onClose={() => { setOpen(false); }}>
          <OverlayControls {...props} />
        </Popover>
      )}
    </>
  );
}
