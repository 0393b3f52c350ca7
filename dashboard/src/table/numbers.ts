/** Numbers of one column written alike, so that their points stand under each other and sizes compare at a glance. */

import type { Value } from "../api/types";
import { formatNumber, numberOf } from "../ui/format";

// Of the column's larger numbers; the smallest ones keep at least three.
const digits = 5;
const leastDigits = 3;

/** How many decimals a column gets by the values on screen; null: each number by itself. */
export function decimalsOf(values: readonly (Value | undefined)[]): number | null {
  const sizes = values
    .map((value) => Math.abs(numberOf(value) ?? Number.NaN))
    .filter((size) => Number.isFinite(size) && size > 0)
    .sort((a, b) => a - b);
  // One run that diverged must not take the decimals of all others.
  const typical = sizes[Math.floor(sizes.length * 0.75)];
  if (typical === undefined || sizes.every(Number.isInteger)) return null;
  const decimals = digits - 1 - Math.floor(Math.log10(typical));
  return decimals < 0 || decimals > 7 ? null : Math.min(decimals, 6);
}

/** A number with the decimals of its column; by itself if these would show too little of it, or nothing but noise. */
export function formatAligned(value: number, decimals: number | null): string {
  const size = Math.abs(value);
  if (decimals === null || !Number.isFinite(value) || size >= 1e6) return formatNumber(value);
  if (size > 0 && size < 10 ** (leastDigits - 1 - decimals)) return formatNumber(value, leastDigits);
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replace("-", "−");
}
