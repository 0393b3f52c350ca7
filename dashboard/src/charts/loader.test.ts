import { describe, expect, it } from "vitest";

import type { Arrays } from "../api/arrays";
import { ApiError } from "../api/client";
import type { RunChange, SeriesHeader, SeriesQuery } from "../api/types";
import { type SeriesAsk, SeriesLoader } from "./loader";

type Answer = Arrays<{ series: SeriesHeader[] }>;

/** A server of the test: it answers from `data` when told to, and remembers what it was asked. */
class Served {
  readonly queries: SeriesQuery[] = [];
  readonly data = new Map<string, number[]>();
  readonly aborted: boolean[] = [];
  epoch = 0;
  time = 0;
  private frames: (() => void)[] = [];
  private answers: (() => void)[] = [];
  readonly loader = new SeriesLoader(
    (query, signal) => {
      const number = this.queries.push(query) - 1;
      this.aborted[number] = false;
      return new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => {
          this.aborted[number] = true;
          reject(new DOMException("gone", "AbortError"));
        });
        this.answers.push(() => {
          if (this.down) reject(new ApiError(0, "unreachable", "no answer"));
          else resolve(this.answer(query));
        });
      });
    },
    (run) => this.frames.push(run),
    () => this.time,
  );
  down = false;

  /** Let a frame pass. */
  frame(): void {
    for (const run of this.frames.splice(0)) run();
  }

  /** Answer what was asked. */
  async answerAll(): Promise<void> {
    for (const run of this.answers.splice(0)) run();
    // A few turns for the promises of the loader.
    for (let i = 0; i < 8; i++) await Promise.resolve();
  }

  private answer(query: SeriesQuery): Answer {
    const arrays: Float64Array[] = [];
    const series = (query.series ?? []).map((ask): SeriesHeader => {
      const y = this.data.get(`${ask.run} ${ask.key}`) ?? [];
      const reset = ask.from !== undefined && ask.epoch !== this.epoch;
      const from = reset ? 0 : (ask.from ?? 0);
      const x = arrays.push(Float64Array.from(y.slice(from), (_, i) => from + i)) - 1;
      const at = arrays.push(Float64Array.from(y.slice(from))) - 1;
      return { run: ask.run, key: ask.key, exact: true, count: y.length, epoch: this.epoch, x, y: at, ...(reset ? { reset } : {}) };
    });
    return { header: { series }, arrays };
  }
}

function ask(run: string, key = "loss", change: Partial<SeriesAsk> = {}): SeriesAsk {
  return { project: "p", run, key, stream: "history", rank: 0, x: "step", range: null, resolution: 4, ...change };
}

function changed(id: string, keys: Record<string, number>): RunChange {
  return { project: "p", id, revision: 1, state: "running", name: id, last_step: 1, last_time: 1, runtime_s: 1, rows: 1, created: false, fields: ["series"], keys }; // prettier-ignore
}

const nothing = () => undefined;

