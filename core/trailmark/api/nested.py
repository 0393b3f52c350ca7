"""Looking things up in nested mappings by dotted names, and `Summary`, the results of a run as a reader sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()  # what a name that leads nowhere gives; None may be a value


def lookup(values: Any, name: str) -> Any:
    """Return what `name` leads to in `values`, or `MISSING`.

    A dot goes one mapping (or, with a number, one list) deeper, but keys that hold dots are found too; the longest
    key wins.
    """
    if isinstance(values, list):
        head, _, rest = name.partition(".")
        if not head.isdigit() or int(head) >= len(values):
            return MISSING
        return lookup(values[int(head)], rest) if rest else values[int(head)]
    if not isinstance(values, Mapping):
        return MISSING
    if name in values:
        return values[name]
    cut = name.rfind(".")
    while cut > 0:
        if name[:cut] in values:
            found = lookup(values[name[:cut]], name[cut + 1 :])
            if found is not MISSING:
                return found
        cut = name.rfind(".", 0, cut)
    return MISSING


class Summary(dict[str, Any]):
    """The results of a run by key, a dict.

    Keys that were logged in nested mappings are dotted, as everywhere: ``summary["val.acc"]``. They can be reached
    step by step too: ``summary["val"]["acc"]``; the mapping in between is a copy.
    """

    def __missing__(self, key: str) -> Any:
        inside = self._inside(key)
        if not inside:
            raise KeyError(key)
        return inside

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (isinstance(key, str) and bool(self._inside(key)))

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of `key`, or `default`."""
        return self[key] if key in self else default  # noqa: SIM401 (this is the method it proposes)

    def _inside(self, key: str) -> Summary:
        start = f"{key}."
        return Summary((name[len(start) :], value) for name, value in self.items() if name.startswith(start))
