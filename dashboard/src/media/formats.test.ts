import { describe, expect, it } from "vitest";

import { csvField, parseCsv } from "./csv";
import { fileKind } from "./fileKinds";
import { highlight } from "./highlight";
import { layered } from "./layered";
import { parseNpy } from "./npy";
import { fileAddress, safeLink } from "./records";
import { buildTree, treeRows } from "./tree";
import { clock, peaksOf } from "./waveform";

/** A file of numpy with this header and these bytes. */
function npy(header: string, data: ArrayLike<number>): ArrayBuffer {
  const text = `${header}\n`;
  const bytes = new Uint8Array(10 + text.length + data.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, text.length, 0]);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes.set(Array.from(data), 10 + text.length);
  return bytes.buffer;
}

describe("parseNpy", () => {
  it("reads numbers that begin at an odd place", () => {
    const data = new Uint8Array(Float32Array.from([1.5, -2, 3, 4]).buffer);
    const array = parseNpy(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", data));
    expect([array.shape, Array.from(array.values)]).toEqual([[2, 2], [1.5, -2, 3, 4]]);
  });

  it("reads half floats", () => {
    const array = parseNpy(npy("{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }", [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00]));
    expect(Array.from(array.values)).toEqual([1, -2, 2 ** -24]);
  });

  it("says what it cannot read", () => {
    expect(() => parseNpy(new ArrayBuffer(4))).toThrow("numpy");
    expect(() => parseNpy(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9,), }", [0]))).toThrow("<f4");
    expect(() => parseNpy(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", [0]))).toThrow("|O");
  });
});

describe("parseCsv", () => {
  it("reads quotes, separators and line breaks in fields", () => {
    expect(parseCsv('a,b\r\n"x, ""y""\nz",2\n')).toEqual([["a", "b"], ['x, "y"\nz', "2"]]);
    expect(parseCsv("a\tb\n1\t", "\t")).toEqual([["a", "b"], ["1", ""]]);
  });

  it("writes fields that come back, and formulas as text", () => {
    expect([csvField('a"b'), csvField(-1.5), csvField("=1+1"), csvField("-2"), csvField(null)]).toEqual(['"a""b"', "-1.5", "'=1+1", "-2", ""]);
  });
});

describe("highlight", () => {
  it("loses no text", () => {
    const lines = ['x = f(1e-3, "a # b")  # note', "'''begin", "end''' + y", "def f(a): return {a}//2", "\ttab é"];
    expect(highlight(lines, "py").map((tokens) => tokens.map((token) => token.text).join(""))).toEqual(lines);
  });

  it("knows comments, strings over lines, and keywords", () => {
    const kinds = highlight(["'''a", "b''' if # c"], "py").map((tokens) => tokens.map((token) => [token.text, token.kind]));
    expect(kinds).toEqual([[["'''a", "string"]], [["b'''", "string"], [" ", ""], ["if", "keyword"], [" ", ""], ["# c", "comment"]]]);
  });
});

describe("layered", () => {
  const node = (id: string): { id: string; width: number; height: number } => ({ id, width: 10, height: 10 });

  it("puts each node below those it follows", () => {
    const { places } = layered(["a", "b", "c", "d"].map(node), [["a", "b"], ["b", "c"], ["a", "c"], ["d", "c"]]);
    expect(["a", "b", "c", "d"].map((id) => places.get(id)?.layer)).toEqual([0, 1, 2, 0]);
  });

  it("ends with circles, loops and edges to nowhere", () => {
    const { places } = layered(["a", "b"].map(node), [["a", "b"], ["b", "a"], ["a", "a"], ["a", "z"]]);
    expect(new Set([places.get("a")?.layer, places.get("b")?.layer])).toEqual(new Set([0, 1]));
  });

  it("lets no nodes of a layer overlap", () => {
    const { places, width } = layered(["a", "b", "c"].map(node), []);
    const [first = 0, second = 0, third = 0] = ["a", "b", "c"].map((id) => places.get(id)?.x ?? 0).sort((x, y) => x - y);
    expect([second - first >= 10, third - second >= 10, third + 10 <= width]).toEqual([true, true, true]);
  });
});

describe("buildTree", () => {
  const root = buildTree([{ path: "b.txt", size: 1 }, { path: "d/x10.txt", size: 2 }, { path: "d/x2.txt", size: 3 }]);

  it("puts folders first, numbers in order, and adds sizes up", () => {
    expect(treeRows(root, new Set(["d"]), "").map(({ node }) => [node.path, node.size])).toEqual([
      ["d", 5],
      ["d/x2.txt", 3],
      ["d/x10.txt", 2],
      ["b.txt", 1],
    ]);
  });

  it("opens what holds a search", () => {
    expect(treeRows(root, new Set(), "X2").map(({ node }) => node.path)).toEqual(["d", "d/x2.txt"]);
  });
});

describe("peaksOf", () => {
  it("keeps a single high sample", () => {
    const samples = new Float32Array(1000);
    samples[501] = 0.75;
    const peaks = peaksOf(samples, 10);
    expect([Math.max(...peaks.high), peaks.high.length, peaks.high[5]]).toEqual([0.75, 10, 0.75]);
  });

  it("writes times as clocks do", () => {
    expect([clock(7.54), clock(75), clock(3723)]).toEqual(["0:07.5", "1:15", "1:02:03"]);
  });
});

describe("addresses", () => {
  it("encode every part of a path", () => {
    expect(fileAddress({ project: "p/q", run: "r" }, "media/a b#.png")).toBe("/api/v1/projects/p%2Fq/runs/r/files/media/a%20b%23.png");
    expect(fileAddress({ project: "p", artifact: "m", version: "v1" }, "x")).toBe("/api/v1/projects/p/artifacts/m/v1/files/x");
  });

  it("become links only if they are of the web", () => {
    expect([safeLink("https://a.b/"), safeLink("javascript:alert(1)"), safeLink("data:text/html,x"), safeLink("/local")]).toEqual([
      "https://a.b/", null, null, null,
    ]);
  });

  it("tell what a file is", () => {
    expect([fileKind("a/b.PNG"), fileKind("Dockerfile"), fileKind("x.bin"), fileKind(".gitignore")]).toEqual(["image", "text", "binary", "text"]);
  });
});
