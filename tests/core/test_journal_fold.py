"""Tests of `trailmark.journal.fold`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal_support import (
    PROPERTY,
    Packed,
    canonical,
    flat,
    header,
    histories,
    new_writer,
    play,
    put_row,
    read_flat,
    write_journal,
)
from trailmark.journal import reader as reader_module
from trailmark.journal.fold import Fold, JournalState, definition_of, merged_metric
from trailmark.journal.reader import Entry, Reader
from trailmark.journal.records import (
    Alert,
    ConfigChange,
    Console,
    Edit,
    Environment,
    Exit,
    File,
    Keys,
    Metric,
    Preempting,
    Row,
    SummaryChange,
    decode_struct,
    encode,
)
from trailmark.journal.runstate import combine

if TYPE_CHECKING:
    from collections.abc import Iterable


def fold_up(reader: Reader, fold: Fold) -> None:
    """Fold what `reader` has not read yet."""
    for item in reader.read():
        if isinstance(item, Entry):
            fold.record(item.record)
        else:
            fold.batch(item)


def told(state: JournalState) -> str:
    """Return all that a state tells; an aggregate that has seen no value yet tells nothing."""
    aggregates = {key: aggregate for key, aggregate in state.aggregates.items() if aggregate.seen}
    return canonical({**msgspec.structs.asdict(state), "aggregates": aggregates})


def folded(path: Path, until_step: int | None = None) -> JournalState:
    """Return the state of a whole journal."""
    fold = Fold(until_step=until_step)
    fold_up(Reader(path), fold)
    return fold.settle()


def summary_of(items: Iterable[Any]) -> dict[str, Any]:
    """Return the summary that rows and records amount to, which writer and reader must agree on."""
    with tempfile.TemporaryDirectory() as folder:
        writer = new_writer(Path(folder))
        play(writer, list(items))
        state = folded(writer.path)
        assert told(state) == told(writer.fold.settle())
        writer.close(Exit(time=2000.0))
    return {key: value for key, (_, value) in state.summary.items()}


def rows(key: str, *values: Any, start: int = 0) -> list[Packed]:
    """Return packed rows of one key."""
    return [Packed(start + at, 1000.0 + at, {key: value}) for at, value in enumerate(values)]


@PROPERTY
@given(histories)
def test_the_writers_fold_equals_the_readers(history: list[Any]) -> None:
    """Rows folded one by one as they are written give the state that arrays of them give when they are read."""
    with tempfile.TemporaryDirectory() as folder:
        writer = new_writer(Path(folder))
        play(writer, history)
        live = told(writer.fold.settle())
        assert told(folded(writer.path)) == live
        writer.close(Exit(time=2000.0))


@PROPERTY
@given(histories, st.integers(1, 400))
def test_chunks_do_not_matter(history: list[Any], chunk_bytes: int) -> None:
    """However few bytes are read at once, the state is the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_journal(Path(folder), history)
        whole = told(folded(path))
        with mock.patch.object(reader_module, "CHUNK_BYTES", chunk_bytes):
            assert told(folded(path)) == whole


@PROPERTY
@given(histories, st.data())
def test_sittings_do_not_matter(history: list[Any], data: st.DataObject) -> None:
    """A state that was saved while the journal grew, and gone on with, is that of the whole journal."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_journal(Path(folder), history)
        whole = path.read_bytes()
        growing = Path(folder) / "growing"
        state, offset = JournalState(), 0
        keys: list[Keys] = []
        for size in [*sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5))), len(whole)]:
            growing.write_bytes(whole[:size])
            reader = Reader(growing, offset, keys)
            fold = Fold(decode_struct(encode(state), JournalState))
            fold_up(reader, fold)
            state, offset, keys = fold.settle(), reader.offset, reader.key_sets
        assert told(state) == told(folded(path))


@PROPERTY
@given(histories)
def test_settling_does_not_matter(history: list[Any]) -> None:
    """Looking at the summary between any two rows changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        writer = new_writer(Path(folder))
        for item in history:
            play(writer, [item])
            writer.fold.settle()
        assert told(writer.fold.settle()) == told(folded(writer.path))
        writer.close(Exit(time=2000.0))


