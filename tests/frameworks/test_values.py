"""Values of the packages that people train and analyse with, logged and read back from the journal."""

from __future__ import annotations

import datetime
import math
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from trailmark import Api, Histogram
from trailmark.media import array
from trailmark.media.array import as_numpy, fetch_scalars
from trailmark.media.normalize import flat_row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

INTEGERS = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "bool")
FLOATS = [
    getattr(torch, name)
    for name in (
        "float16",
        "float32",
        "float64",
        "bfloat16",
        "float8_e4m3fn",
        "float8_e4m3fnuz",
        "float8_e5m2",
        "float8_e5m2fnuz",
    )
    if hasattr(torch, name)
]


# -- torch -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FLOATS, ids=str)
def test_floats_of_torch(kind: torch.dtype, logged: Callable[[Any], Any]) -> None:
    """Of each width, alone and in a list, the value is the exact one, as a float."""
    scalar = torch.tensor(0.75, dtype=torch.float32).to(kind)
    for value, expected in (
        (scalar, 0.75),
        (scalar.reshape(1, 1), 0.75),
        (torch.stack([scalar, scalar]), [0.75, 0.75]),
    ):
        found = logged(value)
        assert found == expected
        assert type(found) is type(expected)


@pytest.mark.parametrize("name", INTEGERS)
def test_integers_of_torch(name: str, logged: Callable[[Any], Any]) -> None:
    """They are exact to the largest, and a bool is a bool."""
    kind = getattr(torch, name)
    largest = True if name == "bool" else torch.iinfo(kind).max
    found = logged(torch.tensor(largest, dtype=kind))
    assert found == largest
    assert type(found) is type(largest)
    assert logged(torch.tensor([largest, 0], dtype=kind)) == [largest, 0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (torch.tensor(0.1), 0.10000000149011612),
        (torch.tensor(2.5, requires_grad=True), 2.5),
        (torch.tensor([1.0, 2.0], requires_grad=True) * 2, [2.0, 4.0]),
        (torch.nn.Parameter(torch.tensor(1.5)), 1.5),
        (torch.tensor(math.nan), math.nan),
        (torch.tensor(-math.inf), -math.inf),
        (torch.tensor(1 + 2j), "(1+2j)"),
        (torch.tensor(1 + 2j).conj(), "(1-2j)"),
        (torch.tensor([1 + 2j, 3j]).conj(), ["(1-2j)", "-3j"]),
        (torch.tensor([1 + 2j]).conj().imag, -2.0),
        (torch.tensor([1 + 2j, 3j]).conj().imag, [-2.0, -3.0]),
        (torch.tensor([]), []),
        (torch.zeros(2, 0), [[], []]),
        (torch.arange(4).reshape(2, 2).T, [[0, 2], [1, 3]]),
        (torch.arange(8)[::2], [0, 2, 4, 6]),
        (torch.ones(3).expand(2, 3), [[1.0] * 3] * 2),
        (torch.eye(2).to_sparse(), [[1.0, 0.0], [0.0, 1.0]]),
        (torch.eye(2, dtype=torch.bfloat16), [[1.0, 0.0], [0.0, 1.0]]),
        (torch.tensor([3.0]).to_sparse(), 3.0),
        (torch.tensor([1, 2], dtype=torch.bfloat16), [1.0, 2.0]),
        (torch.Size([1, 2]), [1, 2]),
        (torch.bfloat16, "torch.bfloat16"),
        (torch.device("cpu"), "cpu"),
        (torch.nn.functional.cross_entropy, "torch.nn.functional.cross_entropy"),
        (torch.nn.ReLU, "torch.nn.modules.activation.ReLU"),
        (torch.nn.ReLU(), "ReLU()"),
        ([torch.tensor(1), {"a": torch.tensor([2.0])}], [1, {"a": 2.0}]),
        ([torch.tensor([1]), torch.tensor([2, 3])], [[1], [2, 3]]),
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.40}",
)
def test_values_of_torch(value: Any, expected: Any, logged: Callable[[Any], Any]) -> None:
    """Tensors on the graph, views, sparse ones, and what is no tensor."""
    assert repr(logged(value)) == repr(expected)


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")
@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
@pytest.mark.filterwarnings("ignore:.*quantiz.*:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*quantiz.*:UserWarning")
def test_other_layouts_of_torch(logged: Callable[[Any], Any]) -> None:
    """Compressed sparse and quantized tensors are what they stand for."""
    assert logged(torch.eye(2).to_sparse_csr()) == [[1.0, 0.0], [0.0, 1.0]]
    quantized = torch.quantize_per_tensor(torch.tensor([0.5, 1.0]), 0.5, 0, torch.qint8)
    assert logged(quantized) == [0.5, 1.0]
    assert logged(quantized[0]) == 0.5


