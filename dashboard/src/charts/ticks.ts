/**
 * Where an axis has ticks and what stands beside them: linear, logarithmic, durations and wall times.
 * Positions are in units of the axis (seconds for durations and times); labels of one axis have the same precision.
 */

/** Places of an axis and their labels; an empty label is a tick without text. */
export interface Ticks {
  values: number[];
  labels: string[];
}

/** How the values of an axis are written. */
export type AxisKind = "number" | "count" | "bytes" | "duration" | "time";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DURATIONS = [1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY]; // prettier-ignore

/** Ticks between two values, about `target` of them. */
export function ticks(low: number, high: number, target: number, kind: AxisKind, log: boolean): Ticks {
  if (!(high > low) || !Number.isFinite(high - low)) return { values: [], labels: [] };
  if (log) return logTicks(low, high, target, kind);
  if (kind === "duration") return durationTicks(low, high, target);
  if (kind === "time") return timeTicks(low, high, target);
  const step = niceStep((high - low) / target, kind === "count" ? 1 : 0);
  const values = multiples(low, high, step);
  return { values, labels: values.map((value) => label(value, step, kind)) };
}

/** The nearest of 1, 2, 5 × 10ⁿ to `rough` by ratio, and at least `least`. */
export function niceStep(rough: number, least = 0): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  // The bounds are the geometric means of neighbours.
  const step = share < Math.SQRT2 ? 1 : share < Math.sqrt(10) ? 2 : share < Math.sqrt(50) ? 5 : 10;
  return Math.max(step * power, least);
}

function multiples(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9) + 0; // not −0
  const last = Math.floor(high / step + 1e-9);
  const values: number[] = [];
  for (let n = first; n <= last; n++) {
    // Multiplying keeps 0.3 from becoming 0.30000000000000004 where adding would gather errors; division by the inverse
    // of a step below one is exact for the steps in use.
    values.push(step >= 1 ? n * step : n / (1 / step));
  }
  return values;
}

function logTicks(low: number, high: number, target: number, kind: AxisKind): Ticks {
  const first = Math.log10(low);
  const decades = Math.log10(high) - first;
  if (decades < 0.7) return ticks(low, high, target, kind, false);
  const every = Math.max(1, Math.ceil(decades / target));
  const inner = decades * 3 <= target * 1.5 ? [1, 2, 5] : [1];
  const values: number[] = [];
  const labels: string[] = [];
  for (let power = Math.floor(first); power <= Math.ceil(Math.log10(high)); power++) {
    const steps = every > 1 || decades > 6 ? [1] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
    for (const m of steps) {
      const value = power < 0 ? m / 10 ** -power : m * 10 ** power;
      if (value < low * 0.999999 || value > high * 1.000001) continue;
      const named = m === 1 ? power % every === 0 : inner.includes(m);
      values.push(value);
      labels.push(named ? logLabel(value, kind) : "");
    }
  }
  return { values, labels };
}

function logLabel(value: number, kind: AxisKind): string {
  if (kind === "duration") return duration(value, value);
  if (kind === "bytes") return label(value, value, kind);
  if (value >= 0.001 && value < 1000) return trimmed(value, 6);
  if (value >= 1000 && value < 1e9) return scaled(value, value);
  return exponent(value);
}

function durationTicks(low: number, high: number, target: number): Ticks {
  const rough = (high - low) / target;
  if (rough < 1) {
    const step = niceStep(rough);
    const values = multiples(low, high, step);
    return { values, labels: values.map((value) => `${decimal(value, step)}s`) };
  }
  const step = DURATIONS.find((s) => s >= rough) ?? niceStep(rough / DAY) * DAY;
  const values = multiples(low, high, step);
  return { values, labels: values.map((value) => duration(value, step)) };
}

