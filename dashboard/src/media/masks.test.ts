import { deflateSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { classColour } from "./classColours";
import { classesIn, hiddenClasses, maskPixels } from "./masks";
import { readIds } from "./png";

const IDS = { width: 3, height: 2, values: Uint8Array.from([0, 0, 7, 0, 0, 7]) };

/** A PNG file of rows that are filtered already; checksums are not looked at. */
function png(width: number, height: number, depth: number, colour: number, rows: number[][]): ArrayBuffer {
  const chunk = (name: string, data: Uint8Array): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(name), data, Buffer.alloc(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([depth, colour, 0, 0, 0], 8);
  const data = deflateSync(Uint8Array.from(rows.flat()));
  const file = Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
}

describe("readIds", () => {
  it("reads 8 bits with each kind of filter", async () => {
    const rows = [[0, 1, 2, 3], [1, 1, 1, 1], [2, 1, 1, 1], [3, 1, 1, 1], [4, 1, 1, 1]];
    const ids = await readIds(png(3, 5, 8, 0, rows));
    expect([...ids.values]).toEqual([1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5]);
  });

  it("reads 16 bits", async () => {
    expect([...(await readIds(png(2, 1, 16, 0, [[0, 1, 0, 255, 255]]))).values]).toEqual([256, 65535]);
  });

  it("reads indices of a palette, several a byte", async () => {
    expect([...(await readIds(png(3, 1, 2, 3, [[0, 0b00011011]]))).values]).toEqual([0, 1, 2]);
  });

  it("refuses colours, which are no ids", async () => {
    await expect(readIds(png(1, 1, 8, 2, [[0, 1, 2, 3]]))).rejects.toThrow("gray or palette");
  });
});

describe("maskPixels", () => {
  it("gives each class its colour, and its edge no transparency", () => {
    const pixels = maskPixels(IDS, new Set(), 0.5);
    expect([...pixels.slice(0, 4)]).toEqual([...classColour(0), 128]);
    expect(pixels[7]).toBe(255);
    expect([...pixels.slice(8, 11)]).toEqual([...classColour(7)]);
  });

  it("leaves hidden classes clear", () => {
    const pixels = maskPixels(IDS, hiddenClasses(["class/0", "boxes/x"]), 0.5);
    expect([pixels[3], pixels[11]]).toEqual([0, 128]);
  });
});

describe("classesIn", () => {
  it("counts the pixels of each class", () => {
    expect([...classesIn(IDS)]).toEqual([[0, 4], [7, 2]]);
  });
});

describe("classColour", () => {
  it("has a colour for every id, and different ones for the first forty", () => {
    const colours = Array.from({ length: 40 }, (_, id) => classColour(id).join());
    expect(new Set(colours).size).toBe(40);
    expect(classColour(65535).every((shade) => shade >= 0 && shade <= 255)).toBe(true);
  });
});
