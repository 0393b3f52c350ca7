import { expect, it } from "vitest";

import { type SeriesAsk, SeriesLoader } from "./loader";
import { SeriesSet } from "./seriesSet";

const ask: SeriesAsk = { project: "p", run: "a", key: "loss", stream: "history", rank: 0, x: "step", range: null, resolution: 4 };

it("loads what the loader forgot while nobody watched", async () => {
  let queries = 0;
  const loader = new SeriesLoader(
    () => {
      queries += 1;
      const series = [{ run: "a", key: "loss", exact: true, count: 1, epoch: 0, x: 0, y: 1 }];
      return Promise.resolve({ header: { series }, arrays: [Float64Array.of(0), Float64Array.of(7)] });
    },
    (run) => {
      run();
    },
  );
  const set = new SeriesSet(loader);
  set.ask([ask], false); // a panel that is not in view yet
  const other = loader.watch([loader.entry({ ...ask, key: "acc" })], () => undefined);
  other(); // another one leaves, and what nobody watches is forgotten
  set.ask([ask], true);
  for (let i = 0; i < 8; i++) await Promise.resolve();
  expect(queries).toBeGreaterThan(0);
  expect(set.status()).toBe("ready some");
  expect([...(set.points(0)?.y ?? [])]).toEqual([7]);
});

it("goes on following what is in the next question too", async () => {
  const asked: string[] = [];
  const frames: (() => void)[] = [];
  const loader = new SeriesLoader(
    (query) => {
      const series = (query.series ?? []).map(({ run }) => ({ run, key: "loss", exact: true, count: 1, epoch: 0, x: 0, y: 1 }));
      asked.push(...series.map(({ run }) => run));
      return Promise.resolve({ header: { series }, arrays: [Float64Array.of(0), Float64Array.of(7)] });
    },
    (run) => frames.push(run),
  );
  const set = new SeriesSet(loader);
  set.ask([ask], true);
  set.ask([ask, { ...ask, run: "b" }], true); // another run is shown before the first one came
  for (const run of frames.splice(0)) run();
  for (let i = 0; i < 8; i++) await Promise.resolve();
  expect(asked.sort()).toEqual(["a", "b"]);
  loader.changed({ project: "p", id: "a", revision: 2, state: "running", name: "a", last_step: 1, last_time: 1, runtime_s: 1, rows: 2, created: false, fields: ["series"], keys: { loss: 2 } });
  for (const run of frames.splice(0)) run();
  expect(asked).toEqual(["a", "b", "a"]);
});
