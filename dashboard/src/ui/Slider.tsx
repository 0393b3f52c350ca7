import type { CSSProperties } from "react";

import styles from "./Slider.module.css";

/** Properties of a `Slider`. */
export interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  /** The value in words. */
  format?: (value: number) => string;
  onChange: (value: number) => void;
  disabled?: boolean;
  /** Only the track; the label is read out. */
  bare?: boolean;
}

/** A number from a range. */
export function Slider({ label, value, min, max, step = 1, format = String, onChange, disabled, bare }: SliderProps) {
  const part = max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
  const input = (
    <input
      type="range"
      className={styles["slider"]}
      style={{ "--part": `${part * 100}%` } as CSSProperties}
      aria-label={bare ? label : undefined}
      aria-valuetext={format(value)}
      min={min}
      max={max}
      step={step}
      value={value}
      disabled={disabled}
      onChange={(event) => {
        onChange(Number(event.target.value));
      }}
    />
  );
  if (bare) return input;
  return (
    <label className={styles["field"]}>
      <span className={styles["label"]}>{label}</span>
      {/* No output element: that would be what the label names, in place of the slider. */}
      <span className={styles["value"]} aria-hidden="true">{format(value)}</span>
      {input}
    </label>
  );
}
