import { describe, expect, it } from "vitest";

import { columnsFor, gap, heightStep, layout } from "./layout";
import type { Section } from "./sections";
import { defaultSettings, type PanelConfig } from "./view";

function panel(id: string, width = 1, height = 12): PanelConfig {
  return { id, kind: "line", keys: [id], width, height, options: {} };
}

function section(panels: PanelConfig[], collapsed = false): Section {
  return { name: "s", panels, total: panels.length, collapsed, settings: defaultSettings };
}

describe("layout", () => {
  it("fits as many columns as the width has room for, and at least one", () => {
    expect([200, 700, 1_000, 5_000].map(columnsFor)).toEqual([1, 2, 3, 6]);
  });

  it("fills rows in order and begins a new one where a panel has no room", () => {
    const lines = layout([section([panel("a"), panel("b", 2), panel("c"), panel("d")])], 1_000);
    const rows = lines.flatMap((line) => (line.kind === "row" ? [line.cells.map((cell) => cell.panel.id)] : []));
    expect(rows).toEqual([["a", "b"], ["c", "d"]]);
  });

  it("lets no panel overlap another or leave the page", () => {
    const [row] = layout([section([panel("a"), panel("b"), panel("c")])], 1_000).filter((line) => line.kind === "row");
    const cells = row?.cells ?? [];
    cells.slice(1).forEach((cell, index) => {
      const before = cells[index];
      expect(cell.left).toBeGreaterThanOrEqual((before?.left ?? 0) + (before?.width ?? 0) + gap - 1);
    });
    expect((cells[2]?.left ?? 0) + (cells[2]?.width ?? 0)).toBeLessThanOrEqual(1_000);
  });

  it("makes a row as high as its highest panel", () => {
    const [, row] = layout([section([panel("a", 1, 10), panel("b", 1, 20)])], 1_000);
    expect(row?.size).toBe(20 * heightStep + gap);
  });

  it("gives a panel that is wider than the page the whole width", () => {
    const [, row] = layout([section([panel("a", 4)])], 400);
    expect(row?.kind === "row" && row.cells[0]?.width).toBe(400);
  });

  it("draws only the head of a folded section", () => {
    expect(layout([section([panel("a")], true)], 1_000).map((line) => line.kind)).toEqual(["head"]);
  });
});
