"""Finding the framework of an adapter, and the run that it logs to; needs no framework."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from trailmark.adapter import FRAMEWORKS, Framework, framework, run_of
from trailmark.errors import MissingPackageError, NoRunError, UsageError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Install packages of the names given, of version 1.5; the adapter "toy" is for "lamp" and "old_lamp"."""
    monkeypatch.setitem(FRAMEWORKS, "toy", (Framework("lamp", "lamp", "1.4"), Framework("old-lamp", "old_lamp", "1.4")))
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("lamp", "old_lamp"):
        monkeypatch.delitem(sys.modules, name, raising=False)

    def install(*packages: str, source: str = "__version__ = '1.5'\n") -> None:
        for package in packages:
            (tmp_path / package).mkdir()
            (tmp_path / package / "__init__.py").write_text(source, encoding="utf-8")

    return install


def test_the_first_that_is_installed_is_taken(install: Callable[..., None]) -> None:
    """Of two packages that an adapter is for, the first one goes before."""
    install("lamp", "old_lamp")
    assert framework("toy").__name__ == "lamp"


def test_the_second_is_taken_where_the_first_is_missing(install: Callable[..., None]) -> None:
    """A package that is not installed is passed over."""
    install("old_lamp")
    assert framework("toy").__name__ == "old_lamp"


def test_what_the_program_imported_goes_before(install: Callable[..., None]) -> None:
    """The one that the program works with is taken, whatever else is installed."""
    install("lamp", "old_lamp")
    framework("toy", "old_lamp")
    assert framework("toy").__name__ == "old_lamp"


def test_none_is_there(install: Callable[..., None]) -> None:
    """The error has the command that installs the first choice."""
    install()
    with pytest.raises(MissingPackageError, match=r"trailmark\.toy needs the package 'lamp': run `pip install lamp`"):
        framework("toy")


def test_what_a_framework_lacks_itself_is_told_as_it_is(install: Callable[..., None]) -> None:
    """A framework that is there and cannot import something of its own is not said to be missing."""
    install("lamp", source="import lampshade\n")
    with pytest.raises(ModuleNotFoundError, match="lampshade"):
        framework("toy")


def test_a_namesake_is_named(install: Callable[..., None], tmp_path: Path) -> None:
    """A file of the user's which hides the framework is named, with what to do."""
    install()
    (tmp_path / "lamp.py").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"lamp\.py, not the package lamp: rename that file"):
        framework("toy")


@pytest.mark.parametrize(("version", "warnings"), [("1.3.9", 1), ("1.4", 0), ("1.4rc1", 0), ("1.10", 0)])
def test_an_old_version_is_told_once(
    install: Callable[..., None], capsys: pytest.CaptureFixture[str], version: str, warnings: int
) -> None:
    """A version before the first that is tested is used, with one warning."""
    install("lamp", source=f"__version__ = {version!r}\n")
    framework("toy")
    framework("toy")
    assert capsys.readouterr().err.count("is older than 1.4") == warnings


def test_the_current_run_is_used(begin: Callable[..., Run]) -> None:
    """Without a run of its own, an adapter logs to the current one."""
    run = begin()
    assert run_of(None, "f()") is run


def test_a_given_run_goes_before(begin: Callable[..., Run]) -> None:
    """A run that is given is taken, though another one is current."""
    given = begin()
    begin(reinit="create_new")
    assert run_of(given, "f()") is given


def test_no_run_is_an_error_that_names_the_call() -> None:
    """Without a run, the error says which call needs one."""
    with pytest.raises(NoRunError, match=r"f\(\) needs a run: call trailmark\.init\(\) first"):
        run_of(None, "f()")


def test_each_adapter_may_be_imported_without_its_framework(
    script: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    """`import trailmark.<adapter>` loads neither a framework nor numpy."""
    modules = [one.module.split(".")[0] for frameworks in FRAMEWORKS.values() for one in frameworks]
    done = script(
        f"import sys\nfor name in {sorted(FRAMEWORKS)}:\n    __import__('trailmark.' + name)\n"
        f"print([name for name in {['numpy', *modules]} if name in sys.modules])\n"
    )
    assert done.stdout == "[]\n", done.stderr
