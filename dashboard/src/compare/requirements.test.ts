import { describe, expect, it } from "vitest";

import { compareRequirements, parseRequirements } from "./requirements";

describe("requirements", () => {
  it("are read with names made equal, comments and marks left out", () => {
    const text = "Typing_Extensions==4.1\n# no\ntorch[cuda]==2.4.0 ; python_version > '3'\npkg @ file:///x\n-e .\n";
    expect([...parseRequirements(text)]).toEqual([
      ["typing-extensions", "4.1"],
      ["torch", "2.4.0"],
      ["pkg", "file:///x"],
    ]);
  });

  it("that differ or are missing come first", () => {
    expect(compareRequirements(["a==1\nb==1\nc==1", "a==1\nc==2"])).toEqual([
      { name: "b", versions: ["1", null], differs: true },
      { name: "c", versions: ["1", "2"], differs: true },
      { name: "a", versions: ["1", "1"], differs: false },
    ]);
  });

  it("are none where none were recorded", () => {
    expect(compareRequirements([null, null])).toEqual([]);
  });
});
