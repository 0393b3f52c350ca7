import { describe, expect, it } from "vitest";

import { paletteColour, parseAnsi, plainText } from "./ansi";

const ESC = "\u001b";

describe("parseAnsi", () => {
  it("returns plain text as one span", () => {
    expect(parseAnsi("loss 0.5")).toEqual([{ text: "loss 0.5", style: {} }]);
  });

  it("reads the sixteen colours, on and off", () => {
    expect(parseAnsi(`${ESC}[32mok${ESC}[39m ${ESC}[91;44mno${ESC}[0m!`)).toEqual([
      { text: "ok", style: { fg: 2 } },
      { text: " ", style: {} },
      { text: "no", style: { fg: 9, bg: 4 } },
      { text: "!", style: {} },
    ]);
  });

  it("reads colours of the palette of 256 and true colours, with semicolons and colons", () => {
    expect(parseAnsi(`${ESC}[38;5;196mA${ESC}[48;2;1;2;255mB${ESC}[38:2:16:32:48mC`)).toEqual([
      { text: "A", style: { fg: "#ff0000" } },
      { text: "B", style: { fg: "#ff0000", bg: "#0102ff" } },
      { text: "C", style: { fg: "#102030", bg: "#0102ff" } },
    ]);
  });

  it("reads the colon form of true colours that names a colour space", () => {
    expect(parseAnsi(`${ESC}[38:2::16:32:48mC`)).toEqual([{ text: "C", style: { fg: "#102030" } }]);
  });

  it("keeps what follows an extended colour in the same sequence", () => {
    expect(parseAnsi(`${ESC}[38;5;1;1mA`)).toEqual([{ text: "A", style: { fg: 1, bold: true } }]);
  });

  it("takes styles away one by one", () => {
    expect(parseAnsi(`${ESC}[1;3;4mA${ESC}[22mB${ESC}[24;23mC`)).toEqual([
      { text: "A", style: { bold: true, italic: true, underline: true } },
      { text: "B", style: { italic: true, underline: true } },
      { text: "C", style: {} },
    ]);
  });

  it("leaves out cursor movements, titles and control characters, and keeps tabulators", () => {
    expect(parseAnsi(`${ESC}[2K${ESC}[1Ga${ESC}]0;title\u0007b\u0008\tc${ESC}(B`)).toEqual([{ text: "ab\tc", style: {} }]);
  });

  it("makes links of http addresses only", () => {
    const link = (address: string): string => `${ESC}]8;;${address}${ESC}\\here${ESC}]8;;${ESC}\\ end`;
    expect(parseAnsi(link("https://example.org/a"))[0]?.style.link).toBe("https://example.org/a");
    expect(parseAnsi(link("javascript:alert(1)"))).toEqual([{ text: "here end", style: {} }]);
  });

  it("survives sequences that are cut off or absurd", () => {
    expect(plainText(`a${ESC}[38;5mb${ESC}[38;2;999;0;0mc${ESC}[`)).toBe("abc");
  });
});

describe("paletteColour", () => {
  it("knows the cube and the grays of xterm", () => {
    expect([paletteColour(9), paletteColour(16), paletteColour(231), paletteColour(232), paletteColour(255), paletteColour(256)]).toEqual([
      9, "#000000", "#ffffff", "#080808", "#eeeeee", null,
    ]);
  });
});
