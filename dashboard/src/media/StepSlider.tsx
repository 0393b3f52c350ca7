import { ChevronLeft, ChevronRight, ChevronsRight, Link2 } from "lucide-react";

import { formatNumber } from "../ui/format";
import { IconButton } from "../ui/IconButton";
import { Slider } from "../ui/Slider";
import styles from "./StepSlider.module.css";
import type { StepChoice } from "./useStep";

/** Properties of a `StepSlider`. */
export interface StepSliderProps {
  /** The steps there are, ascending. */
  steps: readonly number[];
  choice: StepChoice;
}

/** The place in `steps` of the newest one that is not above `step`; the last for null. */
export function placeOfStep(steps: readonly number[], step: number | null): number {
  if (step === null) return Math.max(0, steps.length - 1);
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) <= step) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** Goes through the steps of what was logged. At its right end it follows what is newest. */
export function StepSlider({ steps, choice }: StepSliderProps) {
  const { step, setStep, linked, setLinked } = choice;
  const last = steps.length - 1;
  const at = placeOfStep(steps, step);
  const goTo = (place: number): void => {
    setStep(steps[Math.max(0, Math.min(last, place))] ?? null);
  };
  if (steps.length < 2) return null;
  return (
    <div className={styles["steps"]} role="group" aria-label="Step">
      <IconButton small label="Previous step" icon={<ChevronLeft />} disabled={at <= 0} onClick={() => { goTo(at - 1); }} />
      <Slider bare label="Step" min={0} max={last} value={at} format={(place) => `step ${steps[place] ?? ""}`} onChange={goTo} />
      <IconButton small label="Next step" icon={<ChevronRight />} disabled={at >= last} onClick={() => { goTo(at + 1); }} />
      <output className={styles["value"]}>{formatNumber(steps[at] ?? null)}</output>
      <IconButton
        small
        label={step === null ? "Follows the newest step" : "Follow the newest step"}
        icon={<ChevronsRight />}
        pressed={step === null}
        onClick={() => {
          setStep(step === null ? (steps[last] ?? null) : null);
        }}
      />
      <IconButton
        small
        label={linked ? "Goes with other linked panels" : "Link the step with other panels"}
        icon={<Link2 />}
        pressed={linked}
        onClick={() => {
          setLinked(!linked);
        }}
      />
    </div>
  );
}
