"""Filters: which runs match a query in the style of MongoDB, as W&B's Api takes it.

A query is checked when it is compiled, so a misspelt field or operator is an error even where there are no runs.
Comparisons follow MongoDB: values of different kinds never match and never raise, a list matches if one of its items
does, a missing value equals None. Two NaN are equal, so that diverged runs can be found.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any, TypeAlias

from trailmark.api import fields
from trailmark.api.nested import MISSING
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark.journal.runstate import RunState

    Predicate: TypeAlias = Callable[[RunState], bool]
    Test: TypeAlias = Callable[[Any], bool]
    Convert: TypeAlias = Callable[[Any], Any]

LOGICAL = ("$and", "$or", "$nor", "$not")
_COMPARISONS = {"$gt": gt, "$gte": ge, "$lt": lt, "$lte": le}
_REGEX_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
_TYPES: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "bool": (bool,),
    "int": (int,),
    "long": (int,),
    "double": (float,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
    "binData": (bytes,),
}


def compile_query(query: Mapping[str, Any]) -> Predicate:
    """Return the function that tells whether a run matches `query`.

    Raises:
        UsageError: the query names an unknown field or operator, or gives an operator what it cannot take.
    """
    if not isinstance(query, Mapping):
        raise UsageError(f"filters are a dict such as {{'config.lr': {{'$lt': 0.1}}}}, got {query!r}")
    parts = [_compile_part(name, condition) for name, condition in query.items()]
    if len(parts) == 1:
        return parts[0]
    return lambda run: all(part(run) for part in parts)


def mentions(query: Any, field: str) -> bool:
    """Tell whether `query` asks for `field` anywhere."""
    if isinstance(query, Mapping):
        return any(name == field or mentions(part, field) for name, part in query.items())
    return isinstance(query, (list, tuple)) and any(mentions(part, field) for part in query)


def _compile_part(name: str, condition: Any) -> Predicate:
    if not isinstance(name, str):
        raise UsageError(f"filters map names of fields to conditions, got the key {name!r}")
    if name.startswith("$"):
        return _compile_logical(name, condition)
    field = fields.find(name)
    test = _compile_condition(condition, _moment if field.is_time else _same)
    if field.is_time:
        return lambda run: test(_microseconds(field.get(run)))
    if field.name == "name":  # in W&B's filters `name` is the id and `display_name` the name
        return lambda run: test([run.name, run.id])
    return lambda run: test(field.get(run))


def _compile_logical(name: str, condition: Any) -> Predicate:
    if name == "$not":
        inner = compile_query(condition)
        return lambda run: not inner(run)
    if name not in LOGICAL:
        raise UsageError(f"unknown operator {name!r}; between fields there are {', '.join(LOGICAL)}")
    if not isinstance(condition, (list, tuple)) or not condition:
        raise UsageError(f"{name} takes a list of filters, got {condition!r}")
    parts = [compile_query(part) for part in condition]
    if name == "$and":
        return lambda run: all(part(run) for part in parts)
    if name == "$or":
        return lambda run: any(part(run) for part in parts)
    return lambda run: not any(part(run) for part in parts)


def _compile_condition(condition: Any, convert: Convert) -> Test:
    """Return the test of one value; `convert` prepares what it is compared with."""
    if isinstance(condition, re.Pattern):
        return _matching(condition)
    if not isinstance(condition, Mapping) or not any(str(name).startswith("$") for name in condition):
        return _equality(convert(condition))
    tests = []
    for name, operand in condition.items():
        if name == "$regex":
            tests.append(_matching(_pattern(operand, condition.get("$options", ""))))
        elif name == "$options" and "$regex" in condition:
            continue
        elif name in _OPERATORS:
            tests.append(_OPERATORS[name](operand, convert))
        else:
            known = ", ".join([*_OPERATORS, "$regex", "$options"])
            raise UsageError(f"unknown operator {name!r}; for a field there are {known}")
    return lambda value: all(test(value) for test in tests)


def _same(value: Any) -> Any:
    return value


class _Moment(float):
    """A time in whole microseconds; regular expressions see it as ISO text."""

    __slots__ = ()


def _moment(value: Any) -> Any:
    return None if value is None else _microseconds(fields.seconds(value))


def _microseconds(moment_s: Any) -> Any:
    return _Moment(round(moment_s * 1e6)) if moment_s is not MISSING and math.isfinite(moment_s) else MISSING


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def equal(value: Any, operand: Any) -> bool:
    """Tell whether two values are the same: 1 and 1.0 are, NaN and NaN are, 1 and True are not."""
    if isinstance(value, (list, tuple)) and isinstance(operand, (list, tuple)):
        return len(value) == len(operand) and all(map(equal, value, operand))
    if isinstance(value, Mapping) and isinstance(operand, Mapping):
        return value.keys() == operand.keys() and all(equal(value[key], operand[key]) for key in value)
    if _is_number(value) and _is_number(operand):
        return bool(value == operand or (value != value and operand != operand))  # noqa: PLR0124 (NaN)
    return type(value) is type(operand) and bool(value == operand)


def _equality(operand: Any) -> Test:
    def test(value: Any) -> bool:
        if value is MISSING:
            return operand is None
        return equal(value, operand) or (isinstance(value, list) and any(equal(item, operand) for item in value))

    return test


def _comparison(name: str) -> Callable[[Any, Convert], Test]:
    compare = _COMPARISONS[name]

    def make(operand: Any, convert: Convert) -> Test:
        operand = convert(operand)

        def test(value: Any) -> bool:
            if isinstance(value, list):
                return any(test(item) for item in value)
            if _is_number(value) and _is_number(operand):
                return bool(compare(value, operand))
            return isinstance(operand, (str, bytes, bool)) and type(value) is type(operand) and compare(value, operand)

        return test

    return make


def _inclusion(operand: Any, convert: Convert) -> Test:
    tests = [
        _matching(item) if isinstance(item, re.Pattern) else _equality(convert(item))
        for item in _items(operand, "$in and $nin")
    ]
    return lambda value: any(test(value) for test in tests)


def _exclusion(operand: Any, convert: Convert) -> Test:
    return _negated(_inclusion(operand, convert))


def _negated(test: Test) -> Test:
    return lambda value: not test(value)


def _presence(operand: Any, _: Convert) -> Test:
    wanted = bool(operand)
    return lambda value: (value is not MISSING) == wanted


def _all(operand: Any, convert: Convert) -> Test:
    tests = [_equality(convert(item)) for item in _items(operand, "$all")]
    return lambda value: bool(tests) and all(test(value) for test in tests)


def _size(operand: Any, _: Convert) -> Test:
    if not _is_number(operand):
        raise UsageError(f"$size takes a number, got {operand!r}")
    return lambda value: isinstance(value, list) and len(value) == operand


def _type(operand: Any, _: Convert) -> Test:
    names = [operand] if isinstance(operand, str) else _items(operand, "$type")
    unknown = [name for name in names if name not in _TYPES]
    if unknown:
        raise UsageError(f"$type knows {', '.join(_TYPES)}, got {unknown[0]!r}")
    types = {kind for name in names for kind in _TYPES[name]}
    return lambda value: type(value) in types


def _element(operand: Any, convert: Convert) -> Test:
    if not isinstance(operand, Mapping):
        raise UsageError(f"$elemMatch takes a dict of operators such as {{'$gt': 1}}, got {operand!r}")
    test = _compile_condition(operand, convert)
    return lambda value: isinstance(value, list) and any(test(item) for item in value)


def _items(operand: Any, name: str) -> list[Any]:
    if isinstance(operand, (str, bytes, Mapping)) or not hasattr(operand, "__iter__"):
        raise UsageError(f"{name} takes a list, got {operand!r}")
    return list(operand)


def _pattern(operand: Any, options: Any) -> re.Pattern[str]:
    if hasattr(operand, "search"):  # a compiled one, also of another package than `re`
        compiled: re.Pattern[str] = operand
        return compiled
    flags = re.RegexFlag(0)
    for letter in str(options):
        if letter not in _REGEX_FLAGS:
            raise UsageError(f"$options knows the letters {', '.join(_REGEX_FLAGS)}, got {options!r}")
        flags |= _REGEX_FLAGS[letter]
    try:
        return re.compile(operand, flags)
    except (re.error, TypeError) as error:
        raise UsageError(f"$regex: {operand!r} is no regular expression: {error}") from None


def _matching(pattern: re.Pattern[str]) -> Test:
    def test(value: Any) -> bool:
        if isinstance(value, list):
            return any(test(item) for item in value)
        if isinstance(value, _Moment):
            value = fields.iso(value / 1e6)
        return isinstance(value, str) and pattern.search(value) is not None

    return test


_OPERATORS: dict[str, Callable[[Any, Convert], Test]] = {
    "$eq": lambda operand, convert: _equality(convert(operand)),
    "$ne": lambda operand, convert: _negated(_equality(convert(operand))),
    **{name: _comparison(name) for name in _COMPARISONS},
    "$in": _inclusion,
    "$nin": _exclusion,
    "$exists": _presence,
    "$not": lambda operand, convert: _negated(_compile_condition(operand, convert)),
    "$all": _all,
    "$size": _size,
    "$type": _type,
    "$elemMatch": _element,
}
