import { describe, expect, it } from "vitest";

import type { ConsolePage } from "../api/types";
import { parseAnsi } from "./ansi";
import { LogPages, PAGE } from "./logPages";
import { markMatches, searchPattern } from "./matches";

/** A console of `size` lines, which may grow, and what was asked of it. */
function consoleOf(size: number) {
  const state = { size, asked: [] as [number, number][], fault: null as Error | null };
  const pages = new LogPages((first, count) => {
    state.asked.push([first, count]);
    if (state.fault) return Promise.reject(state.fault);
    const begin = first < 0 ? Math.max(0, state.size + first) : first;
    const lines = Array.from({ length: Math.max(0, Math.min(count, state.size - begin)) }, (_, at) => ({
      number: begin + at, time: 0, stream: "stdout" as const, rank: 0, text: `line ${begin + at} of ${state.size}`,
    }));
    return Promise.resolve<ConsolePage>({ total: state.size, lines });
  });
  return { state, pages };
}

describe("LogPages", () => {
  it("begins with the page at the end and not with the first", async () => {
    const { state, pages } = consoleOf(3 * PAGE + 7);
    await pages.refresh();
    expect([pages.total, pages.line(3 * PAGE + 6)?.number, pages.line(0)]).toEqual([3 * PAGE + 7, 3 * PAGE + 6, undefined]);
    expect(state.asked).toEqual([[-1, 1], [3 * PAGE, PAGE]]);
  });

  it("fetches what comes into view, once", async () => {
    const { state, pages } = consoleOf(3 * PAGE);
    await pages.refresh();
    const before = state.asked.length;
    pages.show(PAGE - 10, PAGE + 10);
    pages.show(PAGE - 10, PAGE + 11);
    await new Promise((resolve) => { pages.subscribe(() => { if (pages.line(0) && pages.line(PAGE)) resolve(null); }); });
    expect(state.asked.slice(before)).toEqual([[0, PAGE], [PAGE, PAGE]]);
  });

  it("sees lines that were added, and lines that were written again", async () => {
    const { state, pages } = consoleOf(10);
    await pages.refresh();
    state.size = 12;
    await pages.refresh();
    expect([pages.total, pages.line(11)?.text, pages.line(0)?.text]).toEqual([12, "line 11 of 12", "line 0 of 12"]);
  });

  it("asks once more for changes that came while it asked", async () => {
    const { state, pages } = consoleOf(5);
    await pages.refresh();
    const running = pages.refresh();
    state.size = 6;
    void pages.refresh();
    await running;
    expect(pages.total).toBe(6);
  });

  it("keeps the lines and says what is wrong when the server is gone, until it answers again", async () => {
    const { state, pages } = consoleOf(5);
    await pages.refresh();
    state.fault = new Error("gone");
    await pages.refresh();
    expect([pages.error, pages.line(0)?.number]).toEqual([state.fault, 0]);
    state.fault = null;
    await pages.refresh();
    expect(pages.error).toBeNull();
  });

  it("knows an empty console", async () => {
    const { pages } = consoleOf(0);
    await pages.refresh();
    expect(pages.total).toBe(0);
  });
});

describe("markMatches", () => {
  it("marks hits that reach over colours, in any case", () => {
    const spans = parseAnsi("an \u001b[31mER\u001b[0mror here");
    expect(markMatches(spans, searchPattern("error")).map((span) => [span.text, span.hit])).toEqual([
      ["an ", false], ["ER", true], ["ror", true], [" here", false],
    ]);
  });

  it("marks nothing for patterns of Python that this browser does not know, and for empty hits", () => {
    expect(searchPattern("(?P<name>x)")).toBeNull();
    expect(markMatches(parseAnsi("abc"), searchPattern("x*")).map((span) => [span.text, span.hit])).toEqual([["abc", false]]);
  });
});
