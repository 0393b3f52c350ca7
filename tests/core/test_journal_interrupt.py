"""Tests of `trailmark.journal.writer` under Ctrl-C, and under signal handlers that log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journal_support import SUPPORT, flat, run_python
from trailmark.journal.reader import Reader
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from pathlib import Path

STORM = """
import random
import signal
from pathlib import Path
from trailmark.journal.records import Console
writer = new_writer(Path(sys.argv[1]))
acknowledged = []
interrupts = 0

def interrupt(number, frame):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
chance = random.Random(1)
step = 0
while interrupts < 300 or len(acknowledged) < 1000:
    step += 1
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, chance.uniform(5e-6, 3e-4), 1e-3)
            for part in range(8):
                if step % 4 == 0 and part == 0:
                    writer.append(Row(step=step, time=1.0, data={"step": step, "part": part, "text": "t"}))
                else:
                    data = {"step": step, "part": part}
                    if part == 7:
                        data[f"new{step}"] = 1
                    put_row(writer, Packed(step, 1.0, data))
                acknowledged.append((step, part))
            writer.append(Console(time=1.0, stream="stdout", first=0, lines=["x"]))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        interrupts += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
signal.signal(signal.SIGALRM, signal.SIG_IGN)
writer.close(Exit(time=2.0))
Path(sys.argv[2]).write_text(repr(acknowledged))
"""


def test_interrupts_at_any_moment_corrupt_nothing(tmp_path: Path) -> None:
    """Ctrl-C in the middle of `append_row`, hundreds of times, costs at most the row that it cut into."""
    run_python(SUPPORT + STORM, str(tmp_path / "r1"), str(tmp_path / "acknowledged"))
    acknowledged = eval((tmp_path / "acknowledged").read_text())
    reader = Reader(tmp_path / "r1" / "w.journal")
    rows = [fields for _, fields in flat(reader) if fields["kind"] == "row"]
    found = [(row["data"]["step"], row["data"]["part"]) for row in rows]
    assert reader.faults == []
    assert len(acknowledged) >= 1000
    assert found == sorted(set(found))
    assert set(acknowledged) <= set(found)
    for row in rows:
        assert row["step"] == row["data"]["step"]
        assert ("new" + str(row["step"]) in row["data"]) == (row["data"]["part"] == 7)
    state = load(tmp_path / "r1")
    assert state is not None
    assert (state.state, state.rows) == ("finished", len(rows))


HANDLER = """
import random
import signal
from pathlib import Path
writer = new_writer(Path(sys.argv[1]))
counts = {"loop": 0, "handler": 0}
chance = random.Random(1)

def log(who):
    counts[who] += 1
    count = counts[who]
    data = {who: count}
    if count % 5 == 0:
        writer.append(Row(step=count, time=1.0, data={**data, "text": "t"}))
    else:
        put_row(writer, Packed(count, 1.0, {**data, f"new{count}": 1} if count % 11 == 0 else data))

def handle(number, frame):
    if counts["handler"] % 4 == 0:  # and another one may cut into this one
        signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-6, 2e-5))
    log("handler")

signal.signal(signal.SIGALRM, handle)
while counts["handler"] < 3000:
    signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-6, 3e-5))
    log("loop")
signal.setitimer(signal.ITIMER_REAL, 0)
lost = writer.close(Exit(time=2.0))
Path(sys.argv[2]).write_text(repr((counts["loop"], counts["handler"], lost)))
"""


def test_a_signal_handler_may_log(tmp_path: Path) -> None:
    """A handler that logs while a row is being written neither waits for ever nor costs a row."""
    run_python(SUPPORT + HANDLER, str(tmp_path / "r1"), str(tmp_path / "logged"))
    by_loop, by_handler, lost = eval((tmp_path / "logged").read_text())
    reader = Reader(tmp_path / "r1" / "w.journal")
    data = [fields["data"] for _, fields in flat(reader) if fields["kind"] == "row"]
    assert sorted(row["loop"] for row in data if "loop" in row) == [*range(1, by_loop + 1)]
    assert sorted(row["handler"] for row in data if "handler" in row) == [*range(1, by_handler + 1)]
    assert (reader.faults, lost) == ([], 0)
    state = load(tmp_path / "r1")
    assert state is not None
    assert state.rows == by_loop + by_handler


CLOSING = """
import signal
from pathlib import Path
for attempt in range(200):
    writer = new_writer(Path(sys.argv[1]) / f"r{attempt}")
    signal.signal(signal.SIGALRM, lambda *_: writer.close(Exit(time=2.0, signal="SIGALRM")))
    signal.setitimer(signal.ITIMER_REAL, 1e-4 + attempt * 1e-6)
    count = 0
    while not writer.closed:
        count += 1
        put_row(writer, Packed(count, 1.0, {"count": count}))
"""


def test_a_signal_handler_may_finish_the_run(tmp_path: Path) -> None:
    """A handler that closes the journal while a row is being written leaves a sound and finished one."""
    run_python(SUPPORT + CLOSING, str(tmp_path))
    for attempt in range(200):
        reader = Reader(tmp_path / f"r{attempt}" / "w.journal")
        found = [fields for _, fields in flat(reader)]
        assert reader.faults == []
        assert found[-1]["kind"] == "exit"
        steps = [fields["step"] for fields in found if fields["kind"] == "row"]
        assert steps == [*range(1, len(steps) + 1)]
        state = load(tmp_path / f"r{attempt}")
        assert state is not None
        assert (state.state, state.rows) == ("finished", len(steps))
