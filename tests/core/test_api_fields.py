"""`trailmark.api.fields`: what runs are filtered and ordered by."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_support import START, Recorder
from trailmark.api import fields
from trailmark.api.nested import MISSING
from trailmark.errors import UsageError
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from pathlib import Path


@given(st.floats(0, 4e9))
def test_iso_text_is_read_back(moment: float) -> None:
    """What `iso` writes `seconds` reads, to the microsecond."""
    assert fields.seconds(fields.iso(moment)) == pytest.approx(moment, abs=1e-6)


def test_moments() -> None:
    """Text without an offset is UTC, a datetime without a zone is local, numbers are seconds."""
    assert fields.seconds("2023-11-14T22:13:20") == START
    assert fields.seconds("2023-11-14T22:13:20Z") == START
    assert fields.seconds(" 2023-11-14T20:13:20-02:00 ") == START
    assert fields.seconds("2023-11-14") == START - 22 * 3600 - 13 * 60 - 20
    assert fields.seconds(datetime.datetime.fromtimestamp(START, tz=datetime.timezone.utc)) == START
    assert fields.seconds(datetime.datetime.fromtimestamp(START)) == START  # noqa: DTZ006 (local time is meant)
    assert fields.seconds(3) == 3.0
    for wrong in ("today", None, True, [3]):
        with pytest.raises(UsageError, match="is no moment"):
            fields.seconds(wrong)


def test_clock_that_was_far_off() -> None:
    """A time that no calendar has is shown in seconds, and does not keep the other runs from being listed."""
    assert fields.iso(1e300) == "1e+300 s since 1970"
    assert fields.iso(float("nan")) == "nan s since 1970"


def test_values_of_a_run(tmp_path: Path) -> None:
    """Each plain field gives what the run has, and `MISSING` for what it has not."""
    recorder = Recorder(tmp_path)
    journal = recorder.journal(group="g", host="node")
    journal.config(lr=0.1)
    journal.environment(user="ada")
    journal.finish()
    state = load(recorder.directory)
    assert state is not None
    values = {name: fields.find(name).get(state) for name in fields.NAMES if not name.endswith("<key>")}
    assert values == {
        "id": "r",
        "name": "r",
        "display_name": "r",
        "project": "p",
        "entity": MISSING,
        "state": "finished",
        "tags": [],
        "notes": MISSING,
        "group": "g",
        "job_type": MISSING,
        "archived": False,
        "deleted": False,
        "user": "ada",
        "host": "node",
        "runtime": 3.0,
        "last_step": MISSING,
        "attempts": 1,
        "exit_code": 0,
        "created_at": START,
        "heartbeat_at": START + 3,
        "finished_at": START + 3,
    }
    assert fields.find("config.lr").get(state) == 0.1
    assert fields.find("metadata.user").get(state) == "ada"
    assert fields.find("config").get(state) == {"lr": 0.1}
