"""`trailmark.media.normalize`: what becomes of any Python value."""

from __future__ import annotations

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import io
import itertools
import math
import types
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from journal_support import PROPERTY
from trailmark import Histogram
from trailmark.errors import LogTypeError
from trailmark.journal.records import Row, decode, encode
from trailmark.media.normalize import as_name, fields_of, flat_row, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trailmark import Run

_PLAIN = (type(None), bool, int, float, str, bytes, list, dict)


class Colour(enum.Enum):
    """An Enum whose values are no names."""

    RED = 1


class Word(str, enum.Enum):
    """An Enum that is a str."""

    ONE = "eins"


class Level(enum.IntEnum):
    """An Enum that is an int."""

    HIGH = 3


class Flags(enum.Flag):
    """An Enum whose members combine."""

    A = 1
    B = 2


@dataclasses.dataclass
class Pair:
    """A dataclass."""

    left: Any
    right: Any = None


class Names:
    """A key with a text."""

    def __str__(self) -> str:
        return "named"


class Silent:
    """An object whose text fails."""

    def __str__(self) -> str:
        raise ValueError("no text\nat all")

    __repr__ = __str__


class MoodyError(RuntimeError):
    """An error that cannot even be shown."""

    def __str__(self) -> str:
        raise RuntimeError


def _fails(*_: Any, **__: Any) -> Any:
    raise MoodyError


def back(data: dict[str, Any]) -> dict[str, Any]:
    """Return a row as it comes back from the journal."""
    record = decode(encode(Row(step=0, time=0.0, data=data)))
    assert isinstance(record, Row)
    return record.data


def one(value: Any) -> Any:
    """Return what a single logged value becomes, which is plain and comes back as it is."""
    row = flat_row({"x": value})
    assert repr(back(row)) == repr(row)
    assert _is_plain(row)
    return row["x"]


def _is_plain(value: Any) -> bool:
    if type(value) is dict:
        return all(type(key) is str for key in value) and all(map(_is_plain, value.values()))
    return all(map(_is_plain, value)) if type(value) is list else type(value) in _PLAIN


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -1, 2**63, -(2**64), 10**4000, 0.1, -0.0, 5e-324, math.inf, "", "naïve 🚀", b"\x00\xff", [], {}],
    ids=lambda value: repr(value)[:20],
)
def test_plain_values_stay(value: Any) -> None:
    """What has a form in the journal comes back with its type and to the last bit."""
    assert repr(one(value)) == repr(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Colour.RED, "RED"),
        (Word.ONE, "ONE"),
        (Level.HIGH, "HIGH"),
        (type("Text", (str,), {})("a"), "a"),
        (type("Count", (int,), {})(3), 3),
        (type("Real", (float,), {})(0.5), 0.5),
        (type("Raw", (bytes,), {})(b"a"), b"a"),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"abcd")[::2], b"ac"),
        (1 + 2j, "(1+2j)"),
        (decimal.Decimal("0.1"), 0.1),
        (decimal.Decimal("NaN"), math.nan),
        (decimal.Decimal("1e999"), "1E+999"),
        (decimal.Decimal("sNaN"), "sNaN"),
        (fractions.Fraction(1, 4), 0.25),
        (fractions.Fraction(10**400), "1" + "0" * 400),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Path("/a/b"), "/a/b"),
        (datetime.date(2024, 2, 29), "2024-02-29"),
        (datetime.time(1, 2), "01:02:00"),
        (datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc), "2024-01-01T00:00:00+00:00"),
        (datetime.timedelta(milliseconds=1500), 1.5),
        ((1, (2, 3)), [1, [2, 3]]),
        (collections.deque([1, 2]), [1, 2]),
        (array.array("d", [1, 2]), [1.0, 2.0]),
        ({3, 1, 2}, [1, 2, 3]),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({"b": 1, "a": 2}.keys(), ["b", "a"]),
        ({"b": 1}.values(), [1]),
        (range(2, 1_000_000_000), "range(2, 1000000000)"),
        (collections.UserString("ab"), "ab"),
        (len, "len"),
        (math.sqrt, "math.sqrt"),
        (int, "int"),
        (collections.Counter.update, "collections.Counter.update"),
        (functools.partial(int, base=2), "functools.partial(<class 'int'>, base=2)"),
        (ValueError("why"), "why"),
        ("\udc80", r"\udc80"),
        (np.str_("\ud800a"), r"\ud800a"),
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.12}",  # shorter than an address, which differs by process
)
def test_values_of_the_standard_library(value: Any, expected: Any) -> None:
    """Each kind of value becomes what docs/logging.md says."""
    found = one(value)
    assert repr(found) == repr(expected)


