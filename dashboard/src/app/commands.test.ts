import { describe, expect, it } from "vitest";

import { type Command, findCommands } from "./commands";

const nothing = () => undefined;
const commands: Command[] = [
  { label: "Dark theme", group: "Theme", run: nothing },
  { label: "Runs table", group: "Go to", words: "list", run: nothing },
  { label: "trend", group: "Project", run: nothing },
  { label: "brave-trend-1", group: "Run", run: nothing },
];

/** The labels of what is found. */
function found(text: string): string[] {
  return findCommands(commands, text).map((command) => command.label);
}

describe("findCommands", () => {
  it("offers what one looks for before what one seldom does", () => {
    expect(found("")).toEqual(["brave-trend-1", "Runs table", "trend", "Dark theme"]);
  });

  it("finds all words, in labels, groups and other words", () => {
    expect(found("go list")).toEqual(["Runs table"]);
    expect(found("go dark")).toEqual([]);
  });

  it("puts labels that begin with the text first", () => {
    expect(found("tre")).toEqual(["trend", "brave-trend-1"]);
  });
});
