import { describe, expect, it } from "vitest";

import { boxRect, isShown, type OverlayChoice, readBoxes, scoreRanges, SHOW_ALL } from "./boxes";

const FILE = {
  box_data: [
    { position: { minX: 0.1, maxX: 0.4, minY: 0.2, maxY: 0.5 }, class_id: 1, scores: { p: 0.9, iou: "NaN" } },
    { position: { middle: [50, 20], width: 20, height: 10 }, domain: "pixel", class_id: 2, scores: { p: 0.2 } },
    { position: { minX: "NaN", maxX: 1, minY: 0, maxY: 1 }, class_id: 3 },
  ],
};

describe("boxRect", () => {
  it("takes corners as fractions of the image", () => {
    expect(boxRect({ minX: 0.25, maxX: 0.5, minY: 0.5, maxY: 1 }, undefined, 200, 100)).toEqual({ x: 50, y: 50, width: 50, height: 50 });
  });

  it("takes a middle and a size in pixels", () => {
    expect(boxRect({ middle: [50, 20], width: 20, height: 10 }, "pixel", 200, 100)).toEqual({ x: 40, y: 15, width: 20, height: 10 });
  });

  it("refuses places that cannot be drawn", () => {
    expect(boxRect({ minX: 1, maxX: 0, minY: 0, maxY: 1 }, undefined, 10, 10)).toBeNull();
    expect(boxRect({ minX: "Infinity", maxX: 0, minY: 0, maxY: 1 }, undefined, 10, 10)).toBeNull();
    expect(boxRect("everywhere", undefined, 10, 10)).toBeNull();
  });
});

describe("readBoxes", () => {
  const boxes = readBoxes(FILE, 100, 100);

  it("leaves out boxes at no place", () => {
    expect(boxes.map((box) => box.classId)).toEqual([1, 2]);
  });

  it("gives the ranges of scores without NaN", () => {
    expect(scoreRanges(boxes)).toEqual({ p: [0.2, 0.9] });
  });

  it("says what is wrong with a file that holds no boxes", () => {
    expect(() => readBoxes([], 1, 1)).toThrow("box_data");
  });
});

describe("isShown", () => {
  const boxes = readBoxes(FILE, 100, 100);
  const shown = (choice: OverlayChoice): boolean[] => boxes.map((box) => isShown(box, "prediction", choice));

  it("hides boxes below the threshold, and none that has no such score", () => {
    const choice = { ...SHOW_ALL, scores: { p: 0.5, other: 1 } };
    expect(shown(choice)).toEqual([true, false]);
  });

  it("hides sets and classes", () => {
    expect(shown({ ...SHOW_ALL, hidden: ["boxes/prediction"] })).toEqual([false, false]);
    expect(shown({ ...SHOW_ALL, hidden: ["class/1"] })).toEqual([false, true]);
    expect(shown({ ...SHOW_ALL, hidden: ["masks/prediction", "class/2"] })).toEqual([true, false]);
  });
});
