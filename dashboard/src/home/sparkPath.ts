// Half the width of the line, so that it is not cut off at the edges.
const margin = 1.5;

/** The path of a curve that fills a box of that size; values that are missing leave a gap. */
export function sparkPath(values: readonly (number | null)[], width: number, height: number): string {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (finite.length === 0) return "";
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  const x = (index: number) => margin + (index / Math.max(1, values.length - 1)) * (width - 2 * margin);
  const y = (value: number) => (span === 0 ? height / 2 : height - margin - ((value - low) / span) * (height - 2 * margin));
  let pen = "M";
  let path = "";
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) {
      pen = "M";
      return;
    }
    path += `${pen}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
  });
  // A lone point is a dot: the round end of a line of no length.
  return finite.length === 1 ? `${path}h0` : path;
}
