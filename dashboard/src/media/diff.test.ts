import { describe, expect, it } from "vitest";

import { commonEnds, parseDiff, splitRows } from "./diff";

const DIFF = `diff --git a/train.py b/train.py
index 1111111..2222222 100644
--- a/train.py
+++ b/train.py
@@ -1,4 +1,5 @@ def main():
 import os
--- a comment of SQL that was removed
+++ counter
+lr = 0.1
 end
\\ No newline at end of file
diff --git a/old name.txt b/new name.txt
similarity index 90%
rename from old name.txt
rename to new name.txt
diff --git a/picture.png b/picture.png
new file mode 100644
Binary files /dev/null and b/picture.png differ
diff --git a/gone.py b/gone.py
deleted file mode 100644
--- a/gone.py
+++ /dev/null
@@ -1 +0,0 @@
-x = 1
`;

describe("parseDiff", () => {
  const files = parseDiff(DIFF);

  it("finds each file with its status", () => {
    expect(files.map((file) => [file.newPath, file.status, file.binary])).toEqual([
      ["train.py", "changed", false],
      ["new name.txt", "renamed", false],
      ["picture.png", "added", true],
      ["gone.py", "deleted", false],
    ]);
  });

  it("counts lines that look like headers as what they are", () => {
    expect([files[0]?.added, files[0]?.removed]).toEqual([2, 1]);
    expect(files[0]?.hunks[0]?.lines[1]).toEqual({ kind: "removed", text: "-- a comment of SQL that was removed", old: 2, new: null });
  });

  it("numbers lines on both sides", () => {
    const lines = files[0]?.hunks[0]?.lines ?? [];
    expect(lines.map((line) => [line.old, line.new])).toEqual([[1, 1], [2, null], [null, 2], [null, 3], [3, 4], [null, null]]);
  });

  it("keeps what the hunk is in", () => {
    expect(files[0]?.hunks[0]?.header).toBe("def main():");
  });

  it("reads diffs without git's headers", () => {
    const plain = parseDiff("--- a.txt\t2026-01-01\n+++ a.txt\t2026-01-02\n@@ -1 +1 @@\n-a\n+b\n--- c\n+++ c\n@@ -0,0 +1 @@\n+d\n");
    expect(plain.map((file) => [file.newPath, file.added, file.removed])).toEqual([["a.txt", 1, 1], ["c", 1, 0]]);
  });

  it("reads an empty diff, and one that is cut off", () => {
    expect(parseDiff("")).toEqual([]);
    expect(parseDiff("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n a\n-b")[0]?.removed).toBe(1);
  });
});

describe("splitRows", () => {
  it("puts removed lines beside added ones", () => {
    const lines = parseDiff("--- a\n+++ a\n@@ -1,3 +1,2 @@\n-a\n-b\n+c\n d\n")[0]?.hunks[0]?.lines ?? [];
    expect(splitRows(lines).map(({ left, right }) => [left?.text ?? null, right?.text ?? null])).toEqual([
      ["a", "c"],
      ["b", null],
      ["d", "d"],
    ]);
  });
});

describe("commonEnds", () => {
  it("finds what two lines have in common without counting it twice", () => {
    expect(commonEnds("lr = 0.1", "lr = 0.01")).toEqual([7, 1]);
    expect(commonEnds("aa", "aaa")).toEqual([2, 0]);
  });
});
