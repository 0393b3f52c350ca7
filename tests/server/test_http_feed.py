"""The feed tells what changed, once, from a cursor on, over reconnects and restarts of the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
import uvicorn

import trailmark
from trailmark.server.http.app import create_app
from trailmark.server.http.feed import Feed
from trailmark.server.http.service import Service
from trailmark.server.index.change import Change, RunChange

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from trailmark import Run

WAIT_S = 60.0


def changed(run: str, cursor: int, **parts: Any) -> RunChange:
    """Return a run that changed."""
    known: dict[str, Any] = {
        "fields": frozenset(["series"]),
        "keys": {"loss": cursor},
        "created": False,
        "project": "p",
    }
    known.update(parts)
    return RunChange(
        id=run, revision=cursor, state="running", name=run, last_step=1, last_time=1.0, runtime_s=1.0, rows=1, **known
    )


def change(cursor: int, *runs: RunChange, removed: tuple[tuple[str, str], ...] = ()) -> Change:
    """Return a change of some runs."""
    return Change(cursor, list(runs), list(removed), projects=False)


@pytest.fixture
def feed() -> Feed:
    """Return a feed of an index at cursor 10, which knows of one run that changed at 7."""
    made = Feed(lambda: 10, lambda cursor, _: [changed("old", 7)] if cursor < 7 else [], lambda: {"cursor": 10})
    made.begin(10)
    return made


def test_what_changed_is_told_once(feed: Feed) -> None:
    """From a cursor on, changes of one run come as one; at the newest cursor there is nothing."""
    feed.publish(change(11, changed("a", 11, keys={"loss": 5}, created=True)))
    feed.publish(change(12, changed("a", 12, keys={"acc": 6}, fields=frozenset(["config"])), changed("b", 12)))
    told = feed.since(10)
    assert told.cursor == 12
    assert told.change is not None
    runs = {run["id"]: run for run in told.change["runs"]}
    assert runs["a"]["keys"] == {"loss": 5, "acc": 6}
    assert runs["a"]["fields"] == ["config", "series"]
    assert runs["a"]["created"]
    assert feed.since(11).change["runs"][0]["keys"] == {"acc": 6}  # type: ignore[index]
    assert feed.since(12) == (12, None)


def test_a_run_that_is_gone_is_told_as_gone(feed: Feed) -> None:
    """What changed of it before does not matter."""
    feed.publish(change(11, changed("a", 11)))
    feed.publish(change(12, removed=(("p", "a"),)))
    told = feed.since(10).change
    assert told is not None
    assert (told["runs"], told["removed"]) == ([], [{"project": "p", "id": "a"}])


def test_a_run_that_came_back_is_not_gone(feed: Feed) -> None:
    """Of a run that went and came again between two looks only the coming is told."""
    feed.publish(change(11, removed=(("p", "a"),)))
    feed.publish(change(12, changed("a", 12, created=True)))
    told = feed.since(10).change
    assert told is not None
    assert [run["id"] for run in told["runs"]] == ["a"]
    assert told["removed"] == []


def test_one_project_can_be_followed(feed: Feed) -> None:
    """Changes of others are left out; the cursor goes on all the same."""
    feed.publish(change(11, changed("a", 11, project="q")))
    assert feed.since(10, "p") == (11, None)
    assert feed.since(10, "q").change is not None


def test_too_many_keys_are_left_out(feed: Feed) -> None:
    """Where one change did not tell its keys, the sum of them does not either."""
    feed.publish(change(11, changed("a", 11)))
    feed.publish(change(12, changed("a", 12, keys=None)))
    feed.publish(change(13, changed("a", 13)))
    assert "keys" not in feed.since(10).change["runs"][0]  # type: ignore[index]


def test_an_older_cursor_is_answered_from_the_index(feed: Feed) -> None:
    """All that changed since is told, and that runs may be gone."""
    told = feed.since(3)
    assert told.cursor == 10
    assert told.change is not None
    assert [run["id"] for run in told.change["runs"]] == ["old"]
    assert told.change["reset"]
    assert feed.since(8).change["runs"] == []  # type: ignore[index]


def test_a_cursor_of_another_index_gets_everything(feed: Feed) -> None:
    """One that is ahead of the index is from another one."""
    told = feed.since(99).change
    assert told is not None
    assert (told["reset"], [run["id"] for run in told["runs"]]) == (True, ["old"])


def test_a_cursor_that_the_index_gave_before_the_feed_is_waited_for(feed: Feed) -> None:
    """A list may be read between the commit and the word of it; nothing is told twice, or as lost."""
    feed.begin(9)
    assert feed.since(10) == (10, None)


def test_followers_are_woken_by_other_threads(feed: Feed) -> None:
    """What a thread publishes is in the stream of each follower, with the cursor as its id."""

    async def follow() -> list[tuple[str, str, Any]]:
        stream = _events(feed.stream(None, None))
        await anext(stream)  # the status
        threading.Thread(target=feed.publish, args=(change(11, changed("a", 11)),)).start()
        found = [await asyncio.wait_for(anext(stream), WAIT_S)]
        threading.Thread(target=feed.publish, args=(Change(11, [], [], projects=False, status=True),)).start()
        return [*found, await asyncio.wait_for(anext(stream), WAIT_S)]

    first, second = asyncio.run(follow())
    assert first[:2] == ("11", "change")
    assert second[1:] == ("status", {"cursor": 10})


def test_a_closed_feed_ends_all_streams(feed: Feed) -> None:
    """A server that stops waits for nobody."""

    async def follow() -> int:
        stream = feed.stream(None, None)
        await anext(stream)
        threading.Thread(target=feed.close).start()
        return len([each async for each in stream])

    assert asyncio.run(asyncio.wait_for(follow(), WAIT_S)) == 0


@contextlib.contextmanager
def served(root: Path) -> Iterator[str]:
    """Serve a root in a thread, and give the address of its feed."""
    with (
        contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening,
        contextlib.closing(Service(root)) as service,
    ):
        config = uvicorn.Config(create_app(service), log_level="error", timeout_graceful_shutdown=0)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/api/v1/feed"
        finally:
            service.feed.close()
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def following(address: str, cursor: str | None = None) -> Iterator[Callable[[Callable[[Any], bool]], tuple[str, Any]]]:
    """Follow a feed; what is given returns the first change that a function is true of, and its id."""
    headers = {} if cursor is None else {"Last-Event-ID": cursor}
    with requests.get(address, headers=headers, stream=True, timeout=WAIT_S) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines(chunk_size=1)

        def wait(is_wanted: Callable[[Any], bool]) -> tuple[str, Any]:
            event: dict[str, str] = {}
            deadline = time.monotonic() + WAIT_S
            for line in lines:
                name, _, value = line.decode().partition(": ")
                event[name] = value
                if not line:
                    if event.get("event") == "change" and is_wanted(found := json.loads(event["data"])):
                        return event["id"], found
                    event = {}
                assert time.monotonic() < deadline
            raise AssertionError("the feed ended")

        yield wait


def test_a_logged_point_reaches_a_browser_and_a_restart_loses_nothing(root: Path, begin: Callable[..., Run]) -> None:
    """New runs and points are told as they come; who comes back with the last id gets what was missed, once."""
    with served(root) as address, following(address) as wait:
        run = begin(id="live")
        run.log({"loss": 1.0})
        wait(lambda told: any(each["id"] == "live" for each in told["runs"]))
        run.log({"loss": 0.5})
        cursor, _ = wait(lambda told: any((each.get("keys") or {}).get("loss") == 2 for each in told["runs"]))
    run.log({"loss": 0.25})
    run.finish()
    with served(root) as address, following(address, cursor) as wait:
        _, told = wait(lambda told: any(each["state"] == "finished" for each in told["runs"]))
        assert [each["id"] for each in told["runs"]] == ["live"]
        trailmark.Api(root).run("p/live").delete()
        wait(lambda told: told["removed"] == [{"project": "p", "id": "live"}])


async def _events(stream: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, str, Any]]:
    """Yield id, name and value of each event."""
    async for piece in stream:
        lines = (line.partition(": ") for line in piece.decode().splitlines() if ": " in line)
        parts = {name: value for name, _, value in lines}
        if "event" in parts:
            yield parts.get("id", ""), parts["event"], json.loads(parts["data"])