describe("SeriesLoader", () => {
  it("asks once for what several panels want in the same frame", async () => {
    const served = new Served();
    served.data.set("a loss", [1, 2]);
    const one = [served.loader.entry(ask("a")), served.loader.entry(ask("b"))];
    served.loader.watch(one, nothing);
    served.loader.watch([served.loader.entry(ask("a")), served.loader.entry(ask("a", "acc"))], nothing);
    expect(served.queries).toHaveLength(0);
    served.frame();
    expect(served.queries).toHaveLength(1);
    expect(served.queries[0]!.series).toEqual([
      { run: "a", key: "loss" },
      { run: "b", key: "loss" },
      { run: "a", key: "acc" },
    ]);
    await served.answerAll();
    expect([...one[0]!.points!.y]).toEqual([1, 2]);
    expect(one[1]!.points!.count).toBe(0);
  });

  it("asks apart for what differs in range or resolution", () => {
    const served = new Served();
    served.loader.watch([served.loader.entry(ask("a")), served.loader.entry(ask("a", "loss", { range: [0, 5] }))], nothing);
    served.frame();
    expect(served.queries.map((query) => query.range)).toEqual([null, [0, 5]]);
  });

  it("cuts many series into several requests, of which three are under way at once", async () => {
    const served = new Served();
    served.loader.watch(
      Array.from({ length: 500 }, (_, i) => served.loader.entry(ask(`r${i}`))),
      nothing,
    );
    served.frame();
    expect(served.queries.map((query) => query.series!.length)).toEqual([120, 120, 120]);
    await served.answerAll();
    served.frame();
    expect(served.queries.reduce((sum, query) => sum + query.series!.length, 0)).toBe(500);
  });

  it("asks a series that grew only for its new points, and appends them", async () => {
    const served = new Served();
    served.data.set("a loss", [1, 2]);
    const entry = served.loader.entry(ask("a"));
    let told = 0;
    served.loader.watch([entry], () => (told += 1));
    served.frame();
    await served.answerAll();
    served.data.set("a loss", [1, 2, 3]);
    served.loader.changed(changed("a", { loss: 3 }));
    served.frame();
    expect(served.queries[1]!.series).toEqual([{ run: "a", key: "loss", from: 2, epoch: 0 }]);
    await served.answerAll();
    expect([...entry.points!.y.subarray(0, entry.points!.length)]).toEqual([1, 2, 3]);
    expect(told).toBe(2);
  });

  it("does not ask for keys that did not change, nor for runs that nobody shows", async () => {
    const served = new Served();
    const stop = served.loader.watch([served.loader.entry(ask("a"))], nothing);
    served.frame();
    await served.answerAll();
    served.loader.changed(changed("a", { acc: 9 }));
    served.loader.changed(changed("b", { loss: 9 }));
    served.frame();
    stop();
    served.loader.changed(changed("a", { loss: 9 }));
    served.frame();
    expect(served.queries).toHaveLength(1);
  });

  it("takes a rewritten series whole", async () => {
    const served = new Served();
    served.data.set("a loss", [1, 2, 3]);
    const entry = served.loader.entry(ask("a"));
    served.loader.watch([entry], nothing);
    served.frame();
    await served.answerAll();
    served.epoch = 1;
    served.data.set("a loss", [1, 7]);
    served.loader.changed(changed("a", { loss: 2 }));
    served.frame();
    await served.answerAll();
    expect([...entry.points!.y]).toEqual([1, 7]);
    expect(entry.points!.epoch).toBe(1);
  });

  it("asks for all anew once a series has twice the points it should have", async () => {
    const served = new Served();
    served.data.set("a loss", [1, 2, 3, 4]);
    const entry = served.loader.entry(ask("a"));
    served.loader.watch([entry], nothing);
    served.frame();
    await served.answerAll();
    served.data.set("a loss", [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    served.loader.changed(changed("a", { loss: 9 }));
    served.frame();
    await served.answerAll();
    served.frame();
    expect(served.queries[2]!.series).toEqual([{ run: "a", key: "loss" }]);
  });

  it("shows an entry again without asking, and then asks only for what came meanwhile", async () => {
    const served = new Served();
    served.data.set("a loss", [1, 2]);
    const entry = served.loader.entry(ask("a"));
    served.loader.watch([entry], nothing)();
    const stop = served.loader.watch([entry], nothing);
    served.frame();
    await served.answerAll();
    stop();
    served.loader.changed(changed("a", { loss: 3 }));
    served.frame();
    expect(served.queries).toHaveLength(1);
    served.loader.watch([served.loader.entry(ask("a"))], nothing);
    served.frame();
    expect(served.queries[1]!.series).toEqual([{ run: "a", key: "loss", from: 2, epoch: 0 }]);
  });

  it("gives up a request whose series nobody wants any more", () => {
    const served = new Served();
    const stop = served.loader.watch([served.loader.entry(ask("a", "loss", { range: [0, 1] }))], nothing);
    served.frame();
    stop();
    expect(served.aborted).toEqual([true]);
  });

  it("says in words what went wrong, and asks again when the run changes", async () => {
    const served = new Served();
    const entry = served.loader.entry(ask("a"));
    served.loader.watch([entry], nothing);
    served.down = true;
    served.frame();
    await served.answerAll();
    expect(entry.error).toBe("no answer");
    served.down = false;
    served.time = 10_000;
    served.data.set("a loss", [1]);
    served.loader.changed(changed("a", { loss: 1 }));
    served.frame();
    await served.answerAll();
    expect(entry.error).toBeNull();
    expect(entry.points!.count).toBe(1);
  });
});
