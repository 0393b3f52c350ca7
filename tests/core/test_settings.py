"""Settings: what they take, and which source wins."""

from __future__ import annotations

import copy
import math
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trailmark import Settings, UsageError
from trailmark._run.settings import (
    TYPES,
    config_folder,
    environment_name,
    find_root,
    from_pyproject,
    from_user_file,
    resolve,
)
from trailmark.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run

BOOLEANS = sorted(name for name, kind in TYPES.items() if kind is bool)
SECONDS = sorted(name for name in TYPES if name.endswith("_s"))
CHOICES = {
    "mode": ["online", "offline", "disabled", "shared"],
    "resume": ["allow", "must", "never", "auto"],
    "reinit": ["default", "return_previous", "finish_previous", "create_new"],
    "distributed": ["join", "separate"],
    "console": ["auto", "wrap", "redirect", "off"],
}
WORDS = {"1": True, "true": True, "TRUE": True, "yes": True, "on": True, "0": False, "false": False, "off": False}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder below which nothing says how."""
    path = tmp_path / "work" / "inner"
    path.mkdir(parents=True)
    monkeypatch.chdir(path)
    return path


def write(path: Path, text: str) -> Path:
    """Write a file, and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_precedence_of_all_sources(
    begin: Callable[..., Run], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments, settings=, the environment, pyproject.toml, settings.toml, defaults: the first that says it wins."""
    names = ["name", "notes", "group", "job_type", "entity"]
    write(tmp_path / "config" / "settings.toml", "\n".join(f'{name} = "user"' for name in names))
    write(
        folder.parent / "pyproject.toml", "[tool.trailmark]\n" + "\n".join(f'{name} = "project"' for name in names[:4])
    )
    for name in names[:3]:
        monkeypatch.setenv(environment_name(name), "environment")
    run = begin(name="argument", settings={"name": "settings", "notes": "settings"})
    found = run.settings
    assert [getattr(found, name) for name in names] == ["argument", "settings", "environment", "project", "user"]
    assert found.mode == "online"
    assert (run.name, run.notes, run.group, run.job_type, run.entity) == tuple(getattr(found, name) for name in names)


def test_the_next_source_completes_each_setting_of_its_own(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """A source that gives one setting does not hide another source's other settings."""
    monkeypatch.setenv("TRAILMARK_NAME", "a")
    write(folder / "pyproject.toml", '[tool.trailmark]\nnotes = "b"\n')
    found = resolve(Settings(group="c"))
    assert (found.name, found.notes, found.group) == ("a", "b", "c")


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_setting_has_an_environment_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its text becomes the setting's type."""
    text = CHOICES[name][-1] if name in CHOICES else "1" if name in BOOLEANS else "2.5" if name in SECONDS else "a,b"
    expected: Any = {"tags": ["a", "b"]}.get(name, text)
    if name in BOOLEANS:
        expected = True
    if name in SECONDS:
        expected = 2.5
    monkeypatch.setenv(environment_name(name), text)
    assert getattr(resolve(), name) == expected
    monkeypatch.setenv(environment_name(name), "")
    assert getattr(resolve(), name) == getattr(Settings, name)


def test_the_names_of_environment_variables() -> None:
    """They are W&B's with another prefix."""
    names = {name: environment_name(name) for name in ("id", "group", "project", "dir", "tags", "mode", "quiet")}
    assert names == {
        "id": "TRAILMARK_RUN_ID",
        "group": "TRAILMARK_RUN_GROUP",
        "project": "TRAILMARK_PROJECT",
        "dir": "TRAILMARK_DIR",
        "tags": "TRAILMARK_TAGS",
        "mode": "TRAILMARK_MODE",
        "quiet": "TRAILMARK_QUIET",
    }


@pytest.mark.parametrize("name", BOOLEANS)
@pytest.mark.parametrize("text", WORDS)
def test_switches_take_what_people_write(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """1, true, yes, on and their opposites, in capitals or not."""
    monkeypatch.setenv(environment_name(name), f" {text} ")
    assert getattr(resolve(), name) is WORDS[text]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("mode", "dryrun", "offline"),
        ("mode", "run", "online"),
        ("resume", True, "auto"),
        ("resume", "true", "auto"),
        ("resume", 1, "auto"),
        ("resume", False, None),
        ("reinit", True, "finish_previous"),
        ("reinit", "1", "finish_previous"),
        ("reinit", False, "return_previous"),
        ("console", False, "off"),
        ("console", "off", "off"),
        ("console", "0", "off"),
        ("console", True, "auto"),
        ("tags", "a, b ,,c", ["a", "b", "c"]),
        ("tags", ("a", "b"), ["a", "b"]),
        ("tags", {"b", "a"}, ["a", "b"]),
        ("tags", (tag for tag in "ab"), ["a", "b"]),
        ("dir", Path("/a/b"), "/a/b"),
        ("quiet", 1, True),
        ("system_interval_s", 3, 3.0),
        ("system_interval_s", "1e1", 10.0),
        ("name", "null", "null"),
    ],
)
def test_values_that_are_understood(name: str, value: Any, expected: Any) -> None:
    """Old spellings, booleans where W&B takes them, and other types of the same meaning."""
    assert getattr(Settings(**{name: value}), name) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("mode", "on-line", "one of 'online', 'offline', 'disabled', 'shared', got 'on-line'"),
        ("mode", ["online"], "one of 'online'"),
        ("resume", "maybe", "one of 'allow', 'must', 'never', 'auto'"),
        ("resume", [1], "one of 'allow'"),
        ("reinit", "x", "one of 'default'"),
        ("console", 2, "one of 'auto'"),
        ("quiet", "maybe", "true or false, got 'maybe'"),
        ("quiet", 2, "true or false"),
        ("system_interval_s", "soon", "a number of seconds, 0 or more, got 'soon'"),
        ("system_interval_s", -1, "a number of seconds, 0 or more"),
        ("finish_timeout_s", math.nan, "a number of seconds"),
        ("finish_timeout_s", math.inf, "a number of seconds"),
        ("id", 5, "a text, got 5"),
        ("project", b"p", "a text"),
        ("tags", [1], "a list of words, got"),
        ("tags", 5, "a list of words"),
        ("run_id", 5, "the setting id is a text"),
        ("disable_git", "maybe", "the setting git is true or false"),
    ],
)
def test_a_bad_value_names_the_setting_and_what_it_may_be(name: str, value: Any, expected: str) -> None:
    """The error can be acted on without the manual, and is a UsageError."""
    with pytest.raises(SettingsError) as caught:
        Settings(**{name: value})
    assert expected in str(caught.value)
    assert str(caught.value).startswith("the setting ")
    assert isinstance(caught.value, UsageError)


