import { describe, expect, it } from "vitest";

import { allColumns, defaultColumns, placeColumns, searchColumns, serverField } from "./columns";

const config = [
  { name: "config.lr", runs: 12, kinds: ["number"] },
  { name: "config.layer10", runs: 12, kinds: ["number"] },
  { name: "config.layer2", runs: 12, kinds: ["text"] },
];
const summary = [
  { name: "summary.val/loss", runs: 12, kinds: ["number"] },
  { name: "summary.epoch", runs: 12, kinds: ["number"] },
  { name: "summary.image", runs: 12, kinds: ["object"] },
];
const columns = allColumns(config, summary, 12);

describe("columns", () => {
  it("are fields, config, summary, with numbers in names in their order", () => {
    const names = columns.filter((column) => column.source !== "run").map((column) => column.name);
    expect(names).toEqual([
      "config.layer2",
      "config.layer10",
      "config.lr",
      "summary.epoch",
      "summary.image",
      "summary.val/loss",
    ]);
  });

  it("are aligned as numbers unless some values are text", () => {
    const numeric = columns.filter((column) => column.source === "config" && column.numeric).map((column) => column.label);
    expect(numeric).toEqual(["layer10", "lr"]);
  });

  it("begin with results that are compared, and not with counters or media", () => {
    const shown = defaultColumns(columns);
    expect(shown).toContain("summary.val/loss");
    expect(shown).not.toContain("summary.epoch");
    expect(shown).not.toContain("summary.image");
  });

  it("begin with results as sections are ordered, and without what watching a model logs where there are others", () => {
    const logged = ["gradient_norm/0", "val/acc", "loss.at_best.val/acc", "parameters", "train/acc", "speed/mean_s", "loss", "test/acc", "eval/acc"];
    const all = allColumns([], logged.map((name) => ({ name: `summary.${name}`, runs: 3, kinds: ["number"] })), 3);
    expect(defaultColumns(all).filter((name) => name.startsWith("summary."))).toEqual(
      ["loss", "train/acc", "eval/acc", "val/acc", "test/acc", "speed/mean_s"].map((name) => `summary.${name}`),
    );
  });

  it("begin with what most runs have", () => {
    const all = allColumns([], [{ name: "summary.a", runs: 1, kinds: ["number"] }, { name: "summary.b", runs: 7, kinds: ["number"] }], 9);
    expect(defaultColumns(all).filter((name) => name.startsWith("summary."))).toEqual(["summary.b", "summary.a"]);
  });

  it("are found by all words of a search", () => {
    expect(searchColumns(columns, "VAL loss").map((column) => column.name)).toEqual(["summary.val/loss"]);
  });

  it("are called by the server's names in orders and filters", () => {
    expect(["runtime_s", "config.lr"].map(serverField)).toEqual(["runtime", "config.lr"]);
  });
});

describe("placed columns", () => {
  it("stand side by side, pinned ones first", () => {
    const placed = placeColumns(columns, ["config.lr", "name", "state"], ["name"], { "config.lr": 80 });
    expect(placed.map(({ name, left, width, pinned }) => [name, left, width, pinned])).toEqual([
      ["name", 0, 220, true],
      ["config.lr", 220, 80, false],
      ["state", 300, 104, false],
    ]);
  });

  it("keep a column that no run has any more", () => {
    expect(placeColumns(columns, ["config.gone"], [], {}).map((column) => column.label)).toEqual(["gone"]);
  });
});
