import { describe, expect, it } from "vitest";

import { cellKind, cellText, plainValue, wholeText } from "./cells";
import { drawable, parentOf, readGraph, shapeText } from "./modelGraph";
import { placeOfStep } from "./StepSlider";
import { touches } from "./useObjects";
import { readDoubles, writeFloats } from "./wav";

describe("cells", () => {
  it("tell missing values from NaN, and both from text", () => {
    expect([cellKind(null), cellKind({ $number: "NaN" }), cellKind("NaN"), cellKind({ _type: "image", path: "x" }), cellKind([1])]).toEqual([
      "missing", "number", "text", "media", "json",
    ]);
  });

  it("are written in one line, exact where numbers are large", () => {
    expect([cellText({ $number: "9007199254740993" }), cellText({ _type: "timestamp", value: "2026-01-02T03:04" }), cellText({ _type: "bytes", base64: "AAA=" })]).toEqual([
      "9007199254740993", "2026-01-02T03:04", "2 bytes",
    ]);
    expect(cellText([1, { $number: "Infinity" }])).toBe('[1,"Infinity"]');
  });

  it("are whole when they are opened", () => {
    const long = "x".repeat(5000);
    expect([cellText(long).length < 400, wholeText(long)]).toEqual([true, long]);
    expect(plainValue({ a: [{ $number: "NaN" }] })).toEqual({ a: ["NaN"] });
  });
});

describe("placeOfStep", () => {
  it("finds the newest step that is not above the one asked for", () => {
    const steps = [0, 10, 20];
    expect([null, 20, 19, 5, -1, 99].map((step) => placeOfStep(steps, step))).toEqual([2, 2, 1, 0, 0, 2]);
    expect(placeOfStep([], null)).toBe(0);
  });
});

describe("touches", () => {
  const change = { project: "p", id: "a", revision: 1, state: "running" as const, name: "a", last_step: 1, last_time: 0, runtime_s: 0, rows: 1, created: false };

  it("knows which changes may bring new objects", () => {
    expect(touches({ ...change, fields: ["media"], keys: { street: 3 } }, ["street"])).toBe(true);
    expect(touches({ ...change, fields: ["media"], keys: { street: 3 } }, ["other"])).toBe(false);
    expect(touches({ ...change, fields: ["console"], keys: { street: 3 } }, ["street"])).toBe(false);
  });
});

describe("model graphs", () => {
  const graph = readGraph({
    type: "Net", num_parameters: 12,
    nodes: [{ name: "", type: "Net" }, { name: "body", type: "Sequential" }, { name: "body.0", type: "Linear", num_parameters: 12, parameters: [{ name: "weight", shape: [3, 4] }] }, { name: "body.1", type: "ReLU" }],
    edges: [["body.0", "body.1"], ["body.0", "nowhere"]],
  });

  it("draw what flows where it is known", () => {
    const shown = drawable(graph);
    expect([shown.isFlow, shown.nodes.map((node) => node.name), shown.edges]).toEqual([true, ["body.0", "body.1"], [["body.0", "body.1"]]]);
  });

  it("draw what is in what where it is not", () => {
    expect(drawable({ ...graph, edges: [] }).edges).toEqual([["", "body"], ["body", "body.0"], ["body", "body.1"]]);
    expect(parentOf("a.b.c", new Set(["a"]))).toBe("a");
  });

  it("write shapes for people, and refuse other files in words", () => {
    expect([shapeText([3, 4]), shapeText([null, 10]), shapeText([[1, 2], [3]])]).toEqual(["3 × 4", "? × 10", "1 × 2, 3"]);
    expect(() => readGraph([])).toThrow("no graph");
  });
});

describe("WAV files of 64-bit floats", () => {
  /** Two channels with a chunk of another kind before the samples. */
  function doubles(): ArrayBuffer {
    const view = new DataView(new ArrayBuffer(12 + 24 + 10 + 8 + 32));
    const text = (at: number, word: string): void => { [...word].forEach((letter, place) => { view.setUint8(at + place, letter.charCodeAt(0)); }); };
    text(0, "RIFF");
    text(8, "WAVE");
    text(12, "fmt ");
    view.setUint32(16, 16, true);
    [3, 2].forEach((value, at) => { view.setUint16(20 + 2 * at, value, true); });
    view.setUint32(24, 8000, true);
    view.setUint16(34, 64, true);
    text(36, "LIST");
    view.setUint32(40, 1, true); // padded to an even size
    text(46, "data");
    view.setUint32(50, 32, true);
    [0.5, -0.5, 0.25, 1].forEach((value, at) => { view.setFloat64(54 + 8 * at, value, true); });
    return view.buffer;
  }

  it("come back by channels", () => {
    const sound = readDoubles(doubles());
    expect([sound?.sampleRate, sound?.channels.map((channel) => [...channel])]).toEqual([8000, [[0.5, 0.25], [-0.5, 1]]]);
  });

  it("become files of 32-bit floats, which are the browser's", () => {
    const sound = readDoubles(doubles());
    const file = new DataView(writeFloats(sound ?? { sampleRate: 0, channels: [] }));
    expect([file.byteLength, file.getUint16(34, true), file.getFloat32(48, true)]).toEqual([60, 32, -0.5]);
    expect([readDoubles(file.buffer as ArrayBuffer), readDoubles(new ArrayBuffer(3))]).toEqual([null, null]);
  });
});
