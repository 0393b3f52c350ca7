import { describe, expect, it } from "vitest";

import { axisRoom, drawTitles } from "./axes";
import type { ChartModel } from "./model";
import type { Axis } from "./paint";
import type { ChartTheme } from "./theme";
import { axisTitle, scaledTitle } from "./xAxis";

const bare = { xKind: "count", xTitle: "", yTitle: "" } as ChartModel;
const x: Axis = { low: 0, high: 1, start: 40, end: 240, log: false };
const y: Axis = { low: 0, high: 1, start: 180, end: 20, log: false };

/** What is written on a canvas whose letters are 6 pixels wide, and where. */
function written(model: ChartModel): [string, number, number][] {
  const texts: [string, number, number][] = [];
  const context = {
    save: () => undefined,
    restore: () => undefined,
    measureText: (text: string) => ({ width: 6 * text.length }),
    fillText: (...text: [string, number, number]) => texts.push(text),
  } as unknown as CanvasRenderingContext2D;
  drawTitles(context, model, x, y, { font: "sans-serif", textSoft: "#555" } as ChartTheme, 1);
  return texts;
}

describe("axis titles", () => {
  it("stand at the end of their axes, in room of their own", () => {
    const model = { ...bare, xTitle: "step", yTitle: "loss" };
    const [under, above] = written(model);
    expect([under?.[0], above?.[0]]).toEqual(["step →", "↑ loss"]);
    expect(under![1]).toBe(x.end);
    expect(under![2]).toBeGreaterThan(y.start + axisRoom(bare).x - 6);
    expect(above![2]).toBeLessThan(y.end);
    expect(axisRoom(model).top).toBeGreaterThan(axisRoom(bare).top);
  });

  it("are not there where there is nothing to say, and take no room", () => {
    expect(written(bare)).toEqual([]);
    expect(axisRoom(bare)).toEqual({ x: 24, top: 6 });
  });

  it("are cut where they are longer than the chart", () => {
    const [text] = written({ ...bare, yTitle: "a".repeat(100) })[0]!;
    expect(text).toMatch(/^↑ a+…$/);
    expect(text.length * 6).toBeLessThanOrEqual(x.end);
  });

  it("say what x is, and that an axis is logarithmic", () => {
    const titles = (["step", "relative", "time", "key:epoch"] as const).map(axisTitle);
    expect(titles).toEqual(["step", "relative time", "wall time", "epoch"]);
    expect([scaledTitle("loss", true), scaledTitle("loss", false)]).toEqual(["loss (log)", "loss"]);
  });
});
