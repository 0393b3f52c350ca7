/** How numbers, durations, times, sizes and values are written. English, the same on every machine. */

import type { SpecialNumber, Value } from "../api/types";

/** A number for reading: about `digits` significant ones, never fewer than its integer part. NaN and infinities in words. */
export function formatNumber(value: number | null | undefined, digits = 5): string {
  if (value === null || value === undefined) return "–";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return minus(value.toLocaleString("en-US"));
  if (size >= 1e9 || size < 1e-4) return minus(tidyExponent(value.toExponential(Math.max(0, digits - 1))));
  if (size >= 10 ** digits) return minus(Math.round(value).toLocaleString("en-US"));
  return minus(String(Number(value.toPrecision(digits))));
}

/** A count, short: 12, 3.4k, 1.2M. */
export function formatCount(value: number): string {
  if (value < 1_000) return String(value);
  for (const [size, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) {
    if (value >= size * 0.9995) return `${Number((value / size).toPrecision(3))}${letter}`;
  }
  return String(value);
}

/** A duration in seconds: 0.4 s, 12 s, 3 m 20 s, 2 h 5 m, 3 d 4 h. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return pair(Math.floor(whole / 60), "m", whole % 60, "s");
  if (whole < 86_400) return pair(Math.floor(whole / 3_600), "h", Math.floor((whole % 3_600) / 60), "m");
  return pair(Math.floor(whole / 86_400), "d", Math.floor((whole % 86_400) / 3_600), "h");
}

/** How long ago a time (seconds since 1970) was. */
export function formatAgo(time: number, now = Date.now() / 1_000): string {
  const age = now - time;
  if (age < 5) return "now";
  if (age < 60) return `${Math.floor(age)} s ago`;
  if (age < 3_600) return `${Math.floor(age / 60)} min ago`;
  if (age < 86_400) return `${Math.floor(age / 3_600)} h ago`;
  if (age < 30 * 86_400) return `${Math.floor(age / 86_400)} d ago`;
  return formatDate(time);
}

/** A time (seconds since 1970) as date and time of this machine: 2026-11-21 15:37. */
export function formatTime(time: number, withSeconds = false): string {
  const date = new Date(time * 1_000);
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return `${formatDate(time)} ${clock}${withSeconds ? `:${two(date.getSeconds())}` : ""}`;
}

/** A time (seconds since 1970) as a date: 2026-11-21. */
export function formatDate(time: number): string {
  const date = new Date(time * 1_000);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A size in bytes: 512 B, 3.4 kB, 1.2 MB (powers of 1,000). */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  for (const [size, unit] of [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]] as const) {
    if (bytes >= size * 0.9995) return `${Number((bytes / size).toPrecision(3))} ${unit}`;
  }
  return `${bytes} B`;
}

/** A value of config or summary in one line. */
export function formatValue(value: Value | undefined, digits = 5): string {
  if (value === undefined) return "–";
  if (value === null) return "null";
  if (typeof value === "number") return formatNumber(value, digits);
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "true" : "false";
  const special = specialNumber(value);
  if (special !== null) return special === "NaN" || /^-?\d+$/.test(special) ? special : formatNumber(Number(special));
  return JSON.stringify(value);
}

/** The number that a value is, or null: of `{"$number": "NaN"}` NaN, of text null. */
export function numberOf(value: Value | undefined): number | null {
  if (typeof value === "number") return value;
  if (value === null || typeof value !== "object") return null;
  const special = specialNumber(value);
  return special === null ? null : Number(special);
}

/** `1 run`, `2 runs`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? noun : nouns}`;
}

function specialNumber(value: object): string | null {
  return "$number" in value ? String((value as SpecialNumber).$number) : null;
}

function minus(text: string): string {
  return text.replace(/^-/, "−");
}

function tidyExponent(text: string): string {
  return text.replace(/\.?0+e/, "e").replace("e+", "e");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