def test_combined_flags_have_a_name() -> None:
    """A combination of flags is its text, in every Python."""
    assert one(Flags.A | Flags.B).endswith("A|B") or one(Flags.A | Flags.B) == "Flags.B|A"
    assert one(Flags(0)) != "None"


@pytest.mark.parametrize("name", list("?bBhHiIlLqQefdg"))
def test_numbers_of_numpy(name: str) -> None:
    """Scalars, arrays without dimensions and arrays of one value of each type become the same Python number."""
    kind = {"?": bool, "e": float, "f": float, "d": float, "g": float}.get(name, int)
    for value in (np.dtype(name).type(1), np.array(1, dtype=name), np.ones((1, 1), dtype=name)):
        found = one(value)
        assert found == 1
        assert type(found) is kind


def test_the_largest_and_smallest_numbers_of_numpy_are_exact() -> None:
    """Integers of 64 bits, and the smallest numbers of narrow floats, do not change."""
    assert one(np.uint64(2**64 - 1)) == 2**64 - 1
    assert one(np.array([2**64 - 1, 0], dtype=np.uint64)) == [2**64 - 1, 0]
    assert one(np.int64(-(2**63))) == -(2**63)
    assert one(np.float16(6e-08)) == 2**-24
    assert one(np.float32(0.1)) == 0.10000000149011612
    assert one(np.longdouble("1e4000")) == "1e+4000"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.complex64(1j), "1j"),
        (np.clongdouble(1j), "1j"),
        (np.array([1j, 2]), ["1j", "(2+0j)"]),
        (np.datetime64("2024-01-01T10:00"), "2024-01-01T10:00"),
        (np.datetime64("2024-01-01T10:00:00.000000001"), "2024-01-01T10:00:00.000000001"),
        (np.datetime64("NaT", "s"), None),
        (np.array(["2024-01-01", "NaT"], dtype="M8[D]"), ["2024-01-01", None]),
        (np.timedelta64(90, "m"), 5400.0),
        (np.timedelta64("NaT", "s"), math.nan),
        (np.timedelta64(5, "Y"), "5 years"),
        (np.array([1, 2], dtype="m8[h]"), [3600.0, 7200.0]),
        (np.str_("a"), "a"),
        (np.bytes_(b"a"), b"a"),
        (np.array(["a", "bc"]), ["a", "bc"]),
        (np.array([b"a", b"bc"]), [b"a", b"bc"]),
        (np.void(b"ab"), b"ab"),
        (np.array({"a": 1}, dtype=object), {"a": 1}),
        (np.array([None, "a", 1.5, Colour.RED], dtype=object), [None, "a", 1.5, "RED"]),
        (np.array([]), []),
        (np.zeros((2, 0)), [[], []]),
        (np.arange(4).reshape(2, 2), [[0, 1], [2, 3]]),
        (np.array([True, False]), [True, False]),
        (np.ma.masked, None),
        (np.ma.array([1, 2], mask=[False, True]), [1, None]),
        (np.ma.array([1.5], mask=[True]), None),
        (np.float32, "numpy.float32"),
        (np.dtype("f4"), "float32"),
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.30}",
)
def test_arrays_and_scalars_of_numpy(value: Any, expected: Any) -> None:
    """Dates, durations, text, objects, masks, and arrays of all shapes become plain values."""
    assert repr(one(value)) == repr(expected)


def test_a_ragged_list_keeps_its_shape() -> None:
    """An array of one number is that number, but not among others in a list."""
    ragged = [np.array([1, 2]), np.array([3]), np.array([[4]]), np.array(5), np.array([])]
    assert one(ragged) == [[1, 2], [3], [[4]], 5, []]
    values = np.empty(2, dtype=object)
    values[:] = ragged[:2]
    assert one(values) == [[1, 2], [3]]
    assert one(np.array([3])) == 3
    assert plain({"a": np.array([3])}) == {"a": 3}


