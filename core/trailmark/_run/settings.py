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
from pathlib import Path
from typing import Any, Literal

import msgspec

from trailmark._term import termwarn
from trailmark.errors import SettingsError

Mode = Literal["online", "offline", "disabled", "shared"]
_OLD_MODES = {"dryrun": "offline", "run": "online"}

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

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            self._take(name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        self._take(name, value)

    def _take(self, name: str, value: Any) -> None:
        if name in _WANDB_OPPOSITES:
            name, value = _WANDB_OPPOSITES[name], not value
        name = _WANDB_NAMES.get(name, name)
        if name not in TYPES:
            termwarn(f"the setting {name!r} means nothing to Trailmark and is ignored", repeat=False)
        elif value is not None:
            vars(self)[name] = converted(name, value)

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
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if name == "mode":
        value = _OLD_MODES.get(value, value)
    if name == "resume":
        value = {True: "auto", False: None, "true": "auto", "false": None}.get(value, value)
    if name == "reinit" and not isinstance(value, str):
        value = "finish_previous" if value else "return_previous"
    if name == "tags" and isinstance(value, str):
        value = [tag.strip() for tag in value.split(",") if tag.strip()]
    if name == "tags" and isinstance(value, (tuple, set, frozenset)):
        value = list(value)
    try:
        return msgspec.convert(value, TYPES[name], strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"the setting {name}={value!r} does not fit: {error}") from None


def resolve(*given: Settings) -> Settings:
    """Return `given`, completed by the environment, the nearest pyproject.toml, the user's file, and the defaults."""
    found = Settings()
    for source in (*given, from_environment(), from_pyproject(), from_user_file()):
        found = found.over(source)
    return found


def from_environment() -> Settings:
    """Return the settings that environment variables give. An empty variable gives none."""
    return Settings(**{name: os.environ[env] for name in TYPES if os.environ.get(env := environment_name(name))})


def from_pyproject(start: Path | None = None) -> Settings:
    """Return the settings of ``[tool.trailmark]`` in the pyproject.toml nearest to `start` or the current folder.

    A relative `dir` there is relative to the file.
    """
    try:
        folder = (start or Path.cwd()).resolve()
    except OSError:  # the current folder was deleted
        return Settings()
    for path in (parent / "pyproject.toml" for parent in (folder, *folder.parents)):
        if path.is_file():
            table = _read_toml(path).get("tool", {}).get("trailmark", {})
            if "dir" in table:
                table["dir"] = str(path.parent / table["dir"])
            return Settings(**table)
    return Settings()


def from_user_file() -> Settings:
    """Return the settings of ``settings.toml`` in the user's configuration folder."""
    path = config_folder() / "settings.toml"
    return Settings(**_read_toml(path)) if path.is_file() else Settings()


def config_folder() -> Path:
    """Return where the user's own settings and keys are: `TRAILMARK_CONFIG_DIR`, else the platform's place."""
    given = os.environ.get("TRAILMARK_CONFIG_DIR")
    if given:
        return Path(given)
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "trailmark"


def find_root(directory: str | os.PathLike[str] | None = None) -> Path:
    """Return the root, where runs are: `directory`, else what the settings say, else ``./trailmark-runs``."""
    given = directory if directory is not None else resolve().dir
    return Path(given).expanduser().absolute() if given else Path.cwd() / "trailmark-runs"


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
