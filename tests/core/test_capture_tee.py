"""The process that copies redirected output."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from trailmark.capture import tee

if TYPE_CHECKING:
    from collections.abc import Iterator


class Pipes:
    """A copy, and the far ends of its source, target and feed."""

    def __init__(self) -> None:
        source, self.writer = os.pipe()
        self.target, target = os.pipe()
        self.feed, feed = os.pipe()
        self.copy = tee.Copy(source, target, feed)

    def write(self, data: bytes) -> None:
        """Let the program write, and the copy take it."""
        os.write(self.writer, data)
        self.copy.read()

    def close(self) -> None:
        """Close what is open."""
        for number in (self.writer, self.target, self.feed, self.copy.source, self.copy.target, self.copy.feed):
            if number >= 0:
                os.close(number)


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    """Return a copy with its far ends."""
    pipes = Pipes()
    yield pipes
    pipes.close()


def test_bytes_go_both_ways(pipes: Pipes) -> None:
    """What is written reaches the target and the feed."""
    pipes.write(b"text")
    assert os.read(pipes.target, 100) == os.read(pipes.feed, 100) == b"text"


def test_feed_that_nobody_reads_does_not_hold_up_the_target(pipes: Pipes, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the run takes nothing the target gets all; what waits too long is left out, and that is said."""
    monkeypatch.setattr(tee, "MAX_WAITING", 200_000)
    chunk = b"x" * 50_000
    for _ in range(10):
        pipes.write(chunk)
        got = b""
        while len(got) < len(chunk):
            got += os.read(pipes.target, 65536)
        assert got == chunk
    assert len(pipes.copy.waiting) <= 200_000
    lost = pipes.copy.lost
    assert lost > 0
    taken = b""
    while pipes.copy.waiting:
        taken += os.read(pipes.feed, 65536)
        pipes.copy.push()
    pipes.write(b"end")
    while not taken.endswith(b"end"):
        taken += os.read(pipes.feed, 65536)
    assert taken.endswith(f"\n[{lost} bytes of output were not recorded]\nend".encode())


def test_target_that_is_gone_does_not_end_the_feed(pipes: Pipes) -> None:
    """After a terminal was closed the run still gets what is written."""
    os.close(pipes.target)
    pipes.target = -1
    pipes.write(b"one")
    pipes.write(b"two")
    assert os.read(pipes.feed, 100) == b"onetwo"


def test_run_that_has_ended_does_not_end_the_target(pipes: Pipes) -> None:
    """After the run has ended the target still gets what is written."""
    os.close(pipes.feed)
    pipes.feed = -1
    pipes.write(b"one")
    pipes.write(b"two")
    assert os.read(pipes.target, 100) == b"onetwo"
    assert not pipes.copy.waiting


def test_target_that_does_not_block_is_waited_for(pipes: Pipes) -> None:
    """A terminal that another program has set to non-blocking gets all, when it can."""
    os.set_blocking(pipes.copy.target, False)
    data = os.urandom(300_000)
    got = bytearray()

    def read() -> None:
        while len(got) < len(data):
            got.extend(os.read(pipes.target, 4096))

    reader = threading.Thread(target=read)
    reader.start()
    for start in range(0, len(data), 50_000):
        pipes.write(data[start : start + 50_000])
        os.read(pipes.feed, 65536)
    reader.join(20)
    assert bytes(got) == data


def test_end_of_the_source_ends_the_feed(pipes: Pipes) -> None:
    """When nobody can write any more the feed ends after its last byte."""
    pipes.write(b"last")
    os.close(pipes.writer)
    pipes.writer = -1
    pipes.copy.read()
    assert (pipes.copy.source, pipes.copy.feed) == (-1, -1)
    assert os.read(pipes.feed, 100) == b"last"
    assert os.read(pipes.feed, 100) == b""


def test_program_leaves_nothing_else_open() -> None:
    """As a process it closes what it was not given, and ends when its sources end."""
    stray_reader, stray_writer = os.pipe()
    pipes = Pipes()
    first = 40
    given = (pipes.copy.source, pipes.copy.target, pipes.copy.feed)
    actions = [(os.POSIX_SPAWN_DUP2, number, first + index) for index, number in enumerate(given)]
    actions.append((os.POSIX_SPAWN_DUP2, stray_writer, first + 7))
    pid = os.posix_spawn(
        sys.executable, [sys.executable, "-I", "-S", tee.__file__, str(first), "1"], os.environ, file_actions=actions
    )
    assert os.waitpid(pid, 0)[1] == 0
    os.close(stray_writer)
    assert os.read(stray_reader, 1) == b""
    os.close(stray_reader)
    os.write(pipes.writer, b"text")
    assert os.read(pipes.target, 100) == b"text"
    for number in (pipes.writer, *given):
        os.close(number)
    pipes.writer = pipes.copy.source = pipes.copy.target = pipes.copy.feed = -1
    assert os.read(pipes.feed, 100) == b"text"
    assert os.read(pipes.feed, 100) == b""
    pipes.close()


def test_program_starts_without_heavy_modules() -> None:
    """It imports next to nothing, so that it starts in milliseconds."""
    source = f"import sys, runpy\nrunpy.run_path({tee.__file__!r})\nprint(*sys.modules)"
    result = subprocess.run([sys.executable, "-I", "-S", "-c", source], capture_output=True, text=True, check=True)
    assert not {"asyncio", "logging", "subprocess", "trailmark"} & set(result.stdout.split())
