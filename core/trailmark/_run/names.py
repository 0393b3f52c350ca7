"""Ids and names: made up for new runs, checked when a person gives them."""

from __future__ import annotations

import os
import re
import string
from typing import TYPE_CHECKING

from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LENGTH_BYTES = 128  # of a project or an id: they are names of folders
_ID_LETTERS = string.ascii_lowercase + string.digits
# What no file system, shell or URL takes amiss; W&B forbids / \ # ? % : as well.
_FORBIDDEN = re.compile(r'[/\\#?%:*"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')

_FIRST = """
    amber ancient autumn azure bold brave bright brisk calm clear clever cosmic crimson crisp curious deep
    distant eager early earnest electric emerald faithful fearless gentle gilded glad golden graceful happy
    hidden honest humble icy ivory jolly keen kind lively lucky lunar mellow merry misty noble northern patient
    pearl playful polar proud quick quiet radiant rapid royal rustic sage scarlet serene sharp silent silver
    smooth snowy solar sparkling spring steady still stoic summer sunny swift tidal true upbeat vivid warm wild
    winter wise
"""
_SECOND = """
    aspen badger bay beacon birch bison breeze brook canyon cedar cliff cloud comet coral cove crane creek crest
    dawn delta dune eagle elm falcon fern field finch fjord forest fox galaxy garden glacier glade grove harbor
    hare hawk heron hill island jay juniper lagoon lake lark leaf lynx maple marsh meadow mesa moon moss moth
    mountain oak ocean orchid otter owl path peak pebble pine planet plum pond prairie rain raven reef ridge
    river robin sea shore sky sparrow spruce star stone stream summit sun swan thunder tide trail valley wave
    willow wind wolf wren
"""


def new_id() -> str:
    """Return a new run id: eight letters and digits."""
    return "".join(_choice(_ID_LETTERS) for _ in range(8))


def new_name(number: int) -> str:
    """Return a name for the run that is the `number`-th of its project. Leaves the random state alone."""
    return f"{_choice(_FIRST.split())}-{_choice(_SECOND.split())}-{number}"


def _choice(items: Sequence[str]) -> str:
    """Return one of `items`, by the system's randomness."""
    return items[int.from_bytes(os.urandom(8), "little") % len(items)]


def check_name(kind: str, name: str) -> str:
    """Return `name` if it can name a folder.

    Raises:
        UsageError: it cannot; the message says why.
    """
    found = _FORBIDDEN.search(name)
    if not name or name != name.strip():
        raise UsageError(f"{kind}={name!r} is empty, or begins or ends with a space: give it another one")
    if found:
        raise UsageError(f"{kind}={name!r} holds {found.group()!r}, which a {kind} must not: give it another one")
    if name.startswith(".") or name.endswith("."):
        raise UsageError(f"{kind}={name!r} begins or ends with a dot, which a {kind} must not: give it another one")
    size_bytes = len(name.encode())
    if size_bytes > MAX_LENGTH_BYTES:
        raise UsageError(f"{kind}={name[:20]!r}… takes {size_bytes} bytes, a {kind} at most {MAX_LENGTH_BYTES}")
    return name