@PROPERTY
@given(histories)
def test_the_state_of_one_journal_is_that_of_its_run(history: list[Any]) -> None:
    """A run of one journal has that journal's summary, config, counts and steps."""
    with tempfile.TemporaryDirectory() as folder:
        state = folded(write_journal(Path(folder), history))
        run = combine(Path(folder), {"w.journal": state})
        assert canonical(run.summary) == canonical({key: value for key, (_, value) in state.summary.items()})
        assert canonical(run.config) == canonical({key: value for key, (_, value) in state.config.items()})
        assert (run.rows, run.last_step, run.counts) == (state.rows, state.last_step, state.counts)


@PROPERTY
@given(histories)
def test_counts_are_those_of_the_rows(history: list[Any]) -> None:
    """Rows, counts and the largest step are what counting by hand gives."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_journal(Path(folder), history)
        state = folded(path)
        found = [fields for _, fields in read_flat(path) if fields["kind"] == "row" and fields["stream"] == "history"]
        assert state.rows == len(found)
        assert state.last_step == max((row["step"] for row in found), default=None)
        assert state.counts == {
            key: sum(key in row["data"] for row in found) for key in {key for row in found for key in row["data"]}
        }


def test_the_last_value_is_the_summary() -> None:
    """Without a definition, a key's summary is the value logged last, whatever its step."""
    assert summary_of([*rows("loss", 1.0, 2.0), Packed(-5, 1100.0, {"loss": 3})]) == {"loss": 3}


@pytest.mark.parametrize(
    ("summary", "shown"),
    [
        (["min"], {"min": -1}),
        (["max"], {"max": 4.0}),
        (["mean"], {"mean": 2.0}),
        (["first", "last"], {"first": 3.0, "last": 4.0}),
        (["min", "max"], {"min": -1, "max": 4.0}),
    ],
)
def test_a_definition_decides_the_summary(summary: list[str], shown: dict[str, Any]) -> None:
    """`define_metric(summary=…)` puts what it asks for into the summary."""
    history = [Metric(name="x", summary=summary), *rows("x", 3.0, 2.0), *rows("x", -1), *rows("x", 4.0)]
    assert summary_of(history) == {"x": shown}


def test_a_summary_of_none_stays_out() -> None:
    """A metric defined with summary="none" is not in the summary."""
    assert summary_of([Metric(name="x", summary=["none"]), *rows("x", 1.0), *rows("y", 1.0)]) == {"y": 1.0}


def test_a_definition_holds_for_the_rows_after_it() -> None:
    """Rows before the definition are not part of the statistics."""
    assert summary_of([*rows("x", 0.0), Metric(name="x", summary=["min"]), *rows("x", 2.0)]) == {"x": {"min": 2.0}}


def test_a_new_definition_shows_at_once() -> None:
    """What another definition asks for, or that it asks for nothing, shows before the next row."""
    history = [Metric(name="x", summary=["min"]), *rows("x", 1.0, 5.0)]
    assert summary_of([*history, Metric(name="x", summary=["max"])]) == {"x": {"min": 1.0, "max": 5.0}}
    assert summary_of([*history, Metric(name="x", overwrite=True)]) == {"x": 5.0}
    assert summary_of([*history, Metric(name="x", summary=["none"])]) == {}


def test_statistics_begin_anew_when_they_are_asked_for_again() -> None:
    """Rows between two definitions that ask for statistics are not part of them."""
    ask, stop = Metric(name="x", summary=["min"]), Metric(name="x", overwrite=True)
    assert summary_of([ask, *rows("x", 1.0), stop, *rows("x", 0.0), ask, *rows("x", 3.0)]) == {"x": {"min": 3.0}}


def test_nan_is_left_out_and_counted() -> None:
    """NaN does not spoil a minimum; the summary tells how many there were."""
    history = [Metric(name="x", summary=["min", "mean"]), *rows("x", float("nan"), 2.0, 4.0, float("nan"))]
    assert summary_of(history) == {"x": {"min": 2.0, "mean": 3.0, "nan": 2}}


