import { cleanup, render, screen, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { VegaChart } from "./VegaChart";

// A simulated page has no canvas to draw on; what matters here is whose picture stays.
vi.mock("./vegaLibrary", () => ({
  vegaLibrary: () =>
    Promise.resolve({
      loader: () => ({}),
      embed: (element: HTMLElement) => {
        element.replaceChildren(document.createElement("canvas")); // as vega-embed does
        return Promise.resolve({ finalize: () => undefined, view: { width: () => 100, height: () => 100 } });
      },
    }),
}));

afterEach(cleanup);

function Chart({ width }: { width: number }) {
  return <VegaChart spec={{ mark: "bar" }} rows={[]} width={width} height={200} label="a chart" />;
}

describe("VegaChart", () => {
  it("leaves no earlier picture when its size changes", async () => {
    const page = render(<Chart width={300} />);
    await waitFor(() => { expect(screen.queryByRole("status")).toBeNull(); });
    const before = screen.getByRole("img").querySelector("canvas");
    page.rerender(<Chart width={400} />);
    await waitFor(() => { expect(screen.getByRole("img").querySelector("canvas")).not.toBe(before); });
    expect(screen.getByRole("img").querySelectorAll("canvas").length).toBe(1);
  });

  it("stays when it was drawn twice at once", async () => {
    render(<Chart width={300} />, { wrapper: StrictMode });
    await waitFor(() => { expect(screen.queryByRole("status")).toBeNull(); });
    await new Promise((done) => setTimeout(done));
    expect(screen.getByRole("img", { name: "a chart" }).querySelectorAll("canvas").length).toBe(1);
  });
});