def test_a_tensor_of_more_than_32_numbers_is_a_histogram(logged: Callable[[Any], Any]) -> None:
    """Of any type and layout, on the graph or not; also if it is given to `Histogram`."""
    values = torch.linspace(0, 1, 64, requires_grad=True)
    expected = Histogram(values.detach().numpy()).to_record()
    assert logged(values) == expected
    assert logged(Histogram(values)) == expected
    assert sum(logged(values.to(torch.bfloat16))["counts"]) == 64
    assert sum(logged(values.detach().to_sparse())["counts"]) == 64
    assert logged(torch.full((40,), math.nan))["nan"] == 40


def test_a_tensor_is_left_alone(logged: Callable[[Any], Any]) -> None:
    """Logging takes nothing off the graph, and training goes on."""
    weight = torch.tensor([2.0], requires_grad=True)
    loss: Any = (weight * 3).sum()
    assert logged(loss) == 6.0
    assert loss.requires_grad
    loss.backward()
    assert weight.grad is not None
    assert logged(weight.grad) == 3.0


@pytest.mark.parametrize("size", [(), (1,), (100,)])
def test_a_tensor_without_data_is_a_text_that_says_so(
    size: tuple[int, ...], run: Run, rows: Callable[[Path], list[dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A tensor on the device "meta" stops no training; the rest of its row is kept."""
    for _ in range(2):
        run.log({"x": torch.empty(size, device="meta"), "y": torch.tensor(1.0), "z": torch.tensor(2.0)})
    for row in rows(run.path_on_disk):
        assert row["x"].startswith("<torch.Tensor: ")
        assert "meta" in row["x"]
        assert (row["y"], row["z"]) == (1.0, 2.0)
    assert capsys.readouterr().err.count("'x' cannot be read") == 1


def _metrics(device: str = "cpu") -> dict[str, Any]:
    """Return what a training step may log: numbers of all kinds in tensors of no dimension or one value."""
    return {
        "loss": torch.tensor(0.1, device=device),
        "scaled": torch.tensor(0.5, dtype=torch.float16, device=device, requires_grad=True) * 2,
        "bf16": torch.tensor([1.5], dtype=torch.bfloat16, device=device),
        "exact": torch.tensor(0.1, dtype=torch.float64, device=device),
        "count": torch.tensor(2**62 + 1, device=device),
        "large": torch.tensor(2**63 + 1, dtype=torch.uint64, device=device),
        "ok": torch.tensor(True, device=device),
        "scale": torch.nn.Parameter(torch.tensor([[2.0]], device=device)),
        "phase": torch.tensor(1 + 2j, device=device).conj(),
        "eight": torch.tensor(0.75, device=device).to(torch.float8_e4m3fn),
        "python": 3,
    }


METRICS = {
    "loss": 0.10000000149011612,
    "scaled": 1.0,
    "bf16": 1.5,
    "exact": 0.1,
    "count": 2**62 + 1,
    "large": 2**63 + 1,
    "ok": True,
    "scale": 2.0,
    "phase": "(1-2j)",
    "eight": 0.75,
    "python": 3,
}


def test_device_scalars_are_fetched_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """With tensors that pass for a device's: one operation joins them, and none of them is read by itself."""
    monkeypatch.setattr(array, "_is_on_device", lambda tensor: tensor.device.type == "cpu")
    metrics = _metrics()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        row = flat_row(metrics)
    assert row == METRICS
    assert list(map(type, row.values())) == list(map(type, METRICS.values()))
    operations = [event.name for event in profile.events() or ()]
    assert operations.count("aten::cat") == 1
    assert "aten::_local_scalar_dense" not in operations


def test_device_scalars_that_cannot_be_joined_are_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that cannot do it costs time, and no value."""
    monkeypatch.setattr(array, "_is_on_device", lambda tensor: tensor.device.type in ("cpu", "meta"))

    def refuse(_: Any) -> Any:
        raise RuntimeError("not implemented on this device")

    monkeypatch.setattr(torch, "cat", refuse)
    assert flat_row(_metrics()) == METRICS


def test_what_is_not_to_be_fetched_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Host tensors, one alone, large and sparse ones, and subclasses are left to themselves."""
    assert fetch_scalars(_metrics()) == {}
    monkeypatch.setattr(array, "_is_on_device", lambda _: True)
    assert fetch_scalars({"a": torch.tensor(1.0), "b": 2.0}) == {}
    subclass: Any = torch.tensor(1.0).as_subclass(type("Own", (torch.Tensor,), {}))
    many = {"a": torch.ones(2), "b": torch.tensor([1.0]).to_sparse(), "c": subclass, "d": torch.tensor(1.0)}
    assert fetch_scalars(many) == {}
    assert flat_row(many) == {"a": [1.0, 1.0], "b": 1.0, "c": 1.0, "d": 1.0}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_scalars_wait_once(run: Run, rows: Callable[[Path], list[dict[str, Any]]]) -> None:
    """Torch's own count of synchronisations is one for a row, however many scalars are in it."""
    import warnings

    metrics = _metrics("cuda")
    torch.cuda.set_sync_debug_mode("warn")
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            run.log(metrics)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert len([warning for warning in caught if "synchroniz" in str(warning.message)]) == 1
    assert rows(run.path_on_disk) == [METRICS]


@pytest.mark.parametrize("context", ["fork", "spawn"])
def test_the_workers_of_a_data_loader_log(
    context: str, tmp_path: Path, rows: Callable[[Path], list[dict[str, Any]]]
) -> None:
    """Whichever way they are started, the rows of each are in the run, in a journal of its own."""
    script = tmp_path / "script.py"
    script.write_text(
        f"""
import torch
import trailmark


class Numbers(torch.utils.data.Dataset):
    def __init__(self, run):
        self.run = run

    def __len__(self):
        return 8

    def __getitem__(self, index):
        self.run.log({{"loaded": torch.tensor(index), "worker": torch.utils.data.get_worker_info().id}})
        return torch.tensor(float(index))


if __name__ == "__main__":
    with trailmark.init(project="p", id="r", settings={{"quiet": True, "git": False, "system": False}}) as run:
        loader = torch.utils.data.DataLoader(Numbers(run), 2, num_workers=2, multiprocessing_context={context!r})
        for batch in loader:
            run.log({{"sum": batch.sum()}})
""",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    found = rows(tmp_path / "trailmark-runs" / "p" / "r")
    assert sorted(row["loaded"] for row in found if "loaded" in row) == list(range(8))
    assert {row["worker"] for row in found if "worker" in row} == {0, 1}
    assert [row["sum"] for row in found if "sum" in row] == [1.0, 5.0, 9.0, 13.0]


# -- JAX -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["float16", "float32", "bfloat16", "float8_e4m3fn", "float8_e5m2", "int8", "int32", "uint8", "uint32", "int4"],
)
def test_numbers_of_jax(name: str, logged: Callable[[Any], Any]) -> None:
    """Of each type, alone and in a list, the value is the exact one."""
    kind = getattr(jnp, name)
    expected = 3 if "int" in name else 1.5
    for found in (logged(jnp.asarray(expected, dtype=kind)), *logged(jnp.asarray([expected, expected], dtype=kind))):
        assert found == expected
        assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (jnp.float32(0.1), 0.10000000149011612),
        (jnp.bfloat16(1.5), 1.5),
        (jnp.bool_(True), True),
        (jnp.array([True, False]), [True, False]),
        (jnp.array(1 + 2j), "(1+2j)"),
        (jnp.array([]), []),
        (jnp.eye(2), [[1.0, 0.0], [0.0, 1.0]]),
        (jnp.array([[2.5]]), 2.5),
        (jnp.array([1.5, math.nan], dtype=jnp.bfloat16), [1.5, math.nan]),
        (np.asarray(jnp.array(1.5, dtype=jnp.bfloat16)), 1.5),
        (jax.jit(lambda x: x * 2)(1.5), 3.0),
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.40}",
)
def test_values_of_jax(value: Any, expected: Any, logged: Callable[[Any], Any]) -> None:
    """Scalars and arrays, and what a compiled function returns."""
    assert repr(logged(value)) == repr(expected)


def test_arrays_of_jax_become_histograms(logged: Callable[[Any], Any]) -> None:
    """Also those of types that numpy has not."""
    assert sum(logged(jnp.arange(50))["counts"]) == 50
    assert sum(logged(jnp.ones(50, dtype=jnp.bfloat16))["counts"]) == 50
    assert Histogram(jnp.ones(50, dtype=jnp.bfloat16)) == Histogram(np.ones(50))


def test_a_mapping_of_jax_arrays_is_flattened(run: Run, rows: Callable[[Path], list[dict[str, Any]]]) -> None:
    """A tree of metrics becomes dotted keys."""
    run.log({"train": {"loss": jnp.float32(0.5), "parts": [jnp.float32(1.0), jnp.int32(2)]}})
    assert rows(run.path_on_disk) == [{"train.loss": 0.5, "train.parts": [1.0, 2]}]


def test_what_jax_has_no_number_for_is_a_text_that_says_so(logged: Callable[[Any], Any]) -> None:
    """Neither a tracer inside `jit`, nor a deleted array, nor a random key stops the program."""
    seen: list[str] = []

    def traced(x: Any) -> Any:
        seen.append(logged(x))
        return x + 1

    assert jax.jit(traced)(1.0) == 2.0
    assert seen[0].startswith("<jax")
    assert "Tracer" in seen[0]
    deleted = jnp.ones(3)
    deleted.delete()
    assert "deleted" in logged(deleted)
    assert logged(jax.random.key(0)).startswith("<jax")


# -- data frames, series and their scalars ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pd.NA, None),
        (pd.NaT, None),
        (pd.Timestamp("2024-01-01T10:00", tz="UTC"), "2024-01-01T10:00:00+00:00"),
        (pd.Timedelta("90min"), 5400.0),
        (pd.Period("2024-01"), "2024-01"),
        (pd.Series([1, 2]), [1, 2]),
        (pd.Series([1.5]), 1.5),
        (pd.Series([1, None], dtype="Int64").iloc[0], 1),
        (pd.Series(["a", None]).iloc[0], "a"),
        (pd.Series([True, False], dtype="boolean"), [True, False]),
        (pd.Series(["a", "b"], dtype="category"), ["a", "b"]),
        (pd.Series([pd.Timestamp("2024-01-01"), pd.NaT]), ["2024-01-01T00:00:00", None]),
        (pd.Index([1, 2]), [1, 2]),
        (pd.Series([0.5, 1.5]).mean(), 1.0),
        (pd.Series([1, 2]).sum(), 3),
        (pl.Series([1, 2]), [1, 2]),
        (pl.Series([1.5]), 1.5),
        (pl.Series(["a", None]), ["a", None]),
        (pl.Series([datetime.date(2024, 1, 1)]), "2024-01-01"),
        (pl.Series([[1, 2], [3]]), [[1, 2], [3]]),
        (pl.Series([1, 2]).mean(), 1.5),
        (pl.Int64, "polars.datatypes.classes.Int64"),
    ],
    ids=lambda value: f"{type(value).__module__}.{type(value).__name__} {value!s:.20}",
)
def test_values_of_pandas_and_polars(value: Any, expected: Any, logged: Callable[[Any], Any]) -> None:
    """Scalars and series become numbers, text, lists; what is missing is None."""
    found = logged(value)
    if isinstance(found, list):
        found = [item.partition(".")[0] if isinstance(item, str) else item for item in found]
    assert repr(found) == repr(expected)


