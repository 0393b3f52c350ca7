"""`Config`: the inputs of a run, a dict whose values are also attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailmark.errors import ConfigError, UsageError
from trailmark.media.normalize import plain

if TYPE_CHECKING:
    from collections.abc import Callable

_MISSING: Any = object()


class Config(MutableMapping[str, Any]):
    """The inputs of a run. Each change is recorded at once.

    A value that was set once changes only with `allow_val_change`; setting it to what it is already is no change.
    Values become plain data (see `trailmark.media.normalize`); a mapping inside stays nested.

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
        self._take({key: value for key, value in as_mapping(d).items() if _key(key) not in self._values}, allow=True)

    def as_dict(self) -> dict[str, Any]:
        """Return a plain copy."""
        return plain(self._values)  # type: ignore[no-any-return]

    def persist(self) -> None:
        """Do nothing: every change is recorded as it is made. W&B has this method."""

    def _take(self, values: Mapping[Any, Any], *, allow: bool) -> None:
        new = {_key(key): plain(value, f"config.{key}") for key, value in values.items()}
        changed = {key: value for key, value in new.items() if not _same(self._values.get(key, _MISSING), value)}
        if not allow:
            for key, value in changed.items():
                if key in self._values:
                    raise ConfigError(
                        f"config.{key} is {self._values[key]!r} and would become {value!r}: "
                        "pass allow_val_change=True to config.update() or init() if that is meant"
                    )
        if changed:
            self._values.update(changed)
            self._record(changed, [])

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._take({key: value}, allow=self._allow)

    def __delitem__(self, key: str) -> None:
        del self._values[key]
        self._record({}, [key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        values = vars(self).get("_values", {})
        if name in values:
            return values[name]
        raise AttributeError(f"config has no {name!r}; it has {', '.join(values) or 'nothing yet'}")

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self._values:
            raise AttributeError(f"config has no {name!r}")
        del self[name]

    def __repr__(self) -> str:
        return repr(self._values)


def as_mapping(given: Any) -> dict[str, Any]:
    """Return the values of a mapping, argparse namespace, dataclass, YAML file, absl flags or pydantic model.

    Raises:
        UsageError: `given` is none of these.
    """
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return dict(given)
    if isinstance(given, (str, Path)):
        return read_yaml(Path(given))
    if hasattr(type(given), "__dataclass_fields__"):
        import dataclasses

        return {field.name: getattr(given, field.name) for field in dataclasses.fields(given)}
    for method in ("flag_values_dict", "model_dump", "to_dict"):
        if callable(getattr(given, method, None)) and not isinstance(given, type):
            return dict(getattr(given, method)())
    if hasattr(given, "__dict__") and not isinstance(given, type) and not callable(given):
        return {key: value for key, value in vars(given).items() if not key.startswith("_")}
    raise UsageError(
        f"config takes a mapping, argparse namespace, dataclass or the path of a YAML file, got {type(given).__name__}"
    )


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the values in a YAML file; W&B's form ``{key: {value: …}}`` is understood.

    Raises:
        UsageError: the file cannot be read as a mapping.
    """
    import yaml

    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"config={str(path)!r} is taken as the path of a YAML file, which fails: {error}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise UsageError(f"the YAML file {path} holds a {type(values).__name__}, a config needs a mapping")
    described = {"desc", "value"}
    return {
        str(key): value["value"] if isinstance(value, dict) and "value" in value and set(value) <= described else value
        for key, value in values.items()
        if key != "wandb_version"
    }


def _key(key: Any) -> str:
    return str(plain(key if isinstance(key, str) else str(key)))


def _same(old: Any, new: Any) -> bool:
    """Whether two plain values are the same; NaN is itself, and 1, 1.0 and True are three values."""
    if old is _MISSING:
        return False
    return (
        repr(old) == repr(new)
        if not isinstance(old, dict) or not isinstance(new, dict)
        else (old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old))
    )
