import { edgeRange, greatestShare, type HeatMap, shareOf, stepRange } from "./heat";
import { scaleOf, sequentialCss } from "./scale";
import { SvgAxes } from "./SvgAxes";

/** Properties of `Ridges`. `latest`: only the newest histogram, as bars. */
export interface RidgesProps {
  map: HeatMap;
  width: number;
  height: number;
  latest: boolean;
  title: string;
  /** What the values are called beside their axis. */
  axis: string;
}

// More ridges than this hide each other.
const most = 28;

/** Histograms as ridges, one behind the other from the first step to the newest; or the newest alone. */
export function Ridges({ map, width, height, latest, title, axis }: RidgesProps) {
  const area = { left: 48, top: 24, right: width - 16, bottom: height - 34 };
  const x = scaleOf(edgeRange(map), area.left, area.right, { tight: true, every: 70 });
  const columns = latest ? [map.columns - 1] : chosen(map.columns);
  const [first, last] = stepRange(map);
  const greatest = latest ? Math.max(...Array.from({ length: map.bins }, (_, b) => shareOf(map, map.columns - 1, b))) || 1 : greatestShare(map);
  const lift = latest ? area.bottom - area.top : Math.min((area.bottom - area.top) * 0.3, 80);
  const y = latest
    ? scaleOf([0, greatest], area.bottom, area.top, { tight: true, every: 44 })
    : scaleOf([first, last], area.top + lift, area.bottom, { tight: true, kind: "count", every: 36 });
  return (
    <svg width={width} height={height} role="img" aria-label={latest ? `Newest histogram of ${title}` : `Histograms of ${title} over steps`}>
      <SvgAxes x={x} y={y} area={area} xTitle={`${axis} →`} yTitle={latest ? `↑ share of values, step ${map.step[map.columns - 1]}` : "step ↓"} />
      {columns.map((c) => {
        const base = latest ? area.bottom : y.at(map.step[c]!);
        return (
          <path
            key={c}
            d={ridge(map, c, x.at, base, lift / greatest)}
            fill={latest ? "var(--accent)" : "var(--bg-raised)"}
            fillOpacity={latest ? 0.75 : 0.82}
            stroke={latest ? "var(--accent)" : sequentialCss(columns.length > 1 ? columns.indexOf(c) / (columns.length - 1) : 0.5)}
            strokeWidth={1.25}
          />
        );
      })}
    </svg>
  );
}

function chosen(columns: number): number[] {
  const count = Math.min(columns, most);
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * (columns - 1)) / (count - 1))));
}

function ridge(map: HeatMap, c: number, at: (value: number) => number, base: number, scale: number): string {
  let d = `M${at(map.edges[0]!).toFixed(1)} ${base.toFixed(1)}`;
  for (let b = 0; b < map.bins; b++) {
    const top = (base - shareOf(map, c, b) * scale).toFixed(1);
    d += `L${at(map.edges[b]!).toFixed(1)} ${top}L${at(map.edges[b + 1]!).toFixed(1)} ${top}`;
  }
  return `${d}L${at(map.edges[map.bins]!).toFixed(1)} ${base.toFixed(1)}Z`;
}