def test_best_keeps_its_row() -> None:
    """`best` keeps the step and all values of the best row, also those logged later at its step."""
    history = [
        Metric(name="acc", summary=["best"], goal="maximize"),
        Packed(0, 1000.0, {"acc": 0.5, "loss": 1.0}),
        Packed(1, 1001.0, {"acc": 0.9}),
        Row(step=1, time=1001.5, data={"note": "top"}),
        Packed(2, 1002.0, {"acc": 0.7, "loss": 0.1}),
    ]
    assert summary_of(history)["acc"] == {"best": 0.9, "best_step": 1, "at_best": {"acc": 0.9, "note": "top"}}


def test_best_does_not_take_in_a_later_visit_to_its_step() -> None:
    """Rows that come back to the best step after others are another row."""
    history = [
        Metric(name="acc", summary=["best"], goal="maximize"),
        Packed(1, 1001.0, {"acc": 0.9}),
        Packed(2, 1002.0, {"acc": 0.1}),
        Packed(1, 1003.0, {"loss": 5.0}),
    ]
    assert summary_of(history)["acc"]["at_best"] == {"acc": 0.9}


def test_system_samples_do_not_end_the_best_row() -> None:
    """A system sample between two rows of one step does not part them."""
    history = [
        Metric(name="acc", summary=["best"], goal="maximize"),
        Packed(1, 1001.0, {"acc": 0.9}),
        Packed(77, 1001.1, {"cpu": 3.0}, "system"),
        Packed(1, 1001.2, {"loss": 5.0}),
    ]
    assert summary_of(history)["acc"]["at_best"] == {"acc": 0.9, "loss": 5.0}


def test_system_samples_are_no_rows() -> None:
    """System samples are counted apart, and move neither the summary nor the last step."""
    with tempfile.TemporaryDirectory() as folder:
        history = [Packed(3, 1001.0, {"x": 1.0}), Packed(99, 1002.0, {"cpu": 5.0}, "system")]
        state = folded(write_journal(Path(folder), history))
    assert (state.rows, state.last_step, state.system_counts, list(state.summary)) == (1, 3, {"cpu": 1}, ["x"])


def test_a_summary_set_by_hand_stays_until_the_next_row() -> None:
    """A value set by hand replaces the one of rows; a row after it replaces it again."""
    set_by_hand = SummaryChange(time=1500.0, set={"x": 9})
    assert summary_of([*rows("x", 1.0), set_by_hand]) == {"x": 9}
    assert summary_of([*rows("x", 1.0), set_by_hand, *rows("x", 2.0)]) == {"x": 2.0}


def test_a_removed_summary_is_gone() -> None:
    """`del summary[key]` removes it, until a row brings it back."""
    removal = SummaryChange(time=1500.0, removed=["x"])
    assert summary_of([*rows("x", 1.0), removal]) == {}
    assert summary_of([*rows("x", 1.0), removal, *rows("x", 2.0)]) == {"x": 2.0}


def test_an_integer_beyond_floats_is_folded() -> None:
    """An integer that no float can hold is no reason to fail: its mean is infinite."""
    history = [
        Metric(name="x", summary=["max", "mean"]),
        Row(step=0, time=1.0, data={"x": 10**400}),
        Row(step=1, time=1.0, data={"x": 1}),
    ]
    assert summary_of(history) == {"x": {"max": 10**400, "mean": float("inf")}}


def test_rows_beyond_the_limit_do_not_count(tmp_path: Path) -> None:
    """With a last step, later rows are left out, and so are summary changes after them; system samples count."""
    history = [
        *rows("x", 1.0, 2.0),
        SummaryChange(time=1100.0, set={"before": 1}),
        *rows("x", *[float(at) for at in range(20)], start=2),
        Row(step=50, time=1200.0, data={"x": "late"}),
        SummaryChange(time=1300.0, set={"after": 1}),
        Packed(60, 1300.0, {"cpu": 1.0}, "system"),
        ConfigChange(time=1300.0, set={"lr": 1}),
    ]
    state = folded(write_journal(tmp_path, history), until_step=3)
    assert (state.rows, state.last_step, state.system_counts) == (4, 3, {"cpu": 1})
    assert {key: value for key, (_, value) in state.summary.items()} == {"x": 1.0, "before": 1}
    assert list(state.config) == ["lr"]


