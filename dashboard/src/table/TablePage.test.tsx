import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { brief, serveProject } from "../testing/projectServer";
import { renderPage } from "../testing/renderPage";
import { TablePage } from "./TablePage";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const box = (name: string) => screen.findByRole("checkbox", { name: `Select ${name}` });
const selected = () => screen.queryAllByRole("checkbox", { name: /^Select (?!all)/, checked: true }).length;

describe("the runs table", () => {
  it("selects all rows between two with Shift", async () => {
    serveProject(["a", "b", "c", "d"].map((id) => brief(id)));
    renderPage(<TablePage project="p" />, "/p/p/table");
    fireEvent.click(await box("a"));
    fireEvent.click(await box("c"), { shiftKey: true });
    expect(selected()).toBe(3);
    expect(screen.getByRole("toolbar", { name: "Selected runs" }).textContent).toContain("3 runs selected");
  });

  it("archives the selected runs, and takes that back", async () => {
    const served = serveProject([brief("a"), brief("b"), brief("c")]);
    renderPage(<TablePage project="p" />, "/p/p/table");
    fireEvent.click(await box("a"));
    fireEvent.click(await box("b"));
    fireEvent.click(screen.getByRole("button", { name: "Archive" }));
    await waitFor(() => expect(screen.queryByRole("checkbox", { name: "Select a" })).toBeNull());
    expect(served.filter((run) => run.archived).map((run) => run.id)).toEqual(["a", "b"]);
    fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await box("a")).toBeTruthy();
    expect(served.some((run) => run.archived)).toBe(false);
  });
});
