import { describe, expect, it } from "vitest";

import { historyReducer } from "./useView";
import { defaultView } from "./view";

const start = { past: [], present: defaultView, future: [], merge: undefined };

describe("historyReducer", () => {
  it("takes changes back and makes them again", () => {
    const changed = historyReducer(start, { kind: "change", change: { limit: 5 } });
    const undone = historyReducer(changed, { kind: "undo" });
    expect([changed.present.limit, undone.present.limit]).toEqual([5, defaultView.limit]);
    expect(historyReducer(undone, { kind: "redo" }).present.limit).toBe(5);
  });

  it("takes back what was typed as one change", () => {
    const typed = ["v", "vi", "vit"].reduce((history, search) => historyReducer(history, { kind: "change", change: { search }, merge: "search" }), start as ReturnType<typeof historyReducer>);
    expect(historyReducer(typed, { kind: "undo" }).present.search).toBe("");
  });

  it("keeps no step for a change that changes nothing", () => {
    expect(historyReducer(start, { kind: "change", change: { limit: defaultView.limit } })).toBe(start);
  });

  it("keeps no step for opening a panel whole", () => {
    const opened = historyReducer(start, { kind: "change", change: { full: "h:loss" } });
    expect([opened.present.full, opened.past.length]).toEqual(["h:loss", 0]);
  });

  it("forgets what was undone once something else is changed", () => {
    const changed = historyReducer(start, { kind: "change", change: { limit: 5 } });
    const other = historyReducer(historyReducer(changed, { kind: "undo" }), { kind: "change", change: { limit: 7 } });
    expect(historyReducer(other, { kind: "redo" }).present.limit).toBe(7);
  });
});
