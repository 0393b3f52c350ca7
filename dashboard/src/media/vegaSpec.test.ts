import { compile } from "vega-lite";
import { describe, expect, it } from "vitest";

import { asRows, canOverlay, dataNames, overlaid, RUN_FIELD, type Spec, withoutAddresses } from "./vegaSpec";

const LINE: Spec = {
  data: { name: "table" },
  encoding: { x: { field: "epoch", type: "quantitative" }, y: { field: "loss", type: "quantitative" }, color: { field: "model", type: "nominal" } },
  layer: [
    { data: { values: [{ epoch: 0, loss: 1 }] }, mark: "line" },
    { mark: { type: "line" } },
    { mark: "point" },
  ],
};
const BARS: Spec = { data: { name: "table" }, mark: "bar", height: { step: 26 }, encoding: { y: { field: "feature", type: "nominal" }, x: { field: "weight", type: "quantitative" } } };
const RUNS = [
  { name: "a", colour: "#111111", rows: [{ epoch: 0, loss: 1, model: "x", feature: "f", weight: 1 }] },
  { name: "b", colour: "#222222", rows: [] },
];

describe("dataNames", () => {
  it("finds what comes from outside, and not what a specification brings", () => {
    expect(dataNames(LINE)).toEqual(["table"]);
    expect(dataNames({ datasets: { own: [] }, data: { name: "own" } })).toEqual([]);
  });
});

describe("withoutAddresses", () => {
  it("leaves nothing that is fetched or followed", () => {
    const safe = withoutAddresses({ data: { url: "https://example.org/x.csv" }, layer: [{ encoding: { href: { field: "a" }, x: 1 } }] });
    expect(JSON.stringify(safe)).not.toMatch(/example\.org|href/);
  });
});

describe("canOverlay", () => {
  it("takes lines, points and bars, and no other marks, facets or mixtures", () => {
    expect([canOverlay(LINE), canOverlay(BARS)]).toEqual([true, true]);
    expect([canOverlay({ mark: "rect" }), canOverlay({ ...LINE, facet: {} }), canOverlay({ layer: [{ mark: "bar" }, { mark: "line" }] })]).toEqual([false, false, false]);
  });
});

describe("overlaid", () => {
  it("tells runs by colour, what colour told by dashes and shapes, and leaves what is nobody's as it is", () => {
    const [own, line, point] = overlaid(LINE, RUNS)["layer"] as { encoding?: Record<string, { field?: string }> }[];
    expect(own?.encoding).toBeUndefined();
    expect([line?.encoding?.["color"]?.field, line?.encoding?.["strokeDash"]?.field]).toEqual([RUN_FIELD, "model"]);
    expect([point?.encoding?.["color"]?.field, point?.encoding?.["shape"]?.field]).toEqual([RUN_FIELD, "model"]);
  });

  it("puts bars side by side on an axis of words", () => {
    expect((overlaid(BARS, RUNS)["encoding"] as Record<string, unknown>)["yOffset"]).toEqual({ field: RUN_FIELD, type: "nominal" });
  });

  it("keeps sums within runs", () => {
    const [step] = overlaid({ ...BARS, transform: [{ joinaggregate: [], groupby: ["feature"] }] }, RUNS)["transform"] as { groupby: string[] }[];
    expect(step?.groupby).toEqual(["feature", RUN_FIELD]);
  });

  it("is what Vega-Lite takes", () => {
    for (const spec of [LINE, BARS]) expect(compile(overlaid(spec, RUNS) as never).spec.marks?.length).toBeGreaterThan(0);
  });
});

describe("asRows", () => {
  it("gives NaN and infinities as null, large integers as numbers, dates as those of this machine", () => {
    const row = [{ $number: "NaN" }, { $number: "9007199254740993" }, { _type: "date", value: "2026-01-02" }, "x"];
    expect(asRows(["a", "b", "c", "d"], [row])).toEqual([{ a: null, b: 9007199254740992, c: "2026-01-02T00:00:00", d: "x" }]);
  });
});