/** A duration in its largest units: 90 s as `1m30`, 3,600 s as `1h`. */
function duration(value: number, step: number): string {
  const sign = value < 0 ? "−" : "";
  const s = Math.abs(value);
  if (s < MINUTE) return `${sign}${trimmed(s, 3)}s`;
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  if (s < HOUR) return `${sign}${Math.floor(s / MINUTE)}m${s % MINUTE && step < MINUTE ? two(s % MINUTE) : ""}`;
  if (s < 2 * DAY) return `${sign}${Math.floor(s / HOUR)}h${s % HOUR && step < HOUR ? two((s % HOUR) / MINUTE) : ""}`;
  return `${sign}${Math.floor(s / DAY)}d${s % DAY && step < DAY ? `${Math.floor((s % DAY) / HOUR)}h` : ""}`;
}

function timeTicks(low: number, high: number, target: number): Ticks {
  const rough = (high - low) / target;
  if (rough > 14 * DAY) return monthTicks(low, high, Math.max(1, Math.ceil(rough / (31 * DAY))));
  const step = rough < 1 ? niceStep(rough) : (DURATIONS.find((s) => s >= rough) ?? 7 * DAY);
  // Local midnight is a tick, not midnight in Greenwich: the offset of the left edge stands for the whole axis.
  const offset = new Date(low * 1000).getTimezoneOffset() * MINUTE;
  const values = multiples(low - offset, high - offset, step).map((value) => value + offset);
  let day = "";
  return {
    values,
    labels: values.map((value) => {
      const date = new Date(value * 1000);
      const two = (n: number) => String(n).padStart(2, "0");
      const today = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
      const clock = `${two(date.getHours())}:${two(date.getMinutes())}${step < MINUTE ? `:${two(date.getSeconds())}` : ""}`;
      const fresh = today !== day;
      day = today;
      if (step >= DAY) return today.slice(5);
      return fresh ? `${clock}\n${today}` : clock;
    }),
  };
}

function monthTicks(low: number, high: number, every: number): Ticks {
  const values: number[] = [];
  const labels: string[] = [];
  const start = new Date(low * 1000);
  for (let month = 0; month < 1200; month += every) {
    const date = new Date(start.getFullYear(), start.getMonth() + month, 1);
    const value = date.getTime() / 1000;
    if (value > high) break;
    if (value < low) continue;
    values.push(value);
    labels.push(`${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}`);
  }
  return { values, labels };
}

const MINUS = "\u2212";

function label(value: number, step: number, kind: AxisKind): string {
  if (kind === "bytes" && value !== 0) {
    const size = Math.max(Math.abs(value), step);
    const power = Math.min(Math.max(Math.floor(Math.log10(size) / 3 + 1e-9), 0), 5);
    const unit = 1000 ** power;
    return `${decimal(value / unit, Math.min(step / unit, size / unit), true)} ${["B", "kB", "MB", "GB", "TB", "PB"][power]}`;
  }
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e12 || step < 1e-5) return exponent(value, step);
  if (size >= 10_000 || (kind === "count" && size >= 1000)) return scaled(value, step);
  return decimal(value, step);
}

/** 12,500 as `12.5k`, with as many decimals as the step needs. */
function scaled(value: number, step: number): string {
  const size = Math.abs(value);
  const [unit, suffix] = size >= 1e9 ? [1e9, "G"] : size >= 1e6 ? [1e6, "M"] : [1e3, "k"];
  return `${decimal(value / unit, Math.min(step / unit, size / unit), true)}${suffix}`;
}

function exponent(value: number, step?: number): string {
  const power = Math.floor(Math.log10(Math.abs(value)) + 1e-12);
  const digits = step === undefined ? 0 : Math.max(0, power - Math.floor(Math.log10(step) + 1e-9));
  const text = (value / 10 ** power).toFixed(Math.min(digits, 6)).replace("-", MINUS);
  return `${text}e${String(power).replace("-", MINUS)}`;
}

function decimal(value: number, step: number, trim = false): string {
  const digits = Math.min(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)), 12);
  const text = value.toFixed(digits);
  return (trim && text.includes(".") ? text.replace(/\.?0+$/, "") : text).replace("-", MINUS);
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits))).replace("-", MINUS);
}
