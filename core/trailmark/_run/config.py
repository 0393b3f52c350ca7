"""`Config`: the inputs of a run, a dict whose values are also attributes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailmark.errors import ConfigError, UsageError
from trailmark.media.normalize import as_name, fields_of, plain

if TYPE_CHECKING:
    from collections.abc import Callable


class Config(MutableMapping[str, Any]):
    """The inputs of a run. Each change is recorded at once.

    A value that was set once changes only with `allow_val_change`; setting it to what it is already is no change.
    Values become plain data (see `trailmark.media.normalize`). A mapping or list inside comes out as a copy: to change
    it, set it again as a whole. A copied or unpickled config is on its own, and its changes are recorded nowhere.

    Raises:
        ConfigError: a value would change. Nothing of that call is taken then.
    """

    def __init__(self, record: Callable[[dict[str, Any], list[str]], None], *, allow_val_change: bool = False) -> None:
        vars(self).update(_values={}, _record=record, _allow=allow_val_change)

    def update(self, d: Any = None, allow_val_change: bool | None = None, **more: Any) -> None:  # type: ignore[override]  # noqa: FBT001
        """Take all values of `d`: a mapping, argparse namespace, dataclass, YAML file, or absl flags."""
        values = {**as_mapping(d), **more}
        self._take(values, allow=self._allow if allow_val_change is None else allow_val_change)

    def setdefaults(self, d: Any) -> None:
        """Take those values of `d` whose keys are not set yet."""
        self._take({key: value for key, value in as_mapping(d).items() if as_name(key) not in self._values}, allow=True)

    def as_dict(self) -> dict[str, Any]:
        """Return a plain copy."""
        return plain(self._values)  # type: ignore[no-any-return]

    def persist(self) -> None:
        """Do nothing: every change is recorded as it is made. W&B has this method."""

    def _take(self, values: Mapping[Any, Any], *, allow: bool) -> None:
        new = {(name := as_name(key)): plain(value, f"config.{name}") for key, value in values.items()}
        known = self._values
        changed = {key: value for key, value in new.items() if key not in known or not _same(known[key], value)}
        conflicts = [] if allow else [key for key in changed if key in known]
        for key in conflicts:
            raise ConfigError(
                f"config.{key} is {known[key]!r} and would become {changed[key]!r}: "
                "pass allow_val_change=True to config.update() or init() if that is meant"
            )
        if changed:
            self._record(changed, [])  # first, as it raises when the run is finished
            known.update(changed)

    def __getitem__(self, key: str) -> Any:
        value = self._values[key]
        return plain(value) if isinstance(value, (dict, list)) else value

    def __setitem__(self, key: str, value: Any) -> None:
        self._take({key: value}, allow=self._allow)

    def __delitem__(self, key: str) -> None:
        if key not in self._values:
            raise KeyError(key)
        self._record({}, [key])
        del self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        values = vars(self)["_values"]
        if name in values:
            return self[name]
        raise AttributeError(f"config has no {name!r}; it has {', '.join(values) or 'nothing yet'}")

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self._values:
            raise AttributeError(f"config has no {name!r}")
        del self[name]

    def __reduce__(self) -> tuple[Any, ...]:
        return detached, (self.as_dict(),)

    def __repr__(self) -> str:
        return repr(self._values)


def detached(values: Any) -> Config:
    """Return a config of no run, whose values may change freely."""
    config = Config(lambda _changed, _removed: None, allow_val_change=True)
    config.update(values)
    return config


def as_mapping(given: Any) -> dict[Any, Any]:
    """Return the values of a mapping, argparse namespace, dataclass, YAML file, absl flags or pydantic model.

    Any other object gives its attributes, but for those whose name begins with an underscore.

    Raises:
        UsageError: `given` is none of these.
    """
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return dict(given)
    if isinstance(given, (str, os.PathLike)):
        return read_yaml(Path(given))
    fields = fields_of(given)
    if fields is not None:
        return fields
    for method in ("flag_values_dict", "to_dict"):
        if callable(getattr(type(given), method, None)):
            return dict(getattr(given, method)())
    if hasattr(given, "__dict__") and not isinstance(given, type) and not callable(given):
        return {key: value for key, value in vars(given).items() if not key.startswith("_")}
    raise UsageError(
        "config takes a mapping, argparse namespace, dataclass or the path of a YAML file, "
        f"got {given.__name__ if isinstance(given, type) else type(given).__name__}"
    )


def read_yaml(path: Path) -> dict[Any, Any]:
    """Return the values in a YAML file; W&B's form ``{key: {value: …}}`` is understood.

    Raises:
        UsageError: the file cannot be read as a mapping.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        """Takes 1e-3 for a number, as YAML 1.2 does and PyYAML does not."""

    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
    )
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506 (it is a SafeLoader)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:  # ValueError: no UTF-8, or no date
        raise UsageError(f"config={str(path)!r} is taken as the path of a YAML file, which fails: {error}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise UsageError(f"the YAML file {path} holds a {type(values).__name__}, a config needs a mapping")
    return _unwrapped(values)


def _unwrapped(values: dict[Any, Any]) -> dict[Any, Any]:
    """Return the values of W&B's form, ``{key: {desc: …, value: …}}`` for all keys; others as they are."""
    own = {key: value for key, value in values.items() if key not in ("wandb_version", "_wandb")}
    if all(
        isinstance(value, dict) and "value" in value and value.keys() <= {"desc", "value"} for value in own.values()
    ):
        return {key: value["value"] for key, value in own.items()}
    return values


def _same(old: Any, new: Any) -> bool:
    """Whether two plain values are the same; NaN is itself, and 1, 1.0 and True are three values."""
    if type(old) is not type(new):
        return False
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return repr(old) == repr(new)
