/** Sound as a picture: the lowest and highest sample of each column. */

/** The lowest and highest samples of equal stretches of a channel. */
export interface Peaks {
  low: Float32Array;
  high: Float32Array;
}

/** Cuts samples into `columns` stretches. No sample is left out, so that a click of one sample is seen. */
export function peaksOf(samples: Float32Array, columns: number): Peaks {
  const count = Math.max(1, Math.min(columns, samples.length));
  const low = new Float32Array(count);
  const high = new Float32Array(count);
  for (let column = 0; column < count; column += 1) {
    const from = Math.floor((column * samples.length) / count);
    const to = Math.max(from + 1, Math.floor(((column + 1) * samples.length) / count));
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let at = from; at < to; at += 1) {
      const sample = samples[at] ?? 0;
      if (sample < least) least = sample;
      if (sample > most) most = sample;
    }
    low[column] = Number.isFinite(least) ? least : 0;
    high[column] = Number.isFinite(most) ? most : 0;
  }
  return { low, high };
}

/** Seconds as `0:07.5` or `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = seconds < 60 ? (seconds % 60).toFixed(1).padStart(4, "0") : String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
