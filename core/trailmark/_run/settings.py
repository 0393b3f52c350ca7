"""Settings: what they are, and where their values come from.

The first source that gives a value wins:

1. the arguments of `init`,
2. ``init(settings=...)``,
3. environment variables (`TRAILMARK_PROJECT`, …),
4. the table ``[tool.trailmark]`` of the nearest pyproject.toml,
5. ``settings.toml`` in the user's configuration folder,
6. the defaults below.
"""

from __future__ import annotations

import os
import sys
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec

from trailmark._term import termwarn
from trailmark.errors import SettingsError

Mode = Literal["online", "offline", "disabled", "shared"]
_OLD_MODES = {"dryrun": "offline", "run": "online"}

_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on", "y", "t"), True),
    **dict.fromkeys(("0", "false", "no", "off", "n", "f"), False),
}
# What true and false mean to settings that are more than a switch.
_SWITCHED: dict[str, dict[bool, str | None]] = {
    "console": {True: "auto", False: "off"},
    "reinit": {True: "finish_previous", False: "return_previous"},
    "resume": {True: "auto", False: None},
}

# Settings of W&B under the name that they have here.
_WANDB_NAMES = {
    "run_id": "id",
    "run_name": "name",
    "run_notes": "notes",
    "run_tags": "tags",
    "run_group": "group",
    "run_job_type": "job_type",
    "root_dir": "dir",
    "x_stats_sampling_interval": "system_interval_s",
}
_WANDB_OPPOSITES = {"disable_git": "git", "x_disable_stats": "system", "_disable_stats": "system"}
_ENVIRONMENT_NAMES = {"id": "TRAILMARK_RUN_ID", "group": "TRAILMARK_RUN_GROUP"}


class Settings:
    """Values of settings. What is not given here is left to the next source, in the end to the default.

    Names of W&B's settings are accepted; those that mean nothing here warn once.

    Raises:
        SettingsError: a value does not fit its setting.
    """

    project: str = "uncategorized"  # W&B's name for runs of no project
    entity: str | None = None
    dir: str | None = None
    id: str | None = None
    name: str | None = None
    notes: str | None = None
    tags: list[str] = []  # noqa: RUF012 (a default, never changed)
    group: str | None = None
    job_type: str | None = None
    mode: Mode = "online"
    resume: Literal["allow", "must", "never", "auto"] | None = None
    reinit: Literal["default", "return_previous", "finish_previous", "create_new"] = "default"
    allow_val_change: bool = False
    base_url: str | None = None
    api_key: str | None = None
    distributed: Literal["join", "separate"] = "join"
    join_timeout_s: float = 30.0
    console: Literal["auto", "wrap", "redirect", "off"] = "auto"
    system: bool = True
    system_interval_s: float = 10.0
    gpu: bool = True
    git: bool = True
    requirements: bool = True
    save_code: bool = False
    fsync_interval_s: float = 5.0
    finish_timeout_s: float = 10.0
    quiet: bool = False
    silent: bool = False

    def __init__(self, /, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if value is None:
            return
        if name in _WANDB_OPPOSITES:
            vars(self)[_WANDB_OPPOSITES[name]] = not converted(_WANDB_OPPOSITES[name], value)
            return
        name = _WANDB_NAMES.get(name, name)
        if name in TYPES:
            vars(self)[name] = converted(name, value)
        else:
            termwarn(f"the setting {name!r} means nothing to Trailmark and is ignored{_hint(name)}", repeat=False)

    def __getattr__(self, name: str) -> Any:
        if name in _WANDB_NAMES:
            return getattr(self, _WANDB_NAMES[name])
        if name in _WANDB_OPPOSITES:
            return not getattr(self, _WANDB_OPPOSITES[name])
        raise AttributeError(f"there is no setting {name!r}")

    @property
    def given(self) -> dict[str, Any]:
        """The values that were given here."""
        return dict(vars(self))

    def over(self, other: Settings) -> Settings:
        """Return these settings, completed by those of `other`."""
        merged = Settings()
        vars(merged).update({**vars(other), **vars(self)})
        return merged

    def __repr__(self) -> str:
        shown = {name: "…" if name == "api_key" else value for name, value in vars(self).items()}
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


TYPES: dict[str, Any] = {
    name: hint for name, hint in typing.get_type_hints(Settings).items() if not name.startswith("_")
}


def environment_name(setting: str) -> str:
    """Return the environment variable that sets `setting`."""
    return _ENVIRONMENT_NAMES.get(setting, f"TRAILMARK_{setting.upper()}")


def converted(name: str, value: Any) -> Any:
    """Return `value` as the setting `name` wants it.

    Raises:
        SettingsError: it cannot be that.
    """
    try:
        found = msgspec.convert(_as_meant(name, value), TYPES[name], strict=False)
    except msgspec.ValidationError:
        found = NotImplemented
    if found is NotImplemented or (isinstance(found, float) and not 0 <= found < float("inf")):
        shown = "…" if name == "api_key" else repr(value)
        raise SettingsError(f"the setting {name} is {_expected(TYPES[name])}, got {shown}")
    return found


def _as_meant(name: str, value: Any) -> Any:
    """Return what a person means by `value`, where `msgspec.convert` would not guess it."""
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, str):
        if name == "tags":
            return [tag.strip() for tag in value.split(",") if tag.strip()]
        if name == "mode":
            return _OLD_MODES.get(value, value)
        if TYPES[name] is bool or name in _SWITCHED:
            value = _WORDS.get(value.strip().lower(), value)
    if name in _SWITCHED and isinstance(value, int) and value in (0, 1):
        return _SWITCHED[name][bool(value)]
    if name == "tags" and isinstance(value, Iterable) and not isinstance(value, str):
        return sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
    return value