def test_a_bad_value_names_its_source(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable or the file stands in the error."""
    monkeypatch.setenv("TRAILMARK_QUIET", "maybe")
    with pytest.raises(SettingsError, match=r"^TRAILMARK_QUIET: the setting quiet is true or false"):
        resolve()
    monkeypatch.delenv("TRAILMARK_QUIET")
    user = write(tmp_path / "config" / "settings.toml", "quiet = 3\n")
    with pytest.raises(SettingsError, match=f"^{user}: the setting quiet"):
        resolve()
    project = write(folder / "pyproject.toml", "[tool.trailmark]\nproject = 3\n")
    with pytest.raises(SettingsError, match=f"^{project}: the setting project is a text, got 3"):
        resolve()


def test_a_key_is_not_shown() -> None:
    """Neither in the text of settings nor in an error."""
    assert "secret" not in repr(Settings(api_key="secret", name="a"))
    with pytest.raises(SettingsError) as caught:
        Settings(api_key=["secret"])
    assert "secret" not in str(caught.value)


def test_wandb_names(capsys: pytest.CaptureFixture[str]) -> None:
    """W&B's names are read and written; opposites are turned round."""
    settings = Settings(run_id="x", root_dir="/r", disable_git="true", x_disable_stats=False, run_tags=["t"])
    assert (settings.id, settings.dir, settings.git, settings.system, settings.tags) == ("x", "/r", False, True, ["t"])
    assert (settings.run_id, settings.root_dir, settings.disable_git, settings.x_disable_stats) == (
        "x",
        "/r",
        True,
        False,
    )
    assert capsys.readouterr().err == ""


def test_an_unknown_setting_warns_once_and_suggests(capsys: pytest.CaptureFixture[str]) -> None:
    """A name of W&B's without a meaning here is no error; a slip is pointed out."""
    for _ in range(2):
        Settings(x_label="a", sytem=False)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "the setting 'x_label' means nothing to Trailmark and is ignored" in lines[0]
    assert "did you mean 'system'?" in lines[1]
    with pytest.raises(AttributeError, match="no setting 'sytem'"):
        _ = Settings().sytem


def test_none_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """None leaves a setting to the next source, as an argument that is left out does."""
    monkeypatch.setenv("TRAILMARK_NAME", "a")
    assert resolve(Settings(name=None)).name == "a"
    assert Settings(name=None).given == {}


def test_what_says_no_to_resume_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`resume=False` is a value, and not the lack of one."""
    monkeypatch.setenv("TRAILMARK_RESUME", "auto")
    assert resolve(Settings(resume=False)).resume is None


def test_settings_are_assigned_copied_and_pickled() -> None:
    """Assigning checks as giving does; a copy is another object with the same values."""
    settings = Settings(name="a")
    settings.quiet = "yes"  # type: ignore[assignment]
    assert settings.quiet is True
    for other in (copy.copy(settings), copy.deepcopy(settings), pickle.loads(pickle.dumps(settings))):
        assert other.given == {"name": "a", "quiet": True}
    with pytest.raises(SettingsError):
        settings.mode = "x"  # type: ignore[assignment]


def test_pyproject_is_the_nearest(folder: Path) -> None:
    """The file in the current folder or the next above it counts, also if it says nothing of Trailmark."""
    write(folder.parent / "pyproject.toml", '[tool.trailmark]\nname = "outer"\n')
    assert from_pyproject().name == "outer"
    write(folder / "pyproject.toml", "[tool.other]\n")
    assert from_pyproject().given == {}


def test_a_folder_in_a_file_is_relative_to_the_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a program is started, its runs are in one place; ``~`` is the home folder."""
    write(folder.parent / "pyproject.toml", '[tool.trailmark]\ndir = "runs"\n')
    assert find_root() == folder.parent / "runs"
    write(folder.parent / "pyproject.toml", '[tool.trailmark]\ndir = "~/runs"\n')
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert find_root() == tmp_path / "home" / "runs"
    (folder.parent / "pyproject.toml").unlink()
    write(tmp_path / "config" / "settings.toml", 'dir = "all"\n')
    assert find_root() == tmp_path / "config" / "all"


def test_where_the_root_is(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default is in the current folder; a relative one is relative to it; an argument goes before all."""
    assert find_root() == folder / "trailmark-runs"
    monkeypatch.setenv("TRAILMARK_DIR", "elsewhere")
    assert find_root() == folder / "elsewhere"
    assert find_root(tmp_path) == tmp_path
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_root("~/x") == tmp_path / "x"


@pytest.mark.parametrize("text", ["[tool.trailmark", "[tool]\ntrailmark = 3\n", "tool = 3\n", "\xff"])
def test_a_file_that_is_no_settings(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that cannot be read is said, and passed over; one that says nonsense is an error."""
    (folder / "pyproject.toml").write_bytes(text.encode("latin-1"))
    if "trailmark = 3" in text:
        with pytest.raises(SettingsError, match=r"tool\.trailmark is 3, it must be a table"):
            resolve()
        return
    assert from_pyproject().given == {}
    assert ("is not read" in capsys.readouterr().err) == (text != "tool = 3\n")


def test_the_configuration_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own variable, then XDG's if that is absolute, then the home folder."""
    assert config_folder() == tmp_path / "config"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TRAILMARK_CONFIG_DIR", "~/own")
    assert config_folder() == tmp_path / "home" / "own"
    monkeypatch.delenv("TRAILMARK_CONFIG_DIR")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/xdg")
    assert config_folder() == Path("/xdg/trailmark")
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert config_folder() == tmp_path / "home" / ".config" / "trailmark"


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container with a user of no name there is no home folder, and no settings either."""
    monkeypatch.delenv("TRAILMARK_CONFIG_DIR")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert from_user_file().given == {}
    assert resolve().project == "uncategorized"


def test_a_current_folder_that_was_deleted(folder: Path) -> None:
    """There is no pyproject.toml to look for."""
    folder.rmdir()
    assert from_pyproject().given == {}
