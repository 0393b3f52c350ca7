import { describe, expect, it } from "vitest";

import { decodeView, encodeView, readView } from "./encoding";
import { defaultView, type WorkspaceView } from "./view";

const busy: WorkspaceView = {
  ...defaultView,
  search: "größe|β",
  order: "+summary.val/loss",
  groupBy: ["config.model"],
  conditions: [{ field: "config.lr", operator: "<", value: "0.1" }],
  shown: ["a"],
  hidden: ["b", "c"],
  baseline: "a",
  limit: 5,
  settings: { ...defaultView.settings, x: "key:epoch", smoothing: { kind: "ema", amount: 0.6 }, logY: true },
  sections: { train: { collapsed: true, settings: { logX: true } } },
  panels: { "h:loss": { width: 2 }, "p:1": { added: true, kind: "line", keys: ["loss"], section: "Mine" } },
  full: "h:loss",
};

describe("encodeView", () => {
  it("writes nothing for the view before anyone changed it", () => {
    expect(encodeView(defaultView)).toBe("");
  });

  it("gives back every part of a view", () => {
    expect(decodeView(encodeView(busy))).toEqual(busy);
  });

  it("uses only letters that an address takes as they are", () => {
    expect(encodeView(busy)).toMatch(/^[\w-]+$/);
  });

  it("stays shorter than the JSON of what was chosen", () => {
    const hidden = Array.from({ length: 100 }, (_, index) => `run${index}`);
    expect(encodeView({ ...defaultView, hidden }).length).toBeLessThan(JSON.stringify({ hidden }).length);
  });
});

describe("decodeView", () => {
  it("refuses a text that was cut off", () => {
    expect(decodeView(encodeView(busy).slice(0, 40))).toBeNull();
  });

  it("refuses a text that is no view", () => {
    expect(decodeView("not a view!")).toBeNull();
  });
});

describe("readView", () => {
  it("leaves out each part of a wrong shape and keeps the others", () => {
    const view = readView({ search: 7, hidden: ["a", 1], order: "-name", limit: "20", settings: { logY: "yes", x: "nowhere" }, conditions: [{ field: 1 }] });
    expect(view).toEqual({ ...defaultView, order: "-name" });
  });

  it("takes anything that is not a mapping for an empty view", () => {
    expect([null, 3, "x", []].map(readView)).toEqual([defaultView, defaultView, defaultView, defaultView]);
  });

  it("keeps a smoothing amount between nothing and all", () => {
    expect(readView({ settings: { smoothing: { kind: "ema", amount: 7 } } }).settings.smoothing.amount).toBe(1);
  });
});
