import { describe, expect, it } from "vitest";

import { compareManifests, summarise } from "./manifest";

const file = (path: string, digest: string | null, size = 1, reference: string | null = null) => ({ path, digest, size, reference });

describe("comparing manifests", () => {
  const changes = compareManifests(
    [file("a", "1"), file("b", "2", 10), file("c", "3"), file("old", "4", 5)],
    [file("a", "1"), file("b", "9", 30), file("new", "4", 5), file("d", "5", 7)],
  );

  it("tells changed, added, removed, moved and same files, in this order", () => {
    expect(changes.map(({ kind, path, from }) => [kind, path, from])).toEqual([
      ["changed", "b", null],
      ["added", "d", null],
      ["removed", "c", null],
      ["moved", "new", "old"],
      ["same", "a", null],
    ]);
  });

  it("counts them, and the bytes", () => {
    expect(summarise(changes)).toEqual({ changed: 1, added: 1, removed: 1, moved: 1, same: 1, bytes: 26 });
  });

  it("compares references without a digest by their address and size", () => {
    const kinds = compareManifests(
      [file("r", null, 1, "s3://x"), file("q", null, 1, "s3://y")],
      [file("r", null, 1, "s3://x"), file("q", null, 2, "s3://y")],
    ).map((change) => [change.path, change.kind]);
    expect(kinds).toEqual([
      ["q", "changed"],
      ["r", "same"],
    ]);
  });

  it("takes one file for one move only", () => {
    const kinds = compareManifests([file("a", "1")], [file("b", "1"), file("c", "1")]).map((change) => change.kind);
    expect(kinds).toEqual(["added", "moved"]);
  });
});
