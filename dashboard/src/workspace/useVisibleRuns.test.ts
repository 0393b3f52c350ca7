import { describe, expect, it } from "vitest";

import type { Brief } from "../api/types";
import { setVisible } from "./useRunActions";
import { chooseVisible, inTurn, listQuery } from "./useVisibleRuns";
import { defaultView } from "./view";

function brief(id: string): Brief {
  return { id, project: "p", name: id, state: "finished", tags: [], group: null, job_type: null, archived: false, deleted: false, notes: null, host: "", user: null, created_at: 0, last_time: 0, runtime_s: 0, last_step: 0, rows: 0, revision: 1, columns: {} };
}

const list = ["a", "b", "c", "d"].map(brief);
const ids = (runs: Brief[]) => runs.map((run) => run.id);

describe("chooseVisible", () => {
  it("shows the first runs of the list", () => {
    expect(ids(chooseVisible({ ...defaultView, limit: 2 }, list, []))).toEqual(["a", "b"]);
  });

  it("lets the next run take the place of a hidden one", () => {
    expect(ids(chooseVisible({ ...defaultView, limit: 2, hidden: ["a"] }, list, []))).toEqual(["b", "c"]);
  });

  it("shows a run that was asked for, wherever it is in the list", () => {
    expect(ids(chooseVisible({ ...defaultView, limit: 1, shown: ["z"] }, list, [brief("z")]))).toEqual(["a", "z"]);
  });

  it("puts pinned runs first", () => {
    expect(ids(chooseVisible({ ...defaultView, limit: 2, pinned: ["d"] }, list, [brief("d")]))).toEqual(["d", "a", "b"]);
  });

  it("shows no run twice", () => {
    expect(ids(chooseVisible({ ...defaultView, limit: 2, shown: ["a"] }, list, [brief("a")]))).toEqual(["a", "b"]);
  });
});

describe("inTurn", () => {
  it("takes from each group before it takes more from one", () => {
    expect(inTurn([["a1", "a2", "a3"], ["b1"], ["c1", "c2"]])).toEqual(["a1", "b1", "c1", "a2", "c2", "a3"]);
  });
});

describe("setVisible", () => {
  it("takes back what hid a run", () => {
    const view = { ...defaultView, ...setVisible(defaultView, ["a"], false) };
    expect(view.hidden).toEqual(["a"]);
    expect(setVisible(view, ["a"], true)).toEqual({ shown: ["a"], hidden: [] });
  });
});

describe("listQuery", () => {
  it("asks for what the view filters, orders and shows", () => {
    const view = { ...defaultView, order: "-summary.acc", search: "vit", columns: ["config.lr"], conditions: [{ field: "config.lr", operator: "<" as const, value: "0.1" }] };
    expect(listQuery(view)).toEqual({ order: ["-summary.acc"], search: "vit", columns: ["config.lr", "summary.acc"], filters: { "config.lr": { $lt: 0.1 } } });
  });

  it("says the fields of a run as the server does", () => {
    expect(listQuery({ ...defaultView, order: "-runtime_s" }).order).toEqual(["-runtime"]);
  });
});
