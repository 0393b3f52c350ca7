"""The module `trailmark`: its names, loaded when they are asked for, and `run`, `config` and `summary`."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark import Config
from trailmark.errors import NoRunError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from trailmark import Run


@pytest.mark.parametrize("name", sorted(set(trailmark.__all__) - {"run", "config", "summary"}))
def test_names_are_there(name: str) -> None:
    """Each public name is what its home has under it, each time it is asked for."""
    value = getattr(trailmark, name)
    assert value is not None
    assert getattr(trailmark, name) is value
    assert getattr(value, "__name__", name) in (name, f"trailmark.{name}")


def test_a_name_that_is_none() -> None:
    """The error is that of any module."""
    with pytest.raises(AttributeError, match="module 'trailmark' has no attribute 'nothing'"):
        _ = trailmark.nothing  # type: ignore[attr-defined]
    assert not hasattr(trailmark, "nothing")
    with pytest.raises(ImportError, match="nothing"):
        from trailmark import nothing  # type: ignore[attr-defined]  # noqa: F401


def test_the_import_of_a_script(script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """A script of W&B's needs to change one line, in whichever way it imports."""
    done = script(
        """
import trailmark as wandb
from trailmark import init, log, config, summary
import trailmark.errors

try:
    log({"a": 1})
except wandb.errors.NoRunError as error:
    print(error)
assert wandb.run is None
with init(project="p", config={"lr": 0.1}, settings={"quiet": True, "git": False}) as run:
    log({"a": 1})
    wandb.log({"a": 2})
    assert config.lr == wandb.config.lr == 0.1
    summary["b"] = 3
    assert dict(wandb.summary) == {"a": 2, "b": 3}
    assert wandb.run is run
assert wandb.run is None
"""
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "trailmark.log() needs a run: call trailmark.init() first\n"


def test_errors_need_no_import(script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """`except trailmark.errors.NoRunError` works after `import trailmark`."""
    done = script("import trailmark\nprint(trailmark.errors.NoRunError.__name__)")
    assert done.stdout == "NoRunError\n"


def test_a_star_import_before_init(script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """It gives all public names, and asks for no run."""
    done = script("from trailmark import *\nimport trailmark\nprint(sorted(set(trailmark.__all__) - set(globals())))")
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_run_follows(begin: Callable[..., Run]) -> None:
    """`trailmark.run` is the current run, and None without one."""
    found = [trailmark.run]
    run = begin()
    found.append(trailmark.run)
    run.finish()
    found.append(trailmark.run)
    assert found == [None, run, None]


@pytest.mark.parametrize("name", ["config", "summary"])
def test_before_init_any_use_says_what_to_do(name: str) -> None:
    """Reading, setting, removing, iterating: each names the attribute, and `trailmark.init()`."""
    value: Any = getattr(trailmark, name)

    def set_item() -> None:
        value["x"] = 1

    def remove_item() -> None:
        del value["x"]

    uses: list[Callable[[], Any]] = [
        lambda: value.x,
        lambda: value["x"],
        lambda: setattr(value, "x", 1),
        lambda: delattr(value, "x"),
        lambda: value.update({"x": 1}),
        lambda: value.as_dict(),  # noqa: PLW0108 (the attribute itself is what raises)
        lambda: dict(value),
        lambda: len(value),
        lambda: "x" in value,
        lambda: value.get("x"),
        lambda: bool(value),
        set_item,
        remove_item,
    ]
    for use in uses:
        with pytest.raises(NoRunError, match=rf"^trailmark\.{name} needs a run: call trailmark\.init\(\) first$"):
            use()


@pytest.mark.parametrize("name", ["config", "summary"])
def test_before_init_tools_may_look(name: str, begin: Callable[..., Run]) -> None:
    """A debugger, a copy or a pickle of what stands there asks for no run."""
    value: Any = getattr(trailmark, name)
    assert repr(value) == f"<trailmark.{name} of the current run>"
    assert not hasattr(value, "__array__")
    assert callable(inspect.getattr_static(value, "update"))
    others = [copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))]
    run = begin()
    getattr(run, name)["a"] = 1
    for other in [value, *others]:
        assert dict(other) == {"a": 1}
        assert other.a == 1


def test_what_was_imported_before_init_follows(begin: Callable[..., Run]) -> None:
    """`from trailmark import config` at the top of a module is the config of whichever run is current."""
    config, summary = trailmark.config, trailmark.summary
    trailmark.config = {"early": 1}
    assert config.early == 1
    for lr in (0.1, 0.2):
        run = begin(config={"lr": lr})
        config.update(n=1)
        config["k"] = 2
        config.a = 3
        del config["k"]
        del config.a
        summary.x = lr
        assert config == run.config
        assert (config.lr, len(config), "n" in config) == (lr, len(run.config), True)
        assert dict(run.summary) == {"x": lr}
        run.finish()
    with pytest.raises(NoRunError):
        _ = config.lr


def test_assigned_before_init(begin: Callable[..., Run]) -> None:
    """It is a config at once, also an empty one, and the run's after init."""
    trailmark.config = {}
    assert isinstance(trailmark.config, Config)
    assert len(trailmark.config) == 0
    trailmark.config.lr = 0.1
    run = begin()
    assert trailmark.config is run.config
    assert run.config.lr == 0.1


def test_functions_are_pickled_by_reference() -> None:
    """Spawned workers get them with their callers."""
    for name in ("init", "log", "finish", "define_metric", "alert", "save", "login", "restore", "termwarn"):
        function = getattr(trailmark, name)
        assert pickle.loads(pickle.dumps(function)) is function


def test_dir_lists_what_is_public() -> None:
    """Completion shows the public names, loaded or not, and none of what this module imports."""
    names = dir(trailmark)
    assert set(trailmark.__all__) <= set(names)
    assert "errors" in names
    assert {"importlib", "pkgutil", "sys", "types", "Any", "TYPE_CHECKING"}.isdisjoint(names)
    assert dict(inspect.getmembers(trailmark))["init"] is trailmark.init


def test_no_submodule_is_named_as_a_public_attribute() -> None:
    """Importing a submodule sets the attribute of its name, which would hide the current run."""
    for name in ("run", "config", "summary", "log", "init", "save"):
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(f"trailmark.{name}")


def test_run_is_not_assigned() -> None:
    """Only `init` makes a run current."""
    with pytest.raises(AttributeError):
        trailmark.run = None
    with pytest.raises(AttributeError):
        trailmark.summary = {}  # type: ignore[assignment]


def test_reload(begin: Callable[..., Run]) -> None:
    """Reloading the module, as notebooks do, keeps the run."""
    run = begin()
    importlib.reload(trailmark)
    assert trailmark.run is run
    assert trailmark.config is run.config


def test_alert_levels() -> None:
    """They are W&B's, and are text as well."""
    level: str = trailmark.AlertLevel.WARN
    assert level == "WARN"
    assert [member.value for member in trailmark.AlertLevel] == ["INFO", "WARN", "ERROR"]
