import { describe, expect, it } from "vitest";

import { noZooms, readZooms, ZoomStore } from "./zooms";

describe("ZoomStore", () => {
  it("keeps the zoom of each panel, until everything of it is shown", () => {
    const store = new ZoomStore();
    store.zoom("a", { of: "step", x: [1, 2], y: null }, false);
    store.zoom("b", { of: "step", x: null, y: [0, 1] }, false);
    expect(Object.keys(store.all().panels)).toEqual(["a", "b"]);
    store.zoom("a", { of: "step", x: null, y: null }, false);
    expect(store.all().panels).toEqual({ b: { of: "step", x: null, y: [0, 1] } });
  });

  it("keeps the x of charts that zoom together once, and the y with its panel", () => {
    const store = new ZoomStore();
    store.zoom("a", { of: "step", x: [1, 2], y: [3, 4] }, true);
    expect(store.all()).toEqual({ panels: { a: { of: "step", x: null, y: [3, 4] } }, shared: { step: [1, 2] } });
    store.zoom("b", { of: "step", x: null, y: null }, true);
    expect(store.all().shared).toEqual({});
  });

  it("tells those who listen", () => {
    const store = new ZoomStore();
    let told = 0;
    const stop = store.subscribe(() => (told += 1));
    store.zoom("a", { of: "step", x: [1, 2], y: null }, false);
    stop();
    store.take(noZooms);
    expect(told).toBe(1);
  });
});

describe("readZooms", () => {
  it("gives back what was written, and leaves out what is no zoom", () => {
    const zooms = { panels: { a: { of: "step", x: [1, 2] as const, y: null } }, shared: { time: [5, 6] as const } };
    expect(readZooms(JSON.parse(JSON.stringify(zooms)))).toEqual(zooms);
    expect(readZooms({ panels: { a: { of: "step", x: [2, 1] }, b: 3 }, shared: { step: ["0", 1] } })).toEqual(noZooms);
    expect(readZooms(null)).toEqual(noZooms);
  });
});
