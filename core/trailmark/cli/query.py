"""What people type to choose runs and values: ``config.lr>0.1``, ``-loss``, ``state,config.lr``.

A name is that of a field of runs (`trailmark.api.fields`), or of a summary value, or of a config value, looked for in
this order. It becomes the query, the order or the field that `trailmark.api` knows; nothing is compared here.
"""

from __future__ import annotations

import json
import re
import time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from trailmark.api import fields
from trailmark.api.nested import MISSING, lookup
from trailmark.cli.text import parse_span
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trailmark.journal.runstate import RunState

_CONDITION = re.compile(r"\s*(?P<name>[^<>=!~]+?)\s*(?P<sign>==|!=|!~|>=|<=|=|>|<|~)\s*(?P<value>.*?)\s*", re.DOTALL)
_OPERATORS = {"=": "$eq", "==": "$eq", "!=": "$ne", ">": "$gt", ">=": "$gte", "<": "$lt", "<=": "$lte", "~": "$regex"}
_LISTS = {"$eq": "$in", "$ne": "$nin"}


def full_name(name: str, runs: Sequence[RunState]) -> str:
    """Return `name` as `trailmark.api` wants it: a field's, or ``summary.…`` or ``config.…`` of one of the `runs`.

    Raises:
        UsageError: it is neither; the message names close ones.
    """
    try:
        fields.find(name)
    except UsageError:
        pass
    else:
        return name
    for run in runs:
        if lookup(run.summary, name) is not MISSING:
            part = statistic(run, name)
            return f"summary.{name}.{part}" if part else f"summary.{name}"
    if any(lookup(run.config, name) is not MISSING for run in runs):
        return f"config.{name}"
    known = {key for run in runs for key in (*run.summary, *run.config)}.union(fields.NAMES)
    close = get_close_matches(name, known, n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else "`trailmark ls --json` shows the names of all values"
    raise UsageError(f"no run has a value {name!r}; {hint}")


def statistic(run: RunState, key: str) -> str:
    """Return which part of a summary value stands for it, if it is several statistics of a metric; else ""."""
    value = run.summary.get(key)
    if not isinstance(value, dict):
        return ""
    goal = run.metrics[key].goal if key in run.metrics else None
    extremes = ("max", "min") if goal == "maximize" else ("min", "max")
    return next((part for part in ("best", *extremes, "mean", "last", "first") if part in value), "")


def parse_filters(texts: Iterable[str], runs: Sequence[RunState]) -> dict[str, Any]:
    """Return the query that all of `texts` ask for: conditions such as ``lr>0.1``, or JSON in MongoDB's style.

    Raises:
        UsageError: a text is no condition.
    """
    parts = [_json(text) if text.lstrip().startswith("{") else _condition(text, runs) for text in texts]
    return {"$and": parts} if parts else {}


def parse_order(text: str, runs: Sequence[RunState]) -> str:
    """Return the order that `text` asks for: names after a minus go down.

    Raises:
        UsageError: no run has such a value.
    """
    terms = [term.strip() for term in text.split(",") if term.strip()]
    return ",".join(("-" if term.startswith("-") else "+") + full_name(term.lstrip("+-"), runs) for term in terms)


def asked_values(filters: Iterable[str], order: str | None, runs: Sequence[RunState]) -> list[str]:
    """Return the full names of the summary and config values that conditions and an order mention."""
    names = [term.strip().lstrip("+-") for term in (order or "").split(",") if term.strip()]
    names += [
        found["name"] for text in filters if (found := _CONDITION.fullmatch(text)) and not text.lstrip().startswith("{")
    ]
    full = [full_name(name, runs) for name in names]
    return list(dict.fromkeys(name for name in full if name.startswith(("summary.", "config."))))


def _json(text: str) -> dict[str, Any]:
    try:
        query: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise UsageError(f"--filter {text!r} is no JSON: {error}") from None
    return query


def _condition(text: str, runs: Sequence[RunState]) -> dict[str, Any]:
    found = _CONDITION.fullmatch(text)
    if not found:
        raise UsageError(f"--filter takes a condition such as 'config.lr>0.1' or 'state=failed', got {text!r}")
    name, sign = full_name(found["name"], runs), found["sign"]
    if sign in ("~", "!~"):
        matches = {"$regex": found["value"]}
        return {name: {"$not": matches} if sign == "!~" else matches}
    operator, value = _OPERATORS[sign], _value(name, found["value"])
    return {name: {_LISTS[operator] if isinstance(value, list) and operator in _LISTS else operator: value}}


def _value(name: str, text: str) -> Any:
    """Return what `text` stands for: a number, true, null, JSON, a span of time where one is meant, or itself."""
    field, span_s = fields.find(name), parse_span(text) if text[-1:].isalpha() else None
    if span_s is not None and field.is_time:
        return time.time() - span_s
    if span_s is not None and field.name == "runtime":
        return span_s
    try:
        return json.loads(text)
    except ValueError:
        pass  # plain text, which needs no quotes
    return [_value(name, part.strip()) for part in text.split(",")] if "," in text else text
