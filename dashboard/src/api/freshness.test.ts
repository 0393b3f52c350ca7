import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Freshness } from "./freshness";
import { keys, makeQueryClient } from "./queries";
import type { Brief, Change, RunChange, RunPage } from "./types";

const change = (part: Partial<RunChange>): Change => ({
  cursor: 1,
  projects: false,
  removed: [],
  runs: [{ project: "p", id: "a", revision: 2, state: "finished", name: "a", last_step: 9, last_time: 9, runtime_s: 9, rows: 10, created: false, fields: ["series"], keys: { loss: 10 }, ...part }],
});

const brief = { id: "a", project: "p", name: "a", state: "running", last_step: 1, tags: ["kept"] } as unknown as Brief;

describe("Freshness", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function loaded() {
    const client = makeQueryClient();
    const list = keys.runs("p", { limit: 1 });
    client.setQueryData<RunPage>(list, { total: 1, runs: [brief], cursor: 0 });
    client.setQueryData(keys.columns("p"), { config: [], summary: [], keys: [{ key: "loss" }], tags: [], groups: [], job_types: [] });
    return { client, list, freshness: new Freshness(client) };
  }

  it("puts the news of a run into the lists that have it, and keeps the rest", () => {
    const { client, list, freshness } = loaded();
    freshness.take(change({}));
    expect(client.getQueryData<RunPage>(list)?.runs[0]).toMatchObject({ state: "finished", last_step: 9, tags: ["kept"] });
  });

  it("loads no list again for points alone", () => {
    const { client, list, freshness } = loaded();
    freshness.take(change({}));
    vi.advanceTimersByTime(5_000);
    expect([client.getQueryState(list)?.isInvalidated, client.getQueryState(keys.columns("p"))?.isInvalidated]).toEqual([false, false]);
  });

  it("loads the columns again when a key is new", () => {
    const { client, freshness } = loaded();
    freshness.take(change({ keys: { accuracy: 1 } }));
    vi.advanceTimersByTime(5_000);
    expect(client.getQueryState(keys.columns("p"))?.isInvalidated).toBe(true);
  });

  it("loads a list again once, however many summaries change in a moment", () => {
    const { client, list, freshness } = loaded();
    const invalidate = vi.spyOn(client, "invalidateQueries");
    for (let index = 0; index < 50; index++) freshness.take(change({ fields: ["summary"] }));
    vi.advanceTimersByTime(5_000);
    expect(client.getQueryState(list)?.isInvalidated).toBe(true);
    expect(invalidate.mock.calls.filter(([filters]) => filters?.queryKey?.[0] === "runs")).toHaveLength(1);
  });

  it("leaves other projects alone", () => {
    const { client, list, freshness } = loaded();
    freshness.take(change({ project: "other", fields: ["summary", "config"] }));
    vi.advanceTimersByTime(5_000);
    expect(client.getQueryState(list)?.isInvalidated).toBe(false);
  });
});
