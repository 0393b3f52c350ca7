import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { renderPage } from "../testing/renderPage";
import { brief, serveProject } from "../testing/projectServer";
import { WorkspacePage } from "./WorkspacePage";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const eye = (name: string) => screen.findByRole("button", { name: `Show ${name} in charts` });
const names = () => screen.getAllByRole("button", { name: /^Show .* in charts$/ }).map((button) => button.getAttribute("aria-label")?.split(" ")[1]);

function open() {
  serveProject([brief("adam"), brief("sgd"), brief("adagrad")]);
  renderPage(<WorkspacePage project="p" />, "/p/p");
}

describe("the run list", () => {
  it("takes a run out of the charts by its eye, and puts it back", async () => {
    open();
    fireEvent.click(await eye("sgd"));
    await waitFor(async () => expect((await eye("sgd")).getAttribute("aria-pressed")).toBe("false"));
    expect((await eye("adam")).getAttribute("aria-pressed")).toBe("true");
    fireEvent.click(await eye("sgd"));
    await waitFor(async () => expect((await eye("sgd")).getAttribute("aria-pressed")).toBe("true"));
  });

  it("keeps the runs that were found as long as what is typed is no regular expression, and says so", async () => {
    open();
    await eye("sgd");
    const field = screen.getByRole("textbox", { name: "Search runs" });
    fireEvent.change(field, { target: { value: "ada" } });
    await waitFor(() => expect(names()).toEqual(["adam", "adagrad"]));
    fireEvent.change(field, { target: { value: "ada(" } });
    expect((await screen.findByRole("alert")).textContent).toContain("'ada(' is no regular expression");
    expect(names()).toEqual(["adam", "adagrad"]);
  });

  it("says that nothing was found, and clears the search", async () => {
    open();
    await eye("sgd");
    fireEvent.change(screen.getByRole("textbox", { name: "Search runs" }), { target: { value: "lbfgs" } });
    fireEvent.click(await screen.findByRole("button", { name: "Clear search and filters" }));
    expect(await eye("sgd")).toBeTruthy();
  });
});
