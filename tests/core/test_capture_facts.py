"""What is known of the program and its machine without asking anybody."""

from __future__ import annotations

import os
import platform
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psutil
import pytest

from trailmark.capture import facts as module
from trailmark.capture.facts import Command, facts

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

COMMAND = Command("train.py", Path("/a/train.py"), ["--lr", "1"], "/a")
SHOW = "import json; from trailmark.capture.facts import Command; c = Command.current()\n"
SHOW += "print(json.dumps([c.program, str(c.path), c.args, c.cwd]))\n"


def test_facts_of_this_machine() -> None:
    """Host, system, Python, processors and memory are this machine's."""
    found = facts(COMMAND)
    assert found["host"] == socket.gethostname()
    assert found["python"] == platform.python_version()
    assert found["executable"] == sys.executable
    assert found["cpu_count"] == os.cpu_count()
    assert found["memory_bytes"] == psutil.virtual_memory().total
    assert (found["program"], found["args"], found["cwd"]) == ("train.py", ["--lr", "1"], "/a")


def test_facts_can_be_recorded() -> None:
    """All values are plain ones, and none is empty."""
    found = facts(COMMAND)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found)) == found
    assert not [name for name, value in found.items() if value is None]


def test_only_listed_variables_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler's variables are recorded; what may be a secret is not."""
    monkeypatch.setenv("SLURM_JOB_ID", "42")
    monkeypatch.setenv("LOCAL_RANK", "3")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("SLURM_JWT", "secret")
    found = facts(COMMAND)
    assert found["variables"].items() >= {"SLURM_JOB_ID": "42", "LOCAL_RANK": "3"}.items()
    assert "secret" not in str(found)


def test_script(script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """Of a script the program is its path."""
    result = script(SHOW)
    path = str(tmp_path / "script.py")
    assert msgspec.json.decode(result.stdout) == [path, path, [], str(tmp_path)]


def test_module(script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """Of a module that is run the program is how it was run, and the path its file."""
    package = tmp_path / "package"
    package.mkdir()
    (package / "__main__.py").write_text(SHOW)
    (package / "train.py").write_text(SHOW)
    source = "import subprocess, sys\nfor name in ('package', 'package.train'):\n"
    source += "    subprocess.run([sys.executable, '-m', name, '--lr', '1'], check=True)\n"
    result = script(source)
    first, second = [msgspec.json.decode(line) for line in result.stdout.splitlines()]
    assert first == ["-m package", str(package / "__main__.py"), ["--lr", "1"], str(tmp_path)]
    assert second == ["-m package.train", str(package / "train.py"), ["--lr", "1"], str(tmp_path)]


def test_interactive_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a script there is no program; a notebook's path is taken from its server, if it is a file."""
    monkeypatch.setitem(sys.modules, "__main__", None)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert Command.current()[:2] == ("", None)
    notebook = tmp_path / "train.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    assert Command.current()[:2] == ("", None)
    notebook.write_text("{}")
    assert Command.current()[:2] == (str(notebook), notebook)


def test_deleted_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program whose working folder is gone has none."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert Command.current().cwd == ""
    assert "cwd" not in facts(Command.current())


@pytest.mark.parametrize(
    ("variable", "name", "expected"),
    [
        ("KUBERNETES_SERVICE_HOST", "container", "kubernetes"),
        ("APPTAINER_CONTAINER", "container", "apptainer"),
        ("KAGGLE_KERNEL_RUN_TYPE", "notebook", "kaggle"),
        ("DATABRICKS_RUNTIME_VERSION", "notebook", "databricks"),
    ],
)
def test_hints_by_variables(monkeypatch: pytest.MonkeyPatch, variable: str, name: str, expected: str) -> None:
    """The kinds of containers and notebooks that announce themselves are told."""
    for other in ("KUBERNETES_SERVICE_HOST", "APPTAINER_CONTAINER", "KAGGLE_KERNEL_RUN_TYPE"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(variable, "1")
    assert facts(COMMAND)[name] == expected


@pytest.mark.parametrize(("loaded", "expected"), [("google.colab", "colab"), ("ipykernel", "jupyter")])
def test_hints_by_modules(monkeypatch: pytest.MonkeyPatch, loaded: str, expected: str) -> None:
    """The kinds of notebooks that have loaded their own modules are told."""
    monkeypatch.setitem(sys.modules, loaded, module)
    assert facts(COMMAND)["notebook"] == expected


def test_system_that_tells_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a system does not tell is left out."""

    def refuse(*_: Any) -> Any:
        raise ValueError

    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "sysconf", refuse)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert not facts(COMMAND).keys() & {"cpus_usable", "memory_bytes", "cpu_count"}
