"""`Config`: the inputs of a run."""

from __future__ import annotations

import argparse
import collections
import copy
import dataclasses
import enum
import json
import math
import pickle
import types
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import trailmark
from trailmark import Config, ConfigError, UsageError
from trailmark._run.config import as_mapping, detached, read_yaml
from trailmark.errors import LogTypeError, RunFinishedError
from trailmark.journal.reader import Entry, Reader
from trailmark.journal.records import ConfigChange
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trailmark import Run


class Optimizer(enum.Enum):
    """A choice."""

    ADAM = "adam"


@dataclasses.dataclass
class Model:
    """A part of a config."""

    depth: int = 2
    widths: tuple[int, ...] = (8, 4)


@dataclasses.dataclass
class Hyper:
    """A config as a dataclass."""

    lr: float = 0.1
    model: Model = dataclasses.field(default_factory=Model)


class Plain:
    """An object with attributes."""

    def __init__(self) -> None:
        self.lr = 0.1
        self._hidden = 1


class Flags:
    """Flags as absl has them."""

    def flag_values_dict(self) -> dict[str, Any]:
        """Return all values."""
        return {"lr": 0.1}

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("flags were not parsed")


class Pretrained:
    """A config as transformers has them."""

    def to_dict(self) -> dict[str, Any]:
        """Return all values."""
        return {"layers": 2}


class Validated:
    """A config as pydantic has them."""

    def model_dump(self) -> dict[str, Any]:
        """Return all values."""
        return {"lr": 0.1, "model": {"depth": 2}}


class Interpolated(Mapping[str, Any]):
    """A mapping that works its values out, as OmegaConf's do, and nests mappings of its own kind."""

    def __init__(self, **values: Any) -> None:
        self._values = values

    def __getitem__(self, key: str) -> Any:
        value = self._values[key]
        return Interpolated(**value) if isinstance(value, dict) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def recorded(run: Run) -> list[tuple[dict[str, Any], list[str]]]:
    """Return what the journal says of the config: what was set and removed, change by change."""
    records = [item.record for item in Reader(run.writer.path).read() if isinstance(item, Entry)]
    return [(record.set, record.removed) for record in records if isinstance(record, ConfigChange)]


def kept(run: Run) -> dict[str, Any]:
    """Return the config as a reader of the run sees it."""
    state = load(run.path_on_disk)
    assert state is not None
    return state.config


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, {}),
        ({}, {}),
        ({"lr": 0.1, "model": {"depth": 2}}, {"lr": 0.1, "model": {"depth": 2}}),
        (argparse.Namespace(lr=0.1, _private=1), {"lr": 0.1, "_private": 1}),
        (types.SimpleNamespace(model=types.SimpleNamespace(depth=2)), {"model": {"depth": 2}}),
        (Hyper(), {"lr": 0.1, "model": {"depth": 2, "widths": [8, 4]}}),
        (Flags(), {"lr": 0.1}),
        (Pretrained(), {"layers": 2}),
        (Validated(), {"lr": 0.1, "model": {"depth": 2}}),
        (Interpolated(lr=0.1, model={"depth": 2}), {"lr": 0.1, "model": {"depth": 2}}),
        (collections.ChainMap({"lr": 0.1}, {"lr": 1.0}), {"lr": 0.1}),
        ({1: "a", None: "b", Optimizer.ADAM: "c"}, {"1": "a", "None": "b", "ADAM": "c"}),
        (detached({"lr": 0.1}), {"lr": 0.1}),
        (Plain(), {"lr": 0.1}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_init_takes(begin: Callable[..., Run], given: Any, expected: dict[str, Any]) -> None:
    """Each of these is a config, and is in the journal when `init` returns."""
    run = begin(config=given)
    assert run.config.as_dict() == expected
    assert dict(run.config) == expected
    assert kept(run) == expected


@pytest.mark.parametrize("given", [3, [("a", 1)], len, Hyper, "no/such/file.yaml", Path("x.yaml")], ids=repr)
def test_what_init_refuses(begin: Callable[..., Run], given: Any) -> None:
    """The error says what a config may be."""
    with pytest.raises(UsageError, match="config"):
        begin(config=given)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lr: 0.1\nmodel:\n  depth: 2\n", {"lr": 0.1, "model": {"depth": 2}}),
        ("lr: 1e-3\nbig: 2E+5\nsmall: -1.5e-7\nname: 1e\n", {"lr": 0.001, "big": 2e5, "small": -1.5e-7, "name": "1e"}),
        ("a:\n  desc: x\n  value: 1\nb:\n  value: [1]\nwandb_version: 1\n_wandb:\n  value: {}\n", {"a": 1, "b": [1]}),
        ("a:\n  value: 1\nb: 2\n", {"a": {"value": 1}, "b": 2}),
        ("1: a\n", {1: "a"}),
        ("", {}),
        ('{"lr": 0.1}', {"lr": 0.1}),
    ],
)
def test_yaml(tmp_path: Path, text: str, expected: dict[Any, Any]) -> None:
    """W&B's form is unwrapped if all keys have it, and 1e-3 is a number."""
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_yaml(path) == expected
    assert as_mapping(str(path)) == expected
    assert as_mapping(path) == expected