def _expected(kind: Any) -> str:
    """Return in words what a setting of type `kind` is."""
    for part in (kind, *typing.get_args(kind)):
        if typing.get_origin(part) is Literal:
            return "one of " + ", ".join(map(repr, typing.get_args(part)))
    words = {bool: "true or false", float: "a number of seconds, 0 or more", list[str]: "a list of words"}
    return words.get(kind, "a text")


def _hint(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, TYPES, n=1, cutoff=0.75)
    return f": did you mean {near[0]!r}?" if near else ""


def resolve(*given: Settings) -> Settings:
    """Return `given`, completed by the environment, the nearest pyproject.toml, the user's file, and the defaults."""
    found = Settings()
    for source in (*given, from_environment(), from_pyproject(), from_user_file()):
        found = found.over(source)
    return found


def from_environment() -> Settings:
    """Return the settings that environment variables give. An empty variable gives none."""
    found = Settings()
    for name in TYPES:
        variable = environment_name(name)
        if os.environ.get(variable):
            found = found.over(_settings({name: os.environ[variable]}, variable))
    return found


def from_pyproject(start: Path | None = None) -> Settings:
    """Return the settings of ``[tool.trailmark]`` in the pyproject.toml nearest to `start` or the current folder.

    A relative `dir` there is relative to the file.
    """
    try:
        folder = (start or Path.cwd()).resolve()
    except OSError:  # the current folder was deleted
        return Settings()
    for path in (parent / "pyproject.toml" for parent in (folder, *folder.parents)):
        if _is_file(path):
            tool = _read_toml(path).get("tool")
            return _from_table(tool.get("trailmark", {}) if isinstance(tool, dict) else {}, path)
    return Settings()


def from_user_file() -> Settings:
    """Return the settings of ``settings.toml`` in the user's configuration folder.

    A relative `dir` there is relative to that folder.
    """
    path = config_folder() / "settings.toml"
    return _from_table(_read_toml(path), path) if _is_file(path) else Settings()


def config_folder() -> Path:
    """Return where the user's own settings and keys are: `TRAILMARK_CONFIG_DIR`, else the platform's place."""
    given = os.environ.get("TRAILMARK_CONFIG_DIR")
    if given:
        return _expanded(given)
    home = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(home) if home.startswith("/") else _expanded("~/.config")) / "trailmark"


def find_root(directory: str | os.PathLike[str] | None = None) -> Path:
    """Return the root, where runs are: `directory`, else what the settings say, else ``./trailmark-runs``."""
    given = directory if directory is not None else resolve().dir
    return _expanded(given).absolute() if given else Path.cwd() / "trailmark-runs"


def _expanded(path: str | os.PathLike[str]) -> Path:
    """Return a path with the home folder for ``~``, if there is one; pathlib would raise where there is none."""
    return Path(os.path.expanduser(path))  # noqa: PTH111


def _is_file(path: Path) -> bool:
    """Whether a file is there; pathlib would raise for a folder that may not be looked into."""
    return os.path.isfile(path)  # noqa: PTH113


def _from_table(table: Any, path: Path) -> Settings:
    """Return the settings in a table of the TOML file `path`."""
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: tool.trailmark is {table!r}, it must be a table")
    if isinstance(table.get("dir"), str):
        table["dir"] = path.parent / _expanded(table["dir"])
    return _settings(table, str(path))


def _settings(values: dict[str, Any], place: str) -> Settings:
    """Return settings of values that were found at `place`, which errors name."""
    try:
        return Settings(**values)
    except SettingsError as error:
        raise SettingsError(f"{place}: {error}") from None


def _read_toml(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        termwarn(f"{path} is not read: {error}", repeat=False)
        return {}
