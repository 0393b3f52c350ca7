import { describe, expect, it } from "vitest";

import type { Key } from "../api/types";
import { changePanel, movePanel, movePanelBy, removePanel, restorePanels } from "./edits";
import { buildSections, sectionSettings, titleOf } from "./sections";
import { defaultView, type WorkspaceView } from "./view";

function key(name: string, part: Partial<Key> = {}): Key {
  return { key: name, stream: "history", kind: "number", types: [], runs: 1, points: 10, step_metric: null, hidden: false, goal: null, ...part };
}

const keys = [key("val/loss"), key("train/loss"), key("train/acc"), key("loss"), key("a/b/c"), key("layer10"), key("layer9")];

function names(view: WorkspaceView = defaultView, given = keys): [string, string[]][] {
  return buildSections(given, view).map((section) => [section.name, section.panels.map(titleOf)]);
}

describe("buildSections", () => {
  it("puts keys under their first prefix and those without one first", () => {
    expect(names()).toEqual([
      ["Charts", ["layer9", "layer10", "loss"]],
      ["train", ["train/acc", "train/loss"]],
      ["val", ["val/loss"]],
      ["a", ["a/b/c"]],
    ]);
  });

  it("can use the last prefix instead", () => {
    expect(names({ ...defaultView, prefix: "last" }).map(([name]) => name)).toContain("a/b");
  });

  it("puts what watching a model logs after all that others logged, and pictures near the top", () => {
    const logged = ["gradients/0", "parameter_norm/0", "zeta/x", "test/acc", "eval/acc", "train/acc", "parameters", "gradient_norm/0"].map((name) => key(name));
    const objects = [key("samples", { kind: "object", types: ["image"] }), key("graph_0", { kind: "object", types: ["graph"] })];
    const system = key("cpu", { stream: "system" });
    expect(names(defaultView, [system, ...objects, ...logged]).map(([name]) => name)).toEqual(
      ["Charts", "Media", "train", "eval", "test", "zeta", "gradient_norm", "gradients", "Model", "parameter_norm", "System"],
    );
  });

  it("leaves out hidden keys and those that are only the x axis of others", () => {
    const given = [key("epoch"), key("val/loss", { step_metric: "epoch" }), key("secret", { hidden: true })];
    expect(names(defaultView, given)).toEqual([["val", ["val/loss"]]]);
  });

  it("draws the same measurement of several devices in one panel of the folded system section", () => {
    const given = [key("gpu.0.memory", { stream: "system" }), key("gpu.1.memory", { stream: "system" }), key("loss")];
    const system = buildSections(given, defaultView).at(-1);
    expect(system).toMatchObject({ name: "System", collapsed: true });
    expect(system?.panels).toMatchObject([{ title: "gpu.*.memory", keys: ["gpu.0.memory", "gpu.1.memory"], options: { stream: "system", unit: "%", yLimits: [0, 100] } }]);
  });

  it("finds panels by a regular expression and unfolds their sections", () => {
    const view = { ...defaultView, panelSearch: "LOSS$", sections: { train: { collapsed: true } } };
    const found = buildSections(keys, view);
    expect(found.map((section) => [section.name, section.panels.length, section.total, section.collapsed])).toEqual([
      ["Charts", 1, 3, false],
      ["train", 1, 2, false],
      ["val", 1, 1, false],
    ]);
  });

  it("takes a half typed regular expression for plain words", () => {
    expect(names({ ...defaultView, panelSearch: "(" })).toEqual([]);
  });

  it("shows a panel that a person added, with what was chosen for it", () => {
    const panels = { "p:1": { added: true, kind: "line", keys: ["loss", "val/loss"], section: "Mine", title: "Both", width: 2 } };
    const mine = buildSections(keys, { ...defaultView, panels }).find((section) => section.name === "Mine");
    expect(mine?.panels).toMatchObject([{ id: "p:1", title: "Both", keys: ["loss", "val/loss"], width: 2 }]);
  });

  it("follows the order that a person gave the sections, with the others after", () => {
    expect(names({ ...defaultView, sectionOrder: ["val", "train"] }).map(([name]) => name)).toEqual(["val", "train", "Charts", "a"]);
  });
});

describe("edits", () => {
  it("removes an automatic panel and brings it back", () => {
    const removed = { ...defaultView, ...removePanel(defaultView, "h:loss") };
    expect(names(removed)[0]?.[1]).toEqual(["layer9", "layer10"]);
    expect(names({ ...removed, ...restorePanels(removed) })).toEqual(names());
  });

  it("moves a panel within its section", () => {
    const section = buildSections(keys, defaultView)[0];
    if (!section) throw new Error("there is no section");
    const moved = { ...defaultView, ...movePanelBy(defaultView, section, "h:loss", -2) };
    expect(names(moved)[0]).toEqual(["Charts", ["loss", "layer9", "layer10"]]);
  });

  it("moves a panel before one of another section", () => {
    const moved = { ...defaultView, ...movePanel(defaultView, buildSections(keys, defaultView), "h:loss", "train", "h:train/loss") };
    expect(Object.fromEntries(names(moved))["train"]).toEqual(["train/acc", "loss", "train/loss"]);
  });

  it("keeps only what differs from the automatic panel", () => {
    const panel = buildSections(keys, defaultView)[0]?.panels[0];
    if (!panel) throw new Error("there is no panel");
    expect(changePanel(defaultView, panel, { ...panel, height: 20 })).toEqual({ panels: { [panel.id]: { height: 20 } } });
  });
});

describe("sectionSettings", () => {
  it("puts the section's settings over those of the workspace", () => {
    const view = { ...defaultView, settings: { ...defaultView.settings, logX: true }, sections: { train: { settings: { logY: true } } } };
    expect(sectionSettings(view, "train")).toMatchObject({ logX: true, logY: true });
    expect(sectionSettings(view, "val")).toMatchObject({ logX: true, logY: false });
  });

  it("groups the lines exactly while the list is grouped", () => {
    expect(sectionSettings(defaultView, "train").grouping).toBeNull();
    expect(sectionSettings({ ...defaultView, groupBy: ["config.lr"] }, "train").grouping).toEqual({ by: ["config.lr"], line: "mean", band: "minmax" });
  });
});