def test_arrays_of_longdouble_are_floats() -> None:
    """A type without a Python counterpart does not go in circles."""
    assert one(np.array([0.5, 0.25], dtype=np.longdouble)) == [0.5, 0.25]


def test_a_structured_array_keeps_its_names() -> None:
    """Each field is a key."""
    value = np.array([(1, 2.5), (3, 4.5)], dtype=[("n", "i4"), ("x", "f8")])
    assert flat_row({"s": value, "t": value[0]}) == {"s.n": [1, 3], "s.x": [2.5, 4.5], "t.n": 1, "t.x": 2.5}
    assert plain(value) == {"n": [1, 3], "x": [2.5, 4.5]}


def test_an_array_of_more_than_32_numbers_is_a_histogram() -> None:
    """The 33rd number makes the difference, whatever the shape; masked ones are left out."""
    assert one(np.arange(32)) == list(range(32))
    assert one(np.arange(33)) == Histogram(np.arange(33)).to_record()
    assert one(np.ones((3, 11), dtype=bool))["counts"].count(33) == 1
    masked = np.ma.array(np.arange(100.0), mask=np.arange(100) >= 50)
    assert sum(one(masked)["counts"]) == 50


def test_large_arrays_of_what_is_no_number_are_lists() -> None:
    """Text and complex numbers have no histogram."""
    assert one(np.array(["a"] * 40)) == ["a"] * 40
    assert len(one(np.full(40, 1j))) == 40


def test_a_list_stays_a_list() -> None:
    """Only arrays become histograms: a list of numbers of any length is kept."""
    numbers = [float(number) for number in range(100_000)]
    assert one(numbers) == numbers


def test_the_first_histogram_is_told_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    """One line for all arrays of all keys, as a model may have hundreds."""
    for key in ("a", "b"):
        flat_row({key: np.arange(50)})
    assert capsys.readouterr().err == (
        "trailmark: arrays of more than 32 numbers are kept as histograms, here that of 'a'\n"
    )


