import { useColumns } from "../api/queries";
import type { XAxis } from "../api/types";
import type { Limits } from "../charts/model";
import { useRanks } from "../charts/useRanks";
import { Segmented } from "../ui/Segmented";
import { Select } from "../ui/Select";
import { Slider } from "../ui/Slider";
import { TextField } from "../ui/TextField";
import { Toggle } from "../ui/Toggle";
import type { ChartSettings, Grouping, PanelProps, Smoothing } from "../workspace/view";

import { lineOptions } from "./lineOptions";
import styles from "./LineSettings.module.css";
import { NumberField } from "./NumberField";

const smoothings: { value: Smoothing["kind"]; label: string }[] = [
  { value: "none", label: "None" },
  { value: "twema", label: "Time-weighted EMA" },
  { value: "ema", label: "EMA" },
  { value: "gaussian", label: "Gaussian" },
  { value: "mean", label: "Running mean" },
];

/** The settings of one line chart; what is set here comes before those of its section and workspace. */
export function LineSettings({ project, config, runs, settings, onChange }: PanelProps) {
  const ranks = useRanks(project, runs, true);
  const columns = useColumns(project);
  const options = lineOptions(config);
  const chosen: ChartSettings = { ...settings, ...options.settings };
  const setOption = (change: Record<string, unknown>) => {
    onChange({ ...config, options: { ...config.options, ...change } });
  };
  const set = (change: Partial<ChartSettings>) => {
    setOption({ settings: { ...options.settings, ...change } });
  };
  const metrics = (columns.data?.keys ?? []).filter((key) => key.kind === "number" && key.stream === "history");
  const axes = [
    { value: "auto", label: "Automatic" },
    { value: "step", label: "Step" },
    { value: "relative", label: "Relative time" },
    { value: "time", label: "Wall time" },
    ...metrics.map((key) => ({ value: `key:${key.key}`, label: key.key, group: "Metrics" })),
  ];
  return (
    <div className={styles["settings"]}>
      <Select label="X axis" labelled value={chosen.x} options={axes} onChange={(x) => { set({ x: x as XAxis | "auto" }); }} />
      <Limit label="X" limits={options.xLimits} onChange={(xLimits) => { setOption({ xLimits }); }} />
      <Limit label="Y" limits={options.yLimits} onChange={(yLimits) => { setOption({ yLimits }); }} />
      <TextField label="Unit" labelled value={options.unit} placeholder="%, s, bytes, …" onChange={(unit) => { setOption({ unit }); }} />
      <Toggle label="Log x" checked={chosen.logX} onChange={(logX) => { set({ logX }); }} />
      <Toggle label="Log y" checked={chosen.logY} onChange={(logY) => { set({ logY }); }} />
      <Toggle label="Leave outliers out of the y axis" checked={chosen.clipOutliers} onChange={(clipOutliers) => { set({ clipOutliers }); }} />
      <Select label="Smoothing" labelled value={chosen.smoothing.kind} options={smoothings} onChange={(kind) => { set({ smoothing: smoothingOf(kind, chosen.smoothing.amount) }); }} />
      <Slider label="Amount" value={chosen.smoothing.amount} min={0} max={0.999} step={0.001} disabled={chosen.smoothing.kind === "none"} format={(value) => value.toFixed(3)} onChange={(amount) => { set({ smoothing: { ...chosen.smoothing, amount } }); }} />
      <Toggle label="Show lines as logged behind" checked={chosen.showOriginal} onChange={(showOriginal) => { set({ showOriginal }); }} />
      {chosen.grouping && <GroupLook grouping={chosen.grouping} onChange={(grouping) => { set({ grouping }); }} />}
      {ranks.length > 1 && <Segmented label="Ranks" value={options.rank === "all" ? "all" : "one"} choices={[{ value: "one", label: "Rank 0" }, { value: "all", label: `All ${ranks.length} ranks` }]} onChange={(shown) => { setOption({ rank: shown === "all" ? "all" : 0 }); }} />}
      <Slider label="Names in the legend" value={options.legend} min={0} max={60} format={(value) => (value === 0 ? "none" : String(value))} onChange={(legend) => { setOption({ legend }); }} />
    </div>
  ); // prettier-ignore
}

function Limit({ label, limits, onChange }: { label: string; limits: Limits; onChange: (limits: Limits) => void }) {
  return (
    <div className={styles["pair"]}>
      <NumberField label={`${label} from`} value={limits[0]} onChange={(low) => { onChange([low, limits[1]]); }} />
      <NumberField label={`${label} to`} value={limits[1]} onChange={(high) => { onChange([limits[0], high]); }} />
    </div>
  ); // prettier-ignore
}

function GroupLook({ grouping, onChange }: { grouping: Grouping; onChange: (grouping: Grouping) => void }) {
  return (
    <>
      <Segmented label="Line of a group" value={grouping.line} choices={(["mean", "median", "min", "max"] as const).map((value) => ({ value, label: value }))} onChange={(line) => { onChange({ ...grouping, line }); }} />
      <Segmented label="Band of a group" value={grouping.band} choices={[{ value: "minmax", label: "min–max" }, { value: "std", label: "std" }, { value: "stderr", label: "stderr" }, { value: "none", label: "none" }]} onChange={(band) => { onChange({ ...grouping, band }); }} />
    </>
  ); // prettier-ignore
}

function smoothingOf(kind: string, amount: number): Smoothing {
  const known = smoothings.find((each) => each.value === kind)?.value ?? "none";
  // A kind that is chosen while the amount is nothing should do something.
  return { kind: known, amount: known !== "none" && amount === 0 ? 0.6 : amount };
}
