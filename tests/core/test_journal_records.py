"""Tests of `trailmark.journal.records`."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal_support import PROPERTY, canonical
from trailmark.errors import JournalError
from trailmark.journal import records
from trailmark.journal.fold import JournalState
from trailmark.journal.records import Exit, Header, Keys, Row, decode, decode_struct, encode

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@PROPERTY
@given(st.dictionaries(st.text(), PLAIN))
def test_plain_values_come_back_as_they_went_in(data: dict[str, Any]) -> None:
    """None, bools, integers of any size, floats, strings, bytes, lists and maps survive, also NaN and -0.0."""
    record = decode(encode(Row(step=1, time=2.0, data=data)))
    assert isinstance(record, Row)
    assert canonical(record.data) == canonical(data)


@pytest.mark.parametrize("value", [1 << 63, (1 << 64) - 1, 1 << 64, -(1 << 63) - 1, 10**100, -(10**100)])
def test_integers_of_any_size_survive(value: int) -> None:
    """MessagePack ends at 64 bits; larger integers are an extension that nobody sees."""
    record = decode(encode(Row(step=0, time=0.0, data={"x": [value]})))
    assert isinstance(record, Row)
    assert record.data == {"x": [value]}


def test_half_a_surrogate_pair_is_escaped() -> None:
    """A string that is not Unicode, such as the name of a file can be, is written as its escape."""
    record = decode(encode(Row(step=0, time=0.0, data={"a\udc80": "b\ud800"})))
    assert isinstance(record, Row)
    assert record.data == {"a\\udc80": "b\\ud800"}


def test_an_exit_with_such_a_string_keeps_its_state() -> None:
    """Escaping a traceback leaves the state beside it as it is."""
    record = decode(encode(Exit(time=1.0, error="\udc80", state=encode(JournalState(rows=3)))))
    assert isinstance(record, Exit)
    assert record.error == "\\udc80"
    assert decode_struct(record.state, JournalState).rows == 3


@pytest.mark.parametrize("record", [*records.RECORDS])
def test_the_kind_comes_first(record: type[records.Record]) -> None:
    """A record is a map whose first key is `kind`, which finding the next good frame relies on."""
    fields = {"run": "r", "writer": "w", "time": 1.0, "number": 1, "names": [], "kinds": "", "step": 1, "data": {}}
    fields |= {
        "name": "\udc80",
        "stream": "s",
        "first": 0,
        "lines": [],
        "values": {},
        "path": "p",
        "title": "t",
        "set": {},
        "action": "logged",
        "project": "p",
        "version": 1,
    }
    names = [field.name for field in msgspec.structs.fields(record) if field.required or field.name == "name"]
    payload = encode(record(**{name: fields[name] for name in names}))
    assert payload[1:10] == b"\xa4kind" + payload[6:10]
    assert decode(payload) is not None


def test_an_unknown_kind_is_none() -> None:
    """A record of a kind that a later version writes is passed over, whatever is in it."""
    assert decode(msgspec.msgpack.encode({"kind": "hologram", "step": "x"})) is None
    assert decode(msgspec.msgpack.encode({"kind": "hologram", "when": msgspec.msgpack.Ext(77, b"?")})) is None


def test_unknown_fields_are_ignored() -> None:
    """A field that a later version writes is passed over."""
    payload = msgspec.msgpack.encode({"kind": "keys", "number": 1, "names": ["a"], "kinds": "f", "unit": "m"})
    assert decode(payload) == Keys(number=1, names=["a"], kinds="f")


def test_missing_fields_have_their_defaults() -> None:
    """What an earlier version did not write has its default."""
    payload = msgspec.msgpack.encode({"kind": "header", "run": "r", "writer": "w", "time": 1.0})
    assert decode(payload) == Header(run="r", writer="w", time=1.0)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x01",
        b"\x80",
        b"\xc1",
        b"\x81\xa4kind\x01",
        b"\x81\xa4kind\xa3row",
        b"\x82\xa4kind\xa3row\xa4step",
        b"\x81\xa4kind\xa2\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\x82\xa4kind\xa3row\xa1x" + b"\x91" * 100_000,
        b"\x82\xa4kind\xa4soon\xa1x" + b"\x91" * 100_000,
        msgspec.msgpack.encode({"kind": "row", "step": "one", "time": 1.0, "data": {}}),
    ],
)
def test_what_is_no_record_raises_a_journal_error(payload: bytes) -> None:
    """Whatever the bytes are, there is no other error."""
    with pytest.raises(JournalError):
        decode(payload)


def test_what_is_no_state_raises_a_journal_error() -> None:
    """A state that cannot be decoded raises like a record."""
    for payload in (b"", b"\x01", b"\x81\xa4rows\xa1x", b"\xff" * 20):
        with pytest.raises(JournalError):
            decode_struct(payload, JournalState)


def test_kind_names_are_all_records() -> None:
    """The names that decoding knows are those of the records."""
    assert {record.__struct_config__.tag for record in records.RECORDS} == records.KIND_NAMES
    assert {"header", "keys", "row", "config", "summary", "metric", "console"} < records.KIND_NAMES
