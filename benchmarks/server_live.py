"""How long it takes from `log()` to the event that tells the browser: of one run, and of many that log at once."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

import numpy as np

from live_runs import training
from ui_process import serving

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = "live"
SETTLED_S = 1.0  # after which the last rows have been told, too


class _Listener(threading.Thread):
    """Follows the feed; `told` has of each run the events: when one came, and how many points there were."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        address = urllib.parse.urlsplit(url)
        self._connection = http.client.HTTPConnection(address.netloc)
        self._connection.request("GET", f"/api/v1/feed?project={PROJECT}")
        self._answer = self._connection.getresponse()
        self.told: dict[str, list[tuple[float, int]]] = {}
        self.events = 0

    def run(self) -> None:
        """Read until the server ends."""
        for line in self._answer:
            if not line.startswith(b"data: "):
                continue
            now = time.monotonic()
            change = json.loads(line.removeprefix(b"data: "))
            self.events += 1
            for run in change.get("runs", []):
                if "loss" in run.get("keys", {}):
                    self.told.setdefault(run["id"], []).append((now, run["keys"]["loss"]))


def measure(folder: Path, runs: int, seconds: float, least_hz: float) -> dict[str, Any]:
    """Log to `runs` runs ten times a second each, or at least `least_hz` times, and follow the feed.

    Returns:
        `p50_ms`, `p95_ms` and `max_ms` from the return of `log()` to the event that counts its point, over all points,
        and how many `points` and `events` there were.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with serving(folder) as ui:
        listener = _Listener(ui.url)
        listener.start()
        with training(folder, PROJECT, runs, least_hz) as trained:
            time.sleep(seconds)
        time.sleep(SETTLED_S)
    listener.join(30)
    delays = np.concatenate([_delays(times, listener.told.get(run, [])) for run, times in trained.logged.items()])
    p50, p95, highest = (1e3 * np.quantile(delays, (0.5, 0.95, 1))).tolist()
    return {"p50_ms": p50, "p95_ms": p95, "max_ms": highest, "points": len(delays), "events": listener.events}


def _delays(logged: list[float], told: list[tuple[float, int]]) -> list[float]:
    """Return of each point the seconds until the first event that counts it."""
    found: list[float] = []
    for now, count in told:
        found += [now - time_ for time_ in logged[len(found) : count]]
    if len(found) != len(logged):
        raise AssertionError(f"{len(found)} of {len(logged)} points were told")
    return found
