import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { DrawQueue } from "./scheduler";

function queue() {
  const frames: (() => void)[] = [];
  const paintings: (() => void)[] = [];
  const clock = { ms: 0 };
  const made = new DrawQueue(
    (run) => frames.push(run),
    (run) => paintings.push(run),
    () => clock.ms,
  );
  return {
    made,
    clock,
    frames,
    frame: () => {
      for (const run of frames.splice(0)) run();
    },
    painted: () => {
      for (const run of paintings.splice(0)) run();
    },
  };
}

describe("DrawQueue", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("draws once a frame, however often it is asked", () => {
    const { made, frame } = queue();
    let drawn = 0;
    const chart = { draw: () => (drawn += 1) };
    made.soon(chart);
    made.soon(chart);
    made.later(chart);
    frame();
    frame();
    expect(drawn).toBe(1);
  });

  it("spreads many charts over frames, so that a page goes on scrolling", () => {
    const { made, frame, clock } = queue();
    let drawn = 0;
    for (let i = 0; i < 10; i++) made.soon({ draw: () => { drawn += 1; clock.ms += 5; } }); // prettier-ignore
    frame();
    expect(drawn).toBe(2);
    for (let i = 0; i < 4; i++) frame();
    expect(drawn).toBe(10);
  });

  it("lets live charts rest after what their painting cost, and persons not", () => {
    const { made, frame, painted, clock } = queue();
    let live = 0;
    let asked = 0;
    made.later({ draw: () => { live += 1; clock.ms += 4; } }); // prettier-ignore
    frame();
    clock.ms += 16;
    painted();
    // 20 ms of drawing and painting: 160 of rest.
    made.soon({ draw: () => (asked += 1) });
    made.later({ draw: () => (live += 1) });
    clock.ms += 50;
    frame();
    expect([live, asked]).toEqual([1, 1]);
    clock.ms += 120;
    vi.runAllTimers();
    frame();
    expect(live).toBe(2);
  });

  it("does not draw what was cancelled", () => {
    const { made, frame } = queue();
    let drawn = 0;
    const chart = { draw: () => (drawn += 1) };
    made.soon(chart);
    made.cancel(chart);
    frame();
    expect(drawn).toBe(0);
  });
});