def test_what_is_missing_in_a_series(logged: Callable[[Any], Any]) -> None:
    """It is None or NaN, whatever the package makes of it, and the numbers stay."""
    for series in (pd.Series([1, None], dtype="Int64"), pl.Series([1, None]), pd.Series([1, None])):
        first, second = logged(series)
        assert first == 1
        assert second is None or math.isnan(second)


def test_a_long_series_is_a_histogram(logged: Callable[[Any], Any]) -> None:
    """Missing values are counted as NaN."""
    assert logged(pd.Series([*range(50), None]))["nan"] == 1
    assert logged(pl.Series([*range(50), None]))["nan"] == 1
    assert sum(logged(Histogram(pl.Series(range(50))))["counts"]) == 50


def test_a_data_frame_is_a_table(run: Run) -> None:
    """A frame that is logged is a table with its columns."""
    data = {"a": [1, 2], "b": ["x", "y"]}
    run.log({"pandas": pd.DataFrame(data), "polars": pl.DataFrame(data)})
    run.finish()
    [row] = Api(run.path_on_disk.parents[1]).run(run.path).history(format="rows")
    for name in ("pandas", "polars"):
        assert row[name].columns == ["a", "b"]
        assert [cells for _, cells in row[name].iterrows()] == [[1, "x"], [2, "y"]]


