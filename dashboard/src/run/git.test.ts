import { describe, expect, it } from "vitest";

import { commitUrl, compareUrl, repositoryUrl } from "./git";

describe("addresses of repositories", () => {
  it("are those of http remotes, without .git and credentials", () => {
    expect(repositoryUrl("https://me:secret@example.org/a/b.git")).toBe("https://example.org/a/b");
    expect(repositoryUrl("git@github.com:a/b.git")).toBe("https://github.com/a/b");
  });

  it("are none for folders, other schemes and hosts that may have no web page", () => {
    const remotes = ["/srv/repo", "file:///srv/repo", "javascript:alert(1)", "git@intern:a/b.git", "", null];
    expect(remotes.map(repositoryUrl)).toEqual([null, null, null, null, null, null]);
  });
});

describe("addresses of commits", () => {
  it("follow the host's form", () => {
    expect(commitUrl("https://github.com/a/b", "abcdef1")).toBe("https://github.com/a/b/commit/abcdef1");
    expect(commitUrl("https://gitlab.com/a/b", "abcdef1")).toBe("https://gitlab.com/a/b/-/commit/abcdef1");
    expect(compareUrl("https://github.com/a/b", "abcdef1", "abcdef2")).toBe("https://github.com/a/b/compare/abcdef1...abcdef2");
  });

  it("are none for what is no commit", () => {
    expect(commitUrl("https://github.com/a/b", "../../x")).toBeNull();
  });
});
