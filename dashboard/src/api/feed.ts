/** The one live connection to the server: an EventSource that says what changed. It reconnects by itself and misses nothing. */

import { useEffect, useRef, useSyncExternalStore } from "react";

import type { Change, Status } from "./types";

/** Whether changes reach this page: `lost` when the server has not answered for a while. */
export type Connection = "live" | "connecting" | "lost";

/** Called with each change, in order. */
export type ChangeListener = (change: Change) => void;

/** Called with the state of the index, when indexing begins, goes on and ends. */
export type StatusListener = (status: Status) => void;

// A reconnect of a browser takes 3 s; the first one that fails is not worth a red sign.
const lostAfterMs = 5_000;
const longestWaitMs = 10_000;

/** A feed that is opened once and shared by the page. */
export class Feed {
  private source: EventSource | null = null;
  private cursor: number | null = null;
  private state: Connection = "connecting";
  private attempts = 0;
  private lostTimer: ReturnType<typeof setTimeout> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly changeListeners = new Set<ChangeListener>();
  private readonly statusListeners = new Set<StatusListener>();
  private readonly connectionListeners = new Set<() => void>();

  /** Connect, from the cursor that was reached before if there is one. */
  open(): void {
    if (this.source !== null) return;
    const from = this.cursor === null ? "" : `?cursor=${this.cursor}`;
    const source = new EventSource(`/api/v1/feed${from}`);
    this.source = source;
    source.onopen = () => {
      this.attempts = 0;
      this.become("live");
    };
    source.onerror = () => {
      this.disconnected();
    };
    source.addEventListener("change", (event: MessageEvent<string>) => {
      this.take(JSON.parse(event.data) as Change);
    });
    source.addEventListener("status", (event: MessageEvent<string>) => {
      const status = JSON.parse(event.data) as Status;
      for (const listener of this.statusListeners) listener(status);
    });
  }

  /** Disconnect. */
  close(): void {
    clearTimeout(this.lostTimer);
    clearTimeout(this.retryTimer);
    this.source?.close();
    this.source = null;
  }

  /** Try again now, as a person asks for. */
  retry(): void {
    this.close();
    this.become("connecting");
    this.open();
  }

  /** Hear of changes until the returned function is called. */
  onChange(listener: ChangeListener): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  /** Hear of the state of the index until the returned function is called. */
  onStatus(listener: StatusListener): () => void {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  }

  /** Hear of the connection until the returned function is called. */
  onConnection = (listener: () => void): (() => void) => {
    this.connectionListeners.add(listener);
    return () => this.connectionListeners.delete(listener);
  };

  /** The state of the connection. */
  connection = (): Connection => this.state;

  private take(change: Change): void {
    this.cursor = change.cursor;
    for (const listener of this.changeListeners) listener(change);
  }

  private disconnected(): void {
    if (this.state === "live") this.become("connecting");
    this.lostTimer ??= setTimeout(() => {
      this.become("lost");
    }, lostAfterMs);
    // A browser gives up for good on an answer that is not a stream, such as a proxy's 502.
    this.source?.close();
    this.source = null;
    this.attempts += 1;
    const wait = Math.min(500 * 2 ** (this.attempts - 1), longestWaitMs);
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => {
      this.open();
    }, wait);
  }

  private become(state: Connection): void {
    if (state === "live") {
      clearTimeout(this.lostTimer);
      this.lostTimer = undefined;
    }
    if (state === this.state) return;
    this.state = state;
    for (const listener of this.connectionListeners) listener();
  }
}

/** The feed of this page. */
export const feed = new Feed();

/** Whether the page is live. */
export function useConnection(): Connection {
  return useSyncExternalStore(feed.onConnection, feed.connection);
}

/** Call `listener` with each change while the component is mounted; the latest listener is the one called. */
export function useChanges(listener: ChangeListener): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(
    () =>
      feed.onChange((change) => {
        latest.current(change);
      }),
    [],
  );
}
