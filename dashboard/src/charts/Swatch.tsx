/** A short stroke as a line is drawn, for legends. */
export function Swatch({ colour, dash }: { colour: string; dash: readonly number[] }) {
  return (
    <svg width="14" height="8" viewBox="0 0 14 8" aria-hidden="true" style={{ flex: "none" }}>
      <line
        x1="1"
        x2="13"
        y1="4"
        y2="4"
        stroke={colour}
        strokeWidth="2.5"
        strokeLinecap={dash.length > 0 ? "butt" : "round"}
        strokeDasharray={dash.map((length) => length / 1.6).join(" ")}
      />
    </svg>
  );
}
