"""`Summary`: the results of a run, a dict whose values are also attributes."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from trailmark._run.config import as_mapping
from trailmark.media.normalize import plain

if TYPE_CHECKING:
    from collections.abc import Callable


class Summary(MutableMapping[str, Any]):
    """The results of a run: for each logged key its last value, or what `define_metric` asks for; and what is set here.

    A mapping inside is a view: ``summary["best"]["acc"] = 0.9`` is recorded too.
    """

    def __init__(self, read: Callable[[], dict[str, Any]], record: Callable[[dict[str, Any], list[str]], None]) -> None:
        vars(self).update(_read=read, _record=record)

    def update(self, d: Any = None, **more: Any) -> None:  # type: ignore[override]
        """Set all values of the mapping `d`."""
        values = {**as_mapping(d), **more}
        if values:
            self._record({str(key): plain(value, f"summary.{key}") for key, value in values.items()}, [])

    def __getitem__(self, key: str) -> Any:
        value = self._read()[key]
        if isinstance(value, dict) and "_type" not in value:
            return Summary(lambda: self._read().get(key, {}), self._inside(key))
        return value

    def _inside(self, key: str) -> Callable[[dict[str, Any], list[str]], None]:
        def record(changed: dict[str, Any], removed: list[str]) -> None:
            old = self._read().get(key, {})
            kept = {name: value for name, value in old.items() if name not in removed}
            self._record({key: {**kept, **changed}}, [])

        return record

    def __setitem__(self, key: str, value: Any) -> None:
        self.update({key: value})

    def __delitem__(self, key: str) -> None:
        if key not in self._read():
            raise KeyError(key)
        self._record({}, [key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        raise AttributeError(f"summary has no {name!r}; it has {', '.join(self) or 'nothing yet'}")

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self:
            raise AttributeError(f"summary has no {name!r}")
        del self[name]

    def as_dict(self) -> dict[str, Any]:
        """Return a plain copy."""
        return dict(self._read())

    def __repr__(self) -> str:
        return repr(self._read())
