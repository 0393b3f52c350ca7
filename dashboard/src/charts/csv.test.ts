import { describe, expect, it } from "vitest";

import { csvText, pointsAddress } from "./csv";

describe("csvText", () => {
  it("quotes what would be read as more than one cell, and keeps numbers whole", () => {
    const rows = [
      ["a,b", 0.1 + 0.2, true],
      ['say "hi"', { $number: "NaN" }, null],
      ["two\nlines", [1, 2], undefined],
    ];
    expect(csvText(["name", "value, as logged", "flag"], rows)).toBe(
      'name,"value, as logged",flag\r\n"a,b",0.30000000000000004,true\r\n"say ""hi""",NaN,\r\n"two\nlines","[1,2]",\r\n',
    );
  });
});

describe("pointsAddress", () => {
  it("asks for every point of the shown runs", () => {
    const address = pointsAddress({ project: "a b", runs: ["x", "y"], keys: ["train/loss", "a,b"], stream: "history" });
    expect(address).toBe("/api/v1/projects/a%20b/export?format=csv&what=series&stream=history&runs=x&runs=y&keys=train%2Floss&keys=a%2Cb");
  });
});