def test_each_type_kept_as_text_is_told_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever logs an object in place of its value learns it, without a line for each step."""
    for key in ("a", "b"):
        flat_row({key: io.StringIO(), "c": Names()})
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "values of type _io.StringIO are kept as their text, here that of 'a'" in lines[0]


def test_an_iterator_is_not_consumed() -> None:
    """A generator belongs to whoever made it."""
    numbers: Iterator[int] = itertools.count()
    generator = (number for number in range(3))
    assert one(numbers) == "count(0)"
    assert one(generator).startswith("<generator")
    assert list(generator) == [0, 1, 2]


def test_a_stream_is_left_alone() -> None:
    """A file has a method `detach`, as tensors do; logging the file by mistake must not call it."""
    stream = io.TextIOWrapper(io.BytesIO())
    assert "TextIOWrapper" in one(stream)
    stream.write("still open")


def test_nested_mappings_become_dotted_keys() -> None:
    """Keys of any type have a text; those of Enums are their names, but a str is itself."""
    data = {"a": {1: {Colour.RED: 1, Word.ONE: 2, (1, 2): 3, None: 4, Names(): 5, 0.5: {}, "\udc80": 6}}}
    assert flat_row(data) == {
        "a.1.RED": 1,
        "a.1.eins": 2,
        "a.1.(1, 2)": 3,
        "a.1.None": 4,
        "a.1.named": 5,
        "a.1.0.5": {},
        r"a.1.\udc80": 6,
    }


def test_of_equal_dotted_keys_the_last_counts() -> None:
    """A dotted key and the nesting that it spells are one key."""
    assert flat_row({"a.b": 1, "a": {"b": 2}}) == {"a.b": 2}


def test_what_is_no_more_than_its_fields_is_flattened() -> None:
    """Dataclasses and namespaces, nested in one another, are as good as mappings."""
    import argparse

    data = {"d": Pair(1, Pair("x")), "n": types.SimpleNamespace(a=argparse.Namespace(b=2)), "l": [Pair(1)]}
    assert flat_row(data) == {
        "d.left": 1,
        "d.right.left": "x",
        "d.right.right": None,
        "n.a.b": 2,
        "l": [{"left": 1, "right": None}],
    }


def test_fields_of_attrs_and_pydantic_objects() -> None:
    """They are recognised by what their classes have, as neither package is needed."""

    class Attribute:
        def __init__(self, name: str) -> None:
            self.name = name

    class Point:
        __attrs_attrs__ = (Attribute("x"), Attribute("unset"))
        x = 1

    class Model:
        def model_dump(self) -> dict[str, Any]:
            return {"y": 2}

    assert fields_of(Point()) == {"x": 1}
    assert fields_of(Model()) == {"y": 2}
    assert fields_of(3) is None


def test_a_dataclass_without_all_of_its_fields_keeps_the_others() -> None:
    """A field that was never set is no reason to lose the rest."""

    @dataclasses.dataclass
    class Late:
        now: int
        later: int = dataclasses.field(init=False)

    assert flat_row({"x": Late(1)}) == {"x.now": 1}


def test_a_value_that_says_what_it_is() -> None:
    """Values of Trailmark have `to_record`; a foreign method of that name is not taken for it."""

    class Foreign:
        def to_record(self) -> list[int]:
            return [1]

        def __str__(self) -> str:
            return "foreign"

    assert one([Histogram([1])])[0]["_type"] == "histogram"
    assert one(Foreign()) == "foreign"


def test_a_record_shares_nothing_with_its_value() -> None:
    """What is logged does not change when the caller changes what was logged."""
    inner = [1]
    histogram = Histogram([1, 2], num_bins=2)
    found = plain({"list": [inner], "h": histogram})
    inner.append(2)
    histogram.histogram.append(9)
    assert found["list"] == [[1]]
    assert found["h"]["counts"] == [1, 1]


@pytest.mark.parametrize(
    "value",
    [
        Silent(),
        type("Array", (), {"__array__": _fails})(),
        type("Tensor", (), {"numpy": _fails})(),
        type("Record", (), {"to_record": _fails})(),
        type("Path", (), {"__fspath__": _fails})(),
        type("Map", (dict,), {"items": _fails})(a=1),
        type("List", (list,), {"__iter__": _fails})([1]),
        type("Number", (int,), {"__int__": _fails})(1),
        type("Lazy", (), {"__getattr__": _fails})(),
        type("Model", (), {"model_dump": _fails})(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_fails_is_a_text_that_says_so(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """No value stops a training run: the rest of the row is kept, and the person is told once."""
    for _ in range(2):
        row = flat_row({"good": 1, "bad": value, "list": [value, 2]})
        assert back(row) == row
        assert row["good"] == 1
        assert row["bad"].startswith(f"<{type(value).__module__}.")
        assert row["bad"].endswith(">")
        assert row["list"] == [row["bad"], 2]
    assert capsys.readouterr().err.count("'bad' cannot be read") == 1


def test_the_reason_of_a_failure_is_kept() -> None:
    """The text names the type and the first line of the error."""
    assert one(Silent()) == f"<{__name__}.Silent: ValueError: no text>"


def test_a_key_without_a_text_is_refused() -> None:
    """There is nothing to log the value under."""
    with pytest.raises(LogTypeError, match=r"a key of type .*Silent has no text"):
        flat_row({"a": {Silent(): 1}})


def test_a_key_of_the_row_must_be_a_str() -> None:
    """The error names the key and says what to write."""
    with pytest.raises(LogTypeError, match=r"got the key 1 of type int: write '1'"):
        flat_row({1: 2})  # type: ignore[dict-item]


def test_keys_are_plain_str() -> None:
    """A key that is an Enum and a str is its value; half of a surrogate pair is escaped."""
    row = flat_row({Word.ONE: 1, "\udc80": 2})
    assert row == {"eins": 1, r"\udc80": 2}
    assert all(type(key) is str for key in row)
    assert as_name(np.str_("a")) == "a"


def _in_itself(make: Callable[[Any], Any]) -> Any:
    inner: list[Any] = []
    outer = make(inner)
    inner.append(outer)
    return outer


@pytest.mark.parametrize(
    "make",
    [
        lambda inner: inner,
        lambda inner: {"a": inner},
        Pair,
        lambda inner: (inner,),
        lambda inner: types.SimpleNamespace(a=inner),
        lambda inner: np.array([inner, None], dtype=object),
        lambda inner: collections.ChainMap({"a": inner}),
    ],
    ids=["list", "dict", "dataclass", "tuple", "namespace", "object array", "mapping"],
)
def test_what_contains_itself_is_refused(make: Callable[[Any], Any]) -> None:
    """Endless nesting raises an error that says so, and not a RecursionError."""
    value = _in_itself(make)
    for call in (flat_row, plain):
        with pytest.raises(LogTypeError, match="does it contain itself"):
            call({"x": value})


def test_a_mapping_that_contains_itself_is_refused() -> None:
    """So does a mapping whose entry is the mapping."""
    data: dict[str, Any] = {}
    data["x"] = data
    with pytest.raises(LogTypeError, match="does it contain itself"):
        flat_row(data)


def test_sixty_levels_are_fine() -> None:
    """What is nested deeply, but not without end, comes back."""
    deep: Any = 1
    for _ in range(30):
        deep = {"a": [deep]}
    row = {"x": plain(deep)}
    assert back(row) == row
    row = flat_row(deep)
    assert back(row) == row


def test_tensors_of_other_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A method `numpy` or an array interface is enough; CuPy's arrays are fetched from the device by `get`."""

    class Tensor:
        def numpy(self) -> Any:
            return np.array([1.5, 2.5])

    class OnDevice:
        def get(self) -> Any:
            return np.float32(0.5)

        def __array__(self) -> Any:
            raise TypeError("implicit conversion is not allowed")

    monkeypatch.setattr(OnDevice, "__module__", "cupy.core")
    assert one(Tensor()) == [1.5, 2.5]
    assert one(OnDevice()) == 0.5
    assert one(Tensor) == f"{__name__}.{Tensor.__qualname__}"


