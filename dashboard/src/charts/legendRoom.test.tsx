import { expect, it, vi } from "vitest";

import { legendRoom } from "./legendRoom";
import type { Trace } from "./lines";

// jsdom has no canvas: letters are 6 pixels wide here.
HTMLCanvasElement.prototype.getContext = vi.fn(() => ({ measureText: (text: string) => ({ width: 6 * text.length }) })) as never;

const traces = ["aaaa", "bbbb", "cccc"].map((label) => ({ label }) as Trace);
// Three swatches and names of 18 + 24 pixels, two gaps of 12, and the padding.
const fitting = 3 * 42 + 2 * 12 + 16;

it("takes a second row only for names that do not fit into the first", () => {
  expect(legendRoom(traces, fitting, 12, 2)).toEqual({ shown: 3, height: 18 });
  expect(legendRoom(traces, fitting - 1, 12, 2)).toEqual({ shown: 3, height: 36 });
});

it("leaves room for the word that there are more", () => {
  expect(legendRoom(traces, fitting - 1, 12, 1)).toEqual({ shown: 1, height: 18 });
});