def test_other_records_become_state(tmp_path: Path) -> None:
    """Config, edits, files, alerts, environment and console lines are all in the state."""
    state = folded(
        write_journal(
            tmp_path,
            [
                ConfigChange(time=1.0, set={"lr": 0.1, "old": 1}),
                ConfigChange(time=2.0, removed=["old"]),
                Environment(time=1.0, values={"python": "3"}),
                Environment(time=2.0, values={"git": "abc"}),
                File(time=1.0, path="a.txt", size=3),
                Alert(time=1.0, title="hot"),
                Console(time=1.0, stream="stdout", first=0, lines=["a", "b"]),
                Console(time=1.0, stream="stdout", first=1, lines=["c"]),
                Edit(time=5.0, set={"name": "n"}),
                Preempting(time=3000.0),
            ],
        )
    )
    assert {key: value for key, (_, value) in state.config.items()} == {"lr": 0.1}
    assert state.environment == {"python": "3", "git": "abc"}
    assert state.files["a.txt"].size == 3
    assert [alert.title for alert in state.alerts] == ["hot"]
    assert state.console_lines == {"stdout": 2}
    assert state.edits == {"name": (5.0, "n")}
    assert state.preempting
    assert (state.header, state.exit_time, state.exit_code, state.last_time) == (header(), 2000.0, 0, 3000.0)


def test_rows_lost_by_the_disk_still_show(tmp_path: Path) -> None:
    """The summary of a live run holds a value whose row could not be written."""
    writer = new_writer(tmp_path)
    put_row(writer, Packed(0, 1.0, {"x": 1.0}))
    writer._fd, kept = -1, writer._fd
    put_row(writer, Packed(1, 2.0, {"x": 2.0}))
    writer._fd = kept
    assert writer.fold.settle().summary == {"x": (2.0, 2.0)}
    assert writer.close(Exit(time=3.0)) == 1


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("val/loss", "val/loss"),
        ("val/acc", "val/*"),
        ("train/acc", "*acc"),
        ("other", "*"),
        ("x[1]", "x[*"),
        ("q?", "q?*"),
    ],
)
def test_the_most_specific_definition_holds(key: str, name: str) -> None:
    """A key's own definition goes before globs, and the glob with the most literal characters before others."""
    names = ["*", "val/*", "*acc", "val/loss", "x[*", "q?*"]
    found = definition_of({name: Metric(name=name) for name in names}, key)
    assert found is not None
    assert found.name == name


def test_only_the_star_is_a_wildcard() -> None:
    """A question mark or a bracket in a definition's name stands for itself."""
    assert definition_of({"a?*": Metric(name="a?*")}, "abc") is None
    assert definition_of({"[ab]*": Metric(name="[ab]*")}, "abc") is None


def test_of_equal_globs_the_last_holds() -> None:
    """Of two globs with as many literal characters, the one defined last holds."""
    found = definition_of({"a*": Metric(name="a*"), "*b": Metric(name="*b")}, "ab")
    assert found is not None
    assert found.name == "*b"


def test_definitions_add_up() -> None:
    """A second definition without `overwrite` adds to the first."""
    first = Metric(name="x", summary=["min"], step_metric="epoch", goal="minimize")
    merged = merged_metric(first, Metric(name="x", summary=["max", "min"], hidden=True))
    assert merged == Metric(name="x", summary=["min", "max"], step_metric="epoch", goal="minimize", hidden=True)


def test_flat_reading_agrees_with_the_order_of_the_file(tmp_path: Path) -> None:
    """Rows of key sets that take turns keep the order of the file."""
    history = [Packed(at, 1.0, {"a": at} if at % 2 else {"b": float(at)}) for at in range(100)]
    found = flat(Reader(write_journal(tmp_path, history)))
    assert [fields["step"] for _, fields in found if fields["kind"] == "row"] == list(range(100))