def test_configs_of_arrays_and_frames(run: Run) -> None:
    """A config keeps them nested, with what torch says of types and devices."""
    run.config.update(
        {
            "dtype": torch.bfloat16,
            "device": torch.device("cpu"),
            "size": torch.Size([2, 3]),
            "weights": torch.tensor([0.5, 0.5]),
            "lr": jnp.float32(0.5),
            "series": pd.Series([1, 2]),
            "frame": pl.DataFrame({"a": [1]}),
        }
    )
    assert dict(run.config) == {
        "dtype": "torch.bfloat16",
        "device": "cpu",
        "size": [2, 3],
        "weights": [0.5, 0.5],
        "lr": 0.5,
        "series": [1, 2],
        "frame": {"a": 1},
    }


class EagerTensor:
    """A tensor as TensorFlow has them: `numpy` and an array interface."""

    def __init__(self, value: Any) -> None:
        self._value = np.asarray(value)

    def numpy(self) -> Any:
        """Return the numbers; a tensor of no dimension gives a scalar."""
        return self._value[()]

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """Return the numbers."""
        del copy
        return self._value if dtype is None else self._value.astype(dtype)


class OnlyNumpy:
    """A tensor that has a method `numpy`, and no more."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def numpy(self) -> Any:
        """Return the numbers."""
        return np.asarray(self._value)


@pytest.mark.parametrize("kind", [EagerTensor, OnlyNumpy])
def test_tensors_like_those_of_tensorflow(kind: Any, logged: Callable[[Any], Any]) -> None:
    """A method `numpy` is enough."""
    assert logged(kind(0.5)) == 0.5
    assert logged(kind([1, 2])) == [1, 2]
    assert logged(kind("text")) == "text"
    assert sum(logged(kind(range(40)))["counts"]) == 40
    found = as_numpy(kind([1]))
    assert found is not None
    assert found.tolist() == [1]
