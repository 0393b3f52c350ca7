import { describe, expect, it } from "vitest";

import { runtimeAt } from "./duration";

describe("the time of a run", () => {
  it("counts on while it runs, but not for ever without a word from it", () => {
    const run = { state: "running" as const, runtime_s: 100, last_time: 1_000 };
    expect([990, 1_010, 9_000].map((now) => runtimeAt(run, now))).toEqual([100, 110, 160]);
  });

  it("stands still when it is over", () => {
    expect(runtimeAt({ state: "failed", runtime_s: 5, last_time: 0 }, 100)).toBe(5);
  });
});
