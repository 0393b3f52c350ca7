import { describe, expect, it } from "vitest";

import { findCommands } from "./commands";
import { matches } from "./keyboard";

const press = (key: string, part: Partial<KeyboardEvent> = {}) => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...part });

describe("matches", () => {
  it("takes Cmd for Ctrl", () => {
    expect(matches(press("k", { metaKey: true }), "Ctrl+k")).toBe(true);
  });

  it("tells undo from redo", () => {
    const redo = press("Z", { ctrlKey: true, shiftKey: true });
    expect([matches(redo, "Ctrl+z"), matches(redo, "Ctrl+Shift+z")]).toEqual([false, true]);
  });

  it("takes a sign however the keyboard makes it", () => {
    expect([matches(press("?", { shiftKey: true }), "?"), matches(press("/", { shiftKey: true }), "/")]).toEqual([true, true]);
  });

  it("leaves the browser's own combinations alone", () => {
    expect(matches(press("n", { ctrlKey: true }), "n")).toBe(false);
  });
});

describe("findCommands", () => {
  const commands = ["Fold all sections", "Unfold all sections", "Dark theme"].map((label) => ({ label, group: "", run: () => undefined }));

  it("needs every word and puts labels that begin with the first one first", () => {
    expect(findCommands(commands, "fold sect").map((command) => command.label)).toEqual(["Fold all sections", "Unfold all sections"]);
  });
});
