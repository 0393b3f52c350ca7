import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Feed } from "./feed";

class Source extends EventTarget {
  static all: Source[] = [];
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  constructor(readonly url: string) {
    super();
    Source.all.push(this);
  }
  close() {
    this.closed = true;
  }
}

describe("Feed", () => {
  beforeEach(() => {
    Source.all = [];
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", Source);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  function connected() {
    const feed = new Feed();
    feed.open();
    const source = Source.all[0];
    if (!source) throw new Error("the feed opened nothing");
    source.onopen?.();
    return { feed, source };
  }

  it("goes on from the last cursor after the connection was lost", () => {
    const { feed, source } = connected();
    source.dispatchEvent(new MessageEvent("change", { data: JSON.stringify({ cursor: 41, runs: [], removed: [], projects: false }) }));
    source.onerror?.();
    vi.advanceTimersByTime(600);
    expect(Source.all.map((each) => each.url)).toEqual(["/api/v1/feed", "/api/v1/feed?cursor=41"]);
    feed.close();
  });

  it("says that the connection is lost only after a while", () => {
    const { feed, source } = connected();
    source.onerror?.();
    expect(feed.connection()).toBe("connecting");
    vi.advanceTimersByTime(5_000);
    expect(feed.connection()).toBe("lost");
    Source.all.at(-1)?.onopen?.();
    expect(feed.connection()).toBe("live");
    feed.close();
  });

  it("passes changes on until the listener leaves", () => {
    const { feed, source } = connected();
    const heard: number[] = [];
    const leave = feed.onChange((change) => heard.push(change.cursor));
    const say = (cursor: number) => source.dispatchEvent(new MessageEvent("change", { data: JSON.stringify({ cursor, runs: [], removed: [], projects: false }) }));
    say(1);
    leave();
    say(2);
    expect(heard).toEqual([1]);
    feed.close();
  });
});
