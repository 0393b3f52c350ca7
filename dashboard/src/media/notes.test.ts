import { describe, expect, it } from "vitest";

import { parseNotes, parsePieces } from "./notes";

/** Plain words. */
function text(words: string) {
  return [{ kind: "text", text: words }];
}

describe("notes", () => {
  it("are headings, paragraphs, lists, quotes and code", () => {
    const blocks = parseNotes("# Title\nfirst\nsecond\n\n- a\n- b\n1. c\n> said\n```py\nx = 1\n```\nend");
    expect(blocks.map((block) => block.kind)).toEqual(["heading", "paragraph", "list", "list", "quote", "code", "paragraph"]);
  });

  it("keep code without an end", () => {
    expect(parseNotes("```\na\n\nb")).toEqual([{ kind: "code", text: "a\n\nb" }]);
  });

  it("keep the number of items of a list", () => {
    expect(parseNotes("1. a\n2) b")).toEqual([
      { kind: "list", ordered: true, items: [{ pieces: text("a"), inner: [] }, { pieces: text("b"), inner: [] }] },
    ]);
  });

  it("have lists inside lists, and lists of two kinds after one another", () => {
    expect(parseNotes("1. a\n   - b\n2. c\n- d")).toEqual([
      { kind: "list", ordered: true, items: [{ pieces: text("a"), inner: [{ kind: "list", ordered: false, items: [{ pieces: text("b"), inner: [] }] }] }, { pieces: text("c"), inner: [] }] },
      { kind: "list", ordered: false, items: [{ pieces: text("d"), inner: [] }] },
    ]);
  });

  it("have tables", () => {
    expect(parseNotes("| a | b |\n| --- | ---: |\n| 1 | 2 |\n\nend")).toEqual([
      { kind: "table", head: [text("a"), text("b")], rows: [[text("1"), text("2")]] },
      { kind: "paragraph", pieces: text("end") },
    ]);
  });

  it("have lines across, and lists that end where the indent does", () => {
    expect(parseNotes("  - a\n- b\n---\nx | y").map((block) => block.kind)).toEqual(["list", "list", "rule", "paragraph"]);
  });
});

describe("pieces of a line", () => {
  it("are code, bold, emphasis and links", () => {
    expect(parsePieces("a `b` **c** *d* [e](https://x.org/f) https://y.org")).toEqual([
      { kind: "text", text: "a " },
      { kind: "code", text: "b" },
      { kind: "text", text: " " },
      { kind: "bold", text: "c" },
      { kind: "text", text: " " },
      { kind: "emphasis", text: "d" },
      { kind: "text", text: " " },
      { kind: "link", text: "e", url: "https://x.org/f" },
      { kind: "text", text: " " },
      { kind: "link", text: "https://y.org", url: "https://y.org" },
    ]);
  });

  it("leave names with underscores and products alone", () => {
    expect(parsePieces("grad_norm_clip 3 * 4 * 5")).toEqual([{ kind: "text", text: "grad_norm_clip 3 * 4 * 5" }]);
  });

  it("make no link that a browser would run", () => {
    expect(parsePieces("[x](javascript:alert)")).toEqual([{ kind: "text", text: "[x](javascript:alert)" }]);
    expect(parsePieces("<b>x</b>")).toEqual([{ kind: "text", text: "<b>x</b>" }]);
  });
});