def test_values_reach_the_journal(begin: Callable[..., Run]) -> None:
    """`log` takes all of this, and the summary shows it."""
    run = begin()
    run.log({"e": Colour.RED, "d": Pair(np.float16(0.5)), "a": np.arange(3), "bad": Silent(), "big": 2**100})
    summary = run.summary.as_dict()
    assert summary.pop("bad").startswith("<")
    assert summary == {"e": "RED", "d.left": 0.5, "d.right": None, "a": [0, 1, 2], "big": 2**100}


_numbers = st.integers() | st.floats() | st.complex_numbers() | st.booleans() | st.decimals() | st.fractions()
_texts = st.text(st.characters(exclude_categories=[])) | st.binary() | st.uuids()
_times = st.dates() | st.times() | st.datetimes() | st.timedeltas()
_enums = st.sampled_from([Colour.RED, Word.ONE, Level.HIGH, Flags.A | Flags.B])
_arrays = hnp.arrays(
    hnp.scalar_dtypes() | hnp.array_dtypes() | hnp.unicode_string_dtypes() | hnp.byte_string_dtypes(),
    hnp.array_shapes(min_dims=0, min_side=0, max_side=4),
)
_leaves = st.none() | _numbers | _texts | _times | _enums | _arrays | st.builds(Silent) | st.builds(object)
_keys = st.text() | st.integers() | st.none() | _enums | st.tuples(st.integers())
_values = st.recursive(
    _leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_keys, inner, max_size=4)
        | st.builds(Pair, inner, inner)
        | st.tuples(inner, inner)
        | st.frozensets(st.integers() | st.text(), max_size=4)
    ),
    max_leaves=8,
)


@PROPERTY
@given(st.dictionaries(st.text(st.characters(exclude_categories=[])), _values, max_size=4))
def test_any_row_is_plain_and_comes_back(data: dict[str, Any]) -> None:
    """Whatever is logged becomes plain values, which the journal gives back equal and of the same types."""
    row = flat_row(data)
    assert _is_plain(row)
    assert repr(back(row)) == repr(row)


@PROPERTY
@given(_values)
def test_plain_is_its_own_fixed_point(value: Any) -> None:
    """A plain value stays as it is, so that a config read back and set again is no change."""
    found = plain(value)
    assert repr(plain(found)) == repr(found)
