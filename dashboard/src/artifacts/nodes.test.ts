import { describe, expect, it } from "vitest";

import { nodeAddress, relatives } from "./nodes";

describe("addresses of nodes", () => {
  it("are those of versions and runs, encoded", () => {
    expect(nodeAddress("artifact:my project/a model:v3")).toBe("/p/my%20project/artifacts/a%20model/v3");
    expect(nodeAddress("run:p/x1")).toBe("/p/p/runs/x1");
    expect(nodeAddress("what")).toBeNull();
  });
});

describe("relatives", () => {
  it("are ancestors and descendants, not siblings", () => {
    const edges = ["ab", "bc", "bd", "xd"].map((text) => ({ from: text[0] ?? "", to: text[1] ?? "" }));
    expect([...relatives("c", edges)].sort()).toEqual(["a", "b", "c"]);
    expect([...relatives("b", edges)].sort()).toEqual(["a", "b", "c", "d"]);
  });

  it("end in a cycle", () => {
    expect(relatives("a", [{ from: "a", to: "b" }, { from: "b", to: "a" }]).size).toBe(2);
  });
});
