import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Columns, Key } from "../api/types";
import { serveProject } from "../testing/projectServer";
import { renderPage } from "../testing/renderPage";
import { PanelDialog } from "./PanelDialog";
import { defaultSettings, type PanelConfig } from "./view";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const number: Key = { key: "loss", stream: "history", kind: "number", types: [], runs: 1, points: 10, step_metric: null, hidden: false, goal: null };
const keys = [number, { ...number, key: "val/loss" }, { ...number, key: "samples", kind: "object" as const, types: ["image"] }];
const columns: Columns = { config: [], summary: [], keys, tags: [], groups: [], job_types: [] };

/** Open the editor; the returned list gets what it saves. */
function open(panel: PanelConfig | null): PanelConfig[] {
  const saved: PanelConfig[] = [];
  serveProject([], columns);
  const onSave = (next: PanelConfig) => saved.push(next);
  renderPage(<PanelDialog project="p" columns={columns} runs={[]} settings={defaultSettings} panel={panel} onClose={() => undefined} onSave={onSave} />, "/p/p");
  return saved;
}

describe("the panel editor", () => {
  it("makes a panel of several keys once one is chosen", () => {
    const saved = open(null);
    const add = screen.getByRole<HTMLButtonElement>("button", { name: "Add" });
    expect(add.disabled).toBe(true);
    fireEvent.click(screen.getByRole("checkbox", { name: "loss" }));
    fireEvent.click(screen.getByRole("checkbox", { name: "val/loss" }));
    fireEvent.change(screen.getByRole("textbox", { name: "Title" }), { target: { value: "Both" } });
    fireEvent.click(add);
    expect(saved).toMatchObject([{ kind: "line", title: "Both", keys: ["loss", "val/loss"] }]);
  });

  it("offers the keys that a kind can show, and drops the others when the kind changes", () => {
    const saved = open({ id: "h:loss", kind: "line", keys: ["loss"], width: 1, height: 12, options: {} });
    fireEvent.change(screen.getByRole("combobox", { name: "Kind" }), { target: { value: "images" } });
    expect(screen.queryByRole("checkbox", { name: "loss" })).toBeNull();
    fireEvent.click(screen.getByRole("checkbox", { name: "samples" }));
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(saved).toMatchObject([{ id: "h:loss", kind: "images", keys: ["samples"] }]);
  });
});
