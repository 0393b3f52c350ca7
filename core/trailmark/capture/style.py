"""Colours and effects of terminal text (the escape sequence SGR, ECMA-48 section 8.3.117).

A style is the shortest parameter list that sets it, such as ``"1;31"`` for bold red; the plain style is ``""``.
Unknown parameters are ignored.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = ""
_EXTENDED = {"38": "foreground", "48": "background", "58": "line"}
_ARGUMENTS = {"5": 1, "2": 3}  # 38;5;n picks from a palette, 38;2;r;g;b is a colour
_EFFECTS = {
    1: "bold",
    2: "dim",
    3: "italic",
    4: "underline",
    5: "blink",
    6: "blink",
    7: "reverse",
    8: "conceal",
    9: "strike",
    21: "underline",
    53: "overline",
}
_ENDS = {
    22: ("bold", "dim"),
    23: ("italic",),
    24: ("underline",),
    25: ("blink",),
    27: ("reverse",),
    28: ("conceal",),
    29: ("strike",),
    39: ("foreground",),
    49: ("background",),
    55: ("overline",),
    59: ("line",),
}


@functools.lru_cache(maxsize=4096)
def restyle(style: str, parameters: str) -> str:
    """Return what `style` becomes by ``ESC [ parameters m``."""
    slots: dict[str, str] = {}
    _apply(slots, style)
    _apply(slots, parameters or "0")
    return ";".join(slots.values())


def change(old: str, new: str) -> str:
    """Return the escape sequence that leads from one style to another."""
    if old == new:
        return ""
    if not new:
        return "\x1b[0m"
    return f"\x1b[0;{new}m" if old else f"\x1b[{new}m"


def _apply(slots: dict[str, str], parameters: str) -> None:
    codes = iter(parameters.split(";")) if parameters else iter(())
    for code in codes:
        head = code.split(":")[0]  # 38:2::r:g:b is one parameter
        if head in _EXTENDED:
            value = code if ":" in code else _extended(code, codes)
            if value:
                slots[_EXTENDED[head]] = value
        elif not code:
            slots.clear()
        elif len(head) <= 3 and head.isdecimal():  # noqa: PLR2004 (no parameter has more digits)
            _set(slots, int(head), code)


def _extended(code: str, codes: Iterator[str]) -> str:
    mode = next(codes, "")
    values = [next(codes, "") for _ in range(_ARGUMENTS.get(mode, 0))]
    if not values or not all(value.isdecimal() for value in values):
        return ""
    return ";".join([code, mode, *values])


def _set(slots: dict[str, str], number: int, code: str) -> None:
    if number == 0:
        slots.clear()
    elif number in _EFFECTS:
        slots[_EFFECTS[number]] = code
    elif 30 <= number <= 37 or 90 <= number <= 97:  # noqa: PLR2004 (the eight colours and their bright forms)
        slots["foreground"] = code
    elif 40 <= number <= 47 or 100 <= number <= 107:  # noqa: PLR2004 (the same for the background)
        slots["background"] = code
    else:
        for slot in _ENDS.get(number, ()):
            slots.pop(slot, None)
