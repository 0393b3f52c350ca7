"""What a page of the dashboard costs in the browser: until it is usable, while it is scrolled, zoomed, and live.

A panel counts as painted when its canvas has a pixel that is not the background, and as repainted when its pixels are
others than in the frame before; the time is that after the frame. Nothing here knows how the dashboard draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, CDPSession, Page

SHOWN_PANELS = 6  # what a person sees before scrolling

# Seconds from the beginning of the navigation until the list has rows, and that many panels are painted.
USABLE = """(wanted) => new Promise((done) => {
  const painted = (canvas) => {
    const { width, height } = canvas;
    if (!width || !height) return false;
    const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    for (let at = 3; at < pixels.length; at += 4) if (pixels[at]) return true;
    return false;
  };
  const look = () => {
    const rows = document.querySelectorAll('[data-run]').length;
    const charts = [...document.querySelectorAll('[data-panel] canvas')].filter(painted).length;
    if (rows > 0 && charts >= wanted) done(performance.now()); else requestAnimationFrame(look);
  };
  look();
})"""

# Frames per second while the board is scrolled down, `pixels` a frame, and the longest frame.
SCROLL = """({frames, pixels}) => new Promise((done) => {
  const board = document.querySelector('[data-board]');
  const times = [];
  const step = (now) => {
    times.push(now);
    board.scrollTop += pixels;
    if (times.length <= frames) requestAnimationFrame(step);
    else {
      const spans = times.slice(1).map((time, at) => time - times[at]);
      done({fps: 1000 * spans.length / (times.at(-1) - times[0]), longest: Math.max(...spans), end: board.scrollTop});
    }
  };
  requestAnimationFrame(step);
})"""

# Begins to watch the picture of the first panel: `repaints` are the times after the frames that showed another one,
# `answers` when points had come that were asked for since.
WATCH = """() => {
  const watch = window.watch = { up: null, repaints: [], asked: 0, answers: [] };
  const picture = () => {
    const canvas = document.querySelector('[data-panel] canvas');
    const pixels = new Uint32Array(
      canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    let sum = 0;
    for (const pixel of pixels) sum = (Math.imul(sum, 31) + pixel) | 0;
    return sum;
  };
  let shown = picture();
  const look = () => {
    const now = picture();
    if (now !== shown) setTimeout(() => watch.repaints.push(performance.now()));
    shown = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  addEventListener('mouseup', (event) => { watch.up ??= event.timeStamp; }, { capture: true });
  const plain = window.fetch;
  window.fetch = async (...request) => {
    if (!String(request[0]).includes('/series/')) return plain(...request);
    watch.asked += 1;
    try {
      const answer = await plain(...request);
      await answer.clone().arrayBuffer();
      return answer;
    } finally {
      watch.answers.push(performance.now());
    }
  };
}"""

# Milliseconds from the mouse's release to the first and the last repaint, when all is answered and nothing changed in
# many frames since; null if nothing does.
ZOOMED = """({quiet, frames, patience}) => new Promise((done) => {
  let latest = 0, same = 0;
  const look = () => {
    const { up, repaints, asked, answers } = window.watch;
    const after = repaints.filter((time) => time > up);
    const now = Math.max(up, ...after, ...answers), silent = performance.now() - now;
    same = now === latest ? same + 1 : 0;
    latest = now;
    if (after.length > 0 && asked === answers.length && silent > quiet && same > frames)
      done({ first: after[0] - up, last: after.at(-1) - up, asked, answered: asked ? answers.at(-1) - up : 0 });
    else if (silent > patience) done(null);
    else requestAnimationFrame(look);
  };
  look();
})"""
QUIET = {"quiet": 700, "frames": 30, "patience": 10_000}
SETTLED_MS = 1000  # after which panels that were not yet seen have loaded, too
HELD_MS = 300

PICTURE = "() => document.querySelector('[data-panel] canvas').toDataURL()"


def opened(context: BrowserContext, url: str, project: str, panels: int = SHOWN_PANELS) -> tuple[Page, float]:
    """Open a project's workspace in a tab of its own; return it when it is usable, with the seconds that took."""
    tab = context.new_page()
    tab.goto(f"{url}p/{project}", wait_until="commit")
    return tab, float(tab.evaluate(USABLE, panels)) / 1000


def usable(context: BrowserContext, url: str, project: str) -> float:
    """Return the seconds until the workspace of a project can be used."""
    tab, seconds = opened(context, url, project)
    tab.close()
    return seconds


def scroll(context: BrowserContext, url: str, project: str, frames: int) -> dict[str, float]:
    """Return frames per second while all panels are scrolled by, and the longest frame in milliseconds."""
    tab, _ = opened(context, url, project)
    found: dict[str, float] = tab.evaluate(SCROLL, {"frames": frames, "pixels": 25})
    tab.close()
    return found


def zoom(context: BrowserContext, url: str, project: str, *, held_ms: float = 0) -> dict[str, float]:
    """Draw a zoom box over the middle of the first chart, and let go.

    Args:
        context: of the browser.
        url: of the server.
        project: its project.
        held_ms: by how much every answer of the server is held back.

    Returns:
        `first` and `last` repaint of that chart in milliseconds after the mouse was released; how often the page
        `asked` for points, and the milliseconds until the last answer had come (`answered`).

    Raises:
        AssertionError: nothing repainted.
    """
    tab, _ = opened(context, url, project)
    tab.wait_for_timeout(SETTLED_MS)
    box = tab.locator("[data-panel] .u-over").first.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    tab.mouse.move(box["x"] + box["width"] * 0.3, middle)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=4)
    client = context.new_cdp_session(tab)
    _hold(client, held_ms)
    tab.evaluate(WATCH)
    tab.mouse.up()
    found: dict[str, float] | None = tab.evaluate(ZOOMED, QUIET)
    tab.close()
    if not found:
        raise AssertionError("after the zoom box the chart stayed as it was")
    return found


def _hold(client: CDPSession, held_ms: float) -> None:
    client.send("Network.enable")
    unlimited = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    client.send("Network.emulateNetworkConditions", {**unlimited, "latency": held_ms})


def check_zoom(context: BrowserContext, url: str, project: str) -> float:
    """Zoom with answers that are held back, and return the milliseconds to the last repaint.

    Raises:
        AssertionError: the figure does not show what the answer took.
    """
    last = zoom(context, url, project, held_ms=HELD_MS)["last"]
    if last < HELD_MS:
        raise AssertionError(f"answers were held back by {HELD_MS} ms, but a zoom is said to take {last:.0f} ms")
    return last


def busy(context: BrowserContext, tab: Page, seconds: float) -> float:
    """Return the share of a live page's main thread that is taken, as time of the processor.

    Raises:
        AssertionError: its first chart stayed as it was.
    """
    client = context.new_cdp_session(tab)
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    picture = tab.evaluate(PICTURE)
    before = _metrics(client)
    tab.wait_for_timeout(seconds * 1000)
    after = _metrics(client)
    if tab.evaluate(PICTURE) == picture:
        raise AssertionError(f"runs logged for {seconds} s, and the chart stayed as it was")
    return float((after["TaskDuration"] - before["TaskDuration"]) / (after["Timestamp"] - before["Timestamp"]))


def _metrics(client: CDPSession) -> dict[str, Any]:
    return {entry["name"]: entry["value"] for entry in client.send("Performance.getMetrics")["metrics"]}
