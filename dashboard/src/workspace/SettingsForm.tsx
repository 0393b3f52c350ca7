import type { Columns } from "../api/types";
import { Button } from "../ui/Button";
import { Segmented } from "../ui/Segmented";
import { Select } from "../ui/Select";
import { Slider } from "../ui/Slider";
import { Toggle } from "../ui/Toggle";
import styles from "./SettingsForm.module.css";
import type { ChartSettings, Smoothing } from "./view";

/** Properties of a `SettingsForm`. */
export interface SettingsFormProps {
  /** What applies. */
  settings: ChartSettings;
  /** What was set here, where the rest comes from further up. */
  own?: Partial<ChartSettings> | undefined;
  columns: Columns | undefined;
  grouped: boolean;
  onChange: (change: Partial<ChartSettings>) => void;
  onReset?: () => void;
}

const smoothings: { value: Smoothing["kind"]; label: string }[] = [
  { value: "twema", label: "Time-weighted average" },
  { value: "ema", label: "Exponential average" },
  { value: "gaussian", label: "Gaussian" },
  { value: "mean", label: "Running mean" },
  { value: "none", label: "None" },
];

/** The settings of charts: of a workspace, a section or a panel. */
export function SettingsForm({ settings, own, columns, grouped, onChange, onReset }: SettingsFormProps) {
  const { smoothing } = settings;
  const grouping = settings.grouping ?? { by: [], line: "mean" as const, band: "minmax" as const };
  return (
    <div className={styles["form"]}>
      <Select
        label="X axis"
        labelled
        value={settings.x}
        options={xChoices(columns, settings.x)}
        onChange={(x) => {
          onChange({ x: x as ChartSettings["x"] });
        }}
      />
      <Select
        label="Smoothing"
        labelled
        value={smoothing.kind}
        options={smoothings}
        onChange={(kind) => {
          onChange({ smoothing: { ...smoothing, kind: kind as Smoothing["kind"] } });
        }}
      />
      {smoothing.kind !== "none" && (
        <>
          <Slider
            label="How much"
            value={smoothing.amount}
            min={0}
            max={1}
            step={0.01}
            format={(amount) => (amount === 0 ? "off" : amount.toFixed(2))}
            onChange={(amount) => {
              onChange({ smoothing: { ...smoothing, amount } });
            }}
          />
          <Toggle label="The original line, faint" checked={settings.showOriginal} onChange={(showOriginal) => { onChange({ showOriginal }); }} />
        </>
      )}
      <Toggle label="Logarithmic x" checked={settings.logX} onChange={(logX) => { onChange({ logX }); }} />
      <Toggle label="Logarithmic y" checked={settings.logY} onChange={(logY) => { onChange({ logY }); }} />
      <Toggle label="Cut outliers off the y axis" checked={settings.clipOutliers} onChange={(clipOutliers) => { onChange({ clipOutliers }); }} />
      <Toggle label="Zoom charts of the same x together" checked={settings.zoomTogether} onChange={(zoomTogether) => { onChange({ zoomTogether }); }} />
      {grouped && (
        <>
          <div className={styles["line"]}>
            <span className={styles["label"]}>Line of a group</span>
            <Segmented
              label="Line of a group"
              value={grouping.line}
              choices={(["mean", "median", "min", "max"] as const).map((value) => ({ value, label: value }))}
              onChange={(line) => {
                onChange({ grouping: { ...grouping, line } });
              }}
            />
          </div>
          <div className={styles["line"]}>
            <span className={styles["label"]}>Band around it</span>
            <Segmented
              label="Band around it"
              value={grouping.band}
              choices={[
                { value: "minmax", label: "min–max" },
                { value: "std", label: "std" },
                { value: "stderr", label: "stderr" },
                { value: "none", label: "none" },
              ]}
              onChange={(band) => {
                onChange({ grouping: { ...grouping, band } });
              }}
            />
          </div>
        </>
      )}
      {onReset && Object.keys(own ?? {}).length > 0 && (
        <Button small tone="quiet" onClick={onReset}>
          As in the workspace
        </Button>
      )}
    </div>
  );
}

function xChoices(columns: Columns | undefined, current: ChartSettings["x"]) {
  const metrics = (columns?.keys ?? [])
    .filter((key) => key.stream === "history" && key.kind === "number")
    .map((key) => ({ value: `key:${key.key}`, label: key.key, group: "Another metric" }));
  const known = [
    { value: "auto", label: "As the metric says, else the step" },
    { value: "step", label: "Step" },
    { value: "relative", label: "Time since the run began" },
    { value: "time", label: "Wall time" },
    ...metrics,
  ];
  return known.some((choice) => choice.value === current) ? known : [...known, { value: current, label: current.replace(/^key:/, "") }];
}
