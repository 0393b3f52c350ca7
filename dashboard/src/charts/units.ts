/** Amounts that are written in larger units when they are large: megabytes as gigabytes. */

const larger: Readonly<Record<string, string>> = { MB: "GB", GB: "TB" };
// MB and GB of what a machine measures are powers of two (docs/capture.md).
const step = 1024;

/** The unit that an amount of that size, in `unit`, is best written in, and how many of `unit` one of it is. */
export function unitAt(unit: string, size: number): { unit: string; factor: number } {
  let [shown, factor] = [unit, 1];
  for (let next = larger[shown]; next !== undefined && Math.abs(size) >= factor * step; next = larger[shown]) {
    shown = next;
    factor *= step;
  }
  return { unit: shown, factor };
}
