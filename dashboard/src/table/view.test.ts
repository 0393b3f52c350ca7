import { describe, expect, it } from "vitest";

import { DEFAULT_VIEW, decodeView, encodeView, moveColumn, orderOf, type TableView, toggleSort } from "./view";

describe("the view in the address", () => {
  it("comes back as it went in", () => {
    const view: TableView = {
      columns: ["name", "config.a,b", "summary.val/loss"],
      pinned: [],
      widths: { "config.a:b": 240 },
      sort: [
        { column: "summary.val/loss", descending: true },
        { column: "created_at", descending: false },
      ],
      search: "resnet|vit & co",
      conditions: [{ field: "config.lr", operator: "<=", value: "1e-3" }],
      groupBy: ["config.model"],
      archived: true,
    };
    expect(decodeView(new URLSearchParams(encodeView(view).toString()))).toEqual(view);
  });

  it("is empty for the default, and the default for an empty one", () => {
    expect(encodeView(DEFAULT_VIEW).toString()).toBe("");
    expect(decodeView(new URLSearchParams(""))).toEqual(DEFAULT_VIEW);
  });

  it("tells no columns from none chosen", () => {
    const none = { ...DEFAULT_VIEW, columns: [] };
    expect(decodeView(encodeView(none)).columns).toEqual([]);
  });

  it("ignores what is wrong in it", () => {
    const view = decodeView(new URLSearchParams("where=no&where=[1]&width=x:name&width=-4:name&sort=&sort=-&col=name&col=name"));
    expect(view).toEqual({ ...DEFAULT_VIEW, columns: ["name"] });
  });
});

describe("clicks on heads", () => {
  it("go up, down, off", () => {
    const up = toggleSort([], "lr", { add: false });
    const down = toggleSort(up, "lr", { add: false });
    expect([up, down, toggleSort(down, "lr", { add: false })]).toEqual([
      [{ column: "lr", descending: false }],
      [{ column: "lr", descending: true }],
      [],
    ]);
  });

  it("with shift join the order and change in their place", () => {
    const first = toggleSort([{ column: "a", descending: false }], "b", { add: true });
    const changed = toggleSort(first, "a", { add: true });
    expect(changed).toEqual([
      { column: "a", descending: true },
      { column: "b", descending: false },
    ]);
    expect(toggleSort(changed, "a", { add: true })).toEqual([{ column: "b", descending: false }]);
  });

  it("without shift leave one column of several", () => {
    const sort = [
      { column: "a", descending: true },
      { column: "b", descending: false },
    ];
    expect(toggleSort(sort, "a", { add: false })).toEqual([{ column: "a", descending: true }]);
  });

  it("make the order of a query, newest first without any", () => {
    expect(orderOf([])).toEqual(["-created_at"]);
    expect(orderOf([{ column: "config.lr", descending: true }, { column: "name", descending: false }])).toEqual(["-config.lr", "+name"]);
  });
});

describe("moving a column", () => {
  it("puts it before another one or at the end", () => {
    expect(moveColumn(["a", "b", "c"], "c", "a")).toEqual(["c", "a", "b"]);
    expect(moveColumn(["a", "b", "c"], "a", null)).toEqual(["b", "c", "a"]);
  });

  it("changes nothing for unknown ones", () => {
    expect(moveColumn(["a", "b"], "x", "a")).toEqual(["a", "b"]);
    expect(moveColumn(["a", "b"], "a", "x")).toEqual(["a", "b"]);
  });
});