@pytest.mark.parametrize(
    "text", ["a: [", "- 1\n", "text", "a: 2024-99-99\n", "\x00", "a: !!python/object/apply:os.getcwd []"], ids=repr
)
def test_bad_yaml(tmp_path: Path, text: str) -> None:
    """What is no mapping, and what YAML cannot read or must not run, is refused with the path."""
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="config\\.yaml"):
        read_yaml(path)
    path.write_bytes(b"a: \xff")
    with pytest.raises(UsageError, match="config\\.yaml"):
        read_yaml(path)


def test_defaults_of_the_current_folder(
    begin: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`config-defaults.yaml` gives what init does not."""
    monkeypatch.chdir(tmp_path)
    Path("config-defaults.yaml").write_text("lr: 1\nepochs: 5\n", encoding="utf-8")
    assert dict(begin(config={"lr": 2}).config) == {"lr": 2, "epochs": 5}


def test_values_become_plain(begin: Callable[..., Run]) -> None:
    """What is no plain value becomes one, as in `log`, but stays nested."""
    run = begin()
    run.config.update(
        {
            "lr": np.float32(0.5),
            "shape": (1, 2),
            "choice": Optimizer.ADAM,
            "model": Model(),
            "path": Path("/a"),
            "nan": math.nan,
            "n": {"a": {"b": np.int64(3)}},
            "big": 2**100,
            "set": {2, 1},
        }
    )
    expected = (
        "{'lr': 0.5, 'shape': [1, 2], 'choice': 'ADAM', 'model': {'depth': 2, 'widths': [8, 4]}, 'path': '/a', "
        "'nan': nan, 'n': {'a': {'b': 3}}, 'big': 1267650600228229401496703205376, 'set': [1, 2]}"
    )
    assert repr(run.config) == expected
    assert repr(kept(run)) == expected


def test_a_value_does_not_change(begin: Callable[..., Run]) -> None:
    """Every way to change a value raises, says both values and what to do, and changes nothing."""
    run = begin(config={"lr": 0.1, "n": 1})

    def assign() -> None:
        run.config.lr = 1

    def set_item() -> None:
        run.config["lr"] = 1

    ways: list[Callable[[], Any]] = [
        assign,
        set_item,
        lambda: run.config.update(lr=1),
        lambda: run.config.update({"new": 1, "lr": 1}),
        lambda: run.config.update({"lr": 1}, allow_val_change=False),
        lambda: setattr(run, "config", {"lr": 1}),
        lambda: setattr(trailmark, "config", {"lr": 1}),
    ]
    for way in ways:
        with pytest.raises(ConfigError, match=r"config\.lr is 0\.1 and would become 1: .*allow_val_change=True"):
            way()
    assert dict(run.config) == {"lr": 0.1, "n": 1}
    assert recorded(run) == [({"lr": 0.1, "n": 1}, [])]


@pytest.mark.parametrize(
    "value", [math.nan, -0.0, [1, {"a": math.nan}], {"a": 1, "b": [0.5]}, None, "a", True, 2**70, b"x"], ids=repr
)
def test_the_same_value_again_is_no_change(begin: Callable[..., Run], value: Any) -> None:
    """It raises nothing and records nothing; NaN is itself, and the order in a mapping means nothing."""
    run = begin(config={"x": value})
    run.config.x = copy.deepcopy(value)
    if isinstance(value, dict):
        run.config.x = dict(reversed(value.items()))
    assert len(recorded(run)) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [(1, 1.0), (1, True), (0.0, -0.0), ("1", 1), ([1], [1, 2]), ({"a": 1}, {"b": 1}), ([{"a": 1}], [{"a": 1.0}])],
)
def test_equal_values_of_other_types_are_changes(begin: Callable[..., Run], old: Any, new: Any) -> None:
    """What would come back differently is another value, also inside lists and mappings."""
    run = begin(config={"x": old})
    with pytest.raises(ConfigError):
        run.config.x = new


def test_changes_that_are_allowed(begin: Callable[..., Run]) -> None:
    """By the call or by `init`."""
    run = begin(config={"lr": 0.1})
    run.config.update({"lr": 0.2}, allow_val_change=True)
    assert run.config.lr == 0.2
    run.finish()
    run = begin(config={"lr": 0.1}, allow_val_change=True)
    run.config.lr = 0.2
    run.config["lr"] = 0.3
    assert [values for values, _ in recorded(run)] == [{"lr": 0.1}, {"lr": 0.2}, {"lr": 0.3}]


def test_setdefaults(begin: Callable[..., Run]) -> None:
    """It sets what is missing, and never complains."""
    run = begin(config={"lr": 0.1})
    run.config.setdefaults({"lr": 1, "epochs": 3})
    run.config.setdefaults(argparse.Namespace(epochs=4))
    assert dict(run.config) == {"lr": 0.1, "epochs": 3}
    assert run.config.setdefault("batch", 8) == 8
    assert run.config.setdefault("lr", 9) == 0.1
    assert kept(run) == {"lr": 0.1, "epochs": 3, "batch": 8}


def test_attributes(begin: Callable[..., Run]) -> None:
    """Values are attributes; one that is missing tells what there is."""
    run = begin(config={"lr": 0.1})
    run.config.epochs = 3
    assert run.config.lr == 0.1
    assert run.config["epochs"] == 3
    assert hasattr(run.config, "lr")
    assert not hasattr(run.config, "nothing")
    assert getattr(run.config, "nothing", 5) == 5
    with pytest.raises(AttributeError, match="config has no 'nothing'; it has lr, epochs"):
        _ = run.config.nothing


@pytest.mark.parametrize(
    "key", ["update", "keys", "as_dict", "_values", "_record", "__class__", "a b", "1", "", "\udc80"]
)
def test_keys_that_are_no_attributes(begin: Callable[..., Run], key: str) -> None:
    """A key may be the name of a method, or no name at all: as an item it works, and the method still does."""
    run = begin()
    run.config[key] = 1
    run.config.update({"other": 2})
    assert list(run.config.keys()) == [key.encode("utf-8", "backslashreplace").decode(), "other"]
    assert list(run.config.as_dict().values()) == [1, 2]
    assert isinstance(run.config, Config)
    assert list(kept(run).values()) == [1, 2]


def test_assigning_to_the_name_of_a_method_sets_a_value(begin: Callable[..., Run]) -> None:
    """An assigned attribute is never lost, even if reading it gives the method."""
    run = begin()
    run.config.update = 1  # type: ignore[method-assign,assignment]
    assert run.config["update"] == 1
    assert callable(run.config.update)


def test_removing(begin: Callable[..., Run]) -> None:
    """Removed by item, attribute or `pop`, a key is gone from the journal's config too."""
    run = begin(config={"a": 1, "b": 2, "c": 3, "d": 4})
    del run.config["a"]
    del run.config.b
    assert run.config.pop("c") == 3
    assert run.config.pop("c", None) is None
    assert dict(run.config) == {"d": 4}
    assert kept(run) == {"d": 4}
    with pytest.raises(KeyError):
        del run.config["a"]
    with pytest.raises(AttributeError):
        del run.config.a


def test_what_is_inside_comes_out_as_a_copy(begin: Callable[..., Run]) -> None:
    """A script may take a part of the config apart, and the record stays true."""
    run = begin(config={"model": {"name": "mlp", "widths": [8]}, "l": [[1]]})
    model = run.config["model"]
    assert model.pop("name") == "mlp"
    run.config.model["widths"].append(4)
    run.config.as_dict()["l"][0].append(2)
    dict(run.config)["l"].append(3)
    run.config.get("l", []).append(4)
    assert run.config.as_dict() == {"model": {"name": "mlp", "widths": [8]}, "l": [[1]]} == kept(run)
    assert json.loads(json.dumps(dict(run.config))) == kept(run)


def test_what_was_given_is_not_shared(begin: Callable[..., Run]) -> None:
    """The caller may change its mapping afterwards."""
    given = {"l": [1]}
    run = begin(config=given)
    given["l"].append(2)
    assert run.config.l == [1]


def test_a_config_that_cannot_be_recorded_is_not_changed(begin: Callable[..., Run]) -> None:
    """Neither after finish nor for a value without end is anything taken."""
    run = begin(config={"lr": 0.1})
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(LogTypeError, match=r"config\.x is nested"):
        run.config.update({"lr2": 1, "x": endless})
    run.finish()
    for change in (
        lambda: run.config.update(a=1),
        lambda: run.config.pop("lr"),
        lambda: run.config.setdefaults({"a": 1}),
    ):
        with pytest.raises(RunFinishedError):
            change()
    assert dict(run.config) == {"lr": 0.1}


def test_copies_and_pickles_are_on_their_own(begin: Callable[..., Run]) -> None:
    """They keep values and attributes, may be changed freely, and do not change the run."""
    run = begin(config={"lr": 0.1, "model": {"depth": 2}})
    for other in (copy.copy(run.config), copy.deepcopy(run.config), pickle.loads(pickle.dumps(run.config))):
        assert type(other) is Config
        assert other == run.config
        assert other.model == {"depth": 2}
        other.lr = 5
        assert pickle.loads(pickle.dumps(other)).lr == 5
    assert dict(run.config) == {"lr": 0.1, "model": {"depth": 2}}
    assert len(recorded(run)) == 1


def test_config_before_init(begin: Callable[..., Run]) -> None:
    """`trailmark.config = …` before init is taken over, init's own values go before it, and it counts once."""
    trailmark.config = argparse.Namespace(lr=0.1, epochs=3)
    early: Any = trailmark.config
    early.epochs = 4
    early["batch"] = 8
    assert early.lr == 0.1
    run = begin(config={"lr": 0.2})
    assert dict(run.config) == {"lr": 0.2, "epochs": 4, "batch": 8}
    trailmark.config = {"new": 1}
    assert trailmark.config is run.config
    assert kept(run) == {"lr": 0.2, "epochs": 4, "batch": 8, "new": 1}
    run.finish()
    assert dict(begin().config) == {}


def test_keys_to_take_and_to_leave_out(begin: Callable[..., Run]) -> None:
    """`config_include_keys` and `config_exclude_keys` choose, and exclude each other."""
    given = {"a": 1, "b": 2, "c": 3}
    run = begin(config=given, config_include_keys=["a", "z"])
    assert dict(run.config) == {"a": 1}
    run.finish()
    run = begin(config=given, config_exclude_keys=["a"])
    assert dict(run.config) == {"b": 2, "c": 3}


def test_a_resumed_run_has_its_config(begin: Callable[..., Run]) -> None:
    """It comes back with its types, and the same values again are no change."""
    config = {"lr": 0.1, "s": {"b", "a"}, "t": (1, 2), "n": {"x": [np.float32(0.5)]}}
    begin(id="r", config=config).finish()
    run = begin(id="r", resume="must")
    run.config.update(config)
    assert dict(run.config) == {"lr": 0.1, "s": ["a", "b"], "t": [1, 2], "n": {"x": [0.5]}}
    assert recorded(run) == []
    with pytest.raises(ConfigError):
        run.config.lr = 1


def test_it_is_a_mapping(begin: Callable[..., Run]) -> None:
    """It goes where a dict goes: `**`, `in`, `==`, `len`, `get`."""
    config = begin(config={"a": 1}).config
    assert dict(**config) == {"a": 1}
    assert config == {"a": 1}
    assert "a" in config
    assert len(config) == 1
    assert config.get("b", 2) == 2
    config.persist()
