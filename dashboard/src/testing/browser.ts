/** What the simulated page of component tests lacks of a browser: sizes, and the queries and observers that go with them. */

import { configure } from "@testing-library/react";

// For the slowest machine; what is waited for is mostly there at once.
configure({ asyncUtilTimeout: 10_000 });

// A window of this size: lists that draw only what is seen draw what fits into it.
Object.defineProperties(Element.prototype, {
  clientHeight: { configurable: true, value: 600 },
  clientWidth: { configurable: true, value: 1000 },
});

const ignore = () => undefined;

/** Sizes never change here. */
class NoObserver {
  observe = ignore;
  unobserve = ignore;
  disconnect = ignore;
}

globalThis.ResizeObserver ??= NoObserver as unknown as typeof ResizeObserver;
globalThis.matchMedia ??= ((media: string) => Object.assign(new EventTarget(), { media, matches: false })) as unknown as typeof matchMedia;
