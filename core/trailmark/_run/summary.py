"""`Summary`: the results of a run, a dict whose values are also attributes."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, MutableMapping, ValuesView
from typing import TYPE_CHECKING, Any

from trailmark._run.config import as_mapping
from trailmark.media.normalize import as_name, plain

if TYPE_CHECKING:
    from collections.abc import Callable


class Summary(MutableMapping[str, Any]):
    """The results of a run: for each logged key its last value, or what `define_metric` asks for; and what is set here.

    A mapping inside is a view: ``summary["best"]["acc"] = 0.9`` is recorded too. A list comes out as a copy. What is
    set here counts until the next row that holds the key. A copied or pickled summary is a plain dict.
    """

    def __init__(
        self,
        read: Callable[[], dict[str, Any]],
        record: Callable[[dict[str, Any], list[str]], None],
        convert: Callable[[str, Any], Any] = lambda key, value: plain(value, f"summary.{key}"),
    ) -> None:
        vars(self).update(_read=read, _record=record, _convert=convert)

    def update(self, d: Any = None, **more: Any) -> None:  # type: ignore[override]
        """Set all values of the mapping `d`."""
        values = {**as_mapping(d), **more}
        if values:
            self._record({(name := as_name(key)): self._convert(name, value) for key, value in values.items()}, [])

    def __getitem__(self, key: str) -> Any:
        return self._shown(key, self._read()[key])

    def _shown(self, key: str, value: Any) -> Any:
        if isinstance(value, dict) and "_type" not in value:
            return Summary(lambda: self._inside(key), lambda *change: self._record_inside(key, *change), self._convert)
        return plain(value) if isinstance(value, (dict, list)) else value

    def _inside(self, key: str) -> dict[str, Any]:
        """Return the mapping at `key`; an empty one if something else has taken its place since it was looked up."""
        value = self._read().get(key)
        return value if isinstance(value, dict) else {}

    def _record_inside(self, key: str, changed: dict[str, Any], removed: list[str]) -> None:
        kept = {name: value for name, value in self._inside(key).items() if name not in removed}
        self._record({key: {**kept, **changed}}, [])

    def __setitem__(self, key: str, value: Any) -> None:
        self.update({key: value})

    def __delitem__(self, key: str) -> None:
        if key not in self._read():
            raise KeyError(key)
        self._record({}, [key])

    def __contains__(self, key: object) -> bool:
        return key in self._read()

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def items(self) -> ItemsView[str, Any]:
        """Return the keys with their values, all of one moment."""
        return {key: self._shown(key, value) for key, value in self._read().items()}.items()

    def values(self) -> ValuesView[Any]:
        """Return the values, all of one moment."""
        return dict(self.items()).values()

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
        return plain(self._read())  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (self.as_dict(),)

    def __repr__(self) -> str:
        return repr(self._read())
