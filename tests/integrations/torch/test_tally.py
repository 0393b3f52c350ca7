"""Histograms, norms and counts of tensors, against numpy on the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from trailmark.torch import batch
from trailmark.torch.batch import tally, together
from trailmark.torch.tally import PIECE, Buffers, tally_cpu
from trailmark.torch.values import values_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from trailmark import Histogram

WAYS = [tally, tally_cpu, together]


def assert_counted(way: Callable[..., Any], tensor: Tensor) -> Histogram:
    """Compare what a way of counting finds with numpy; return the histogram."""
    values = values_of(tensor)
    assert values is not None
    [found] = way([values])
    histogram: Histogram = found.histogram
    dense = tensor.detach().to_dense() if tensor.layout != torch.strided else tensor.detach()
    numbers = dense.double().reshape(-1).numpy()
    finite = numbers[np.isfinite(numbers)]
    assert histogram.histogram == np.histogram(finite, bins=histogram.bins)[0].tolist()
    assert sum(histogram.histogram) == len(finite)
    assert histogram.nan == np.isnan(numbers).sum()
    assert (histogram.inf, histogram.neg_inf) == ((numbers == np.inf).sum(), (numbers == -np.inf).sum())
    assert histogram.zeros == (numbers == 0).sum()
    expected = np.sqrt(np.square(numbers).sum())
    assert histogram.norm == pytest.approx(expected, rel=1e-12, abs=1e-300, nan_ok=True)
    if len(finite) and finite.min() < finite.max():
        assert (histogram.bins[0], histogram.bins[-1]) == (finite.min(), finite.max())
    return histogram


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [1, 2, 3, 1000, PIECE - 1, PIECE, 9 * PIECE + 7])
def test_counts_equal_numpy(way: Callable[..., Any], size: int) -> None:
    """A tensor of any size is counted as by numpy.histogram, in the same bins."""
    assert_counted(way, torch.randn(size) * 0.01)


@pytest.mark.parametrize("way", WAYS)
def test_counts_equal_torch_histc(way: Callable[..., Any]) -> None:
    """The counts are those of torch.histc in float64."""
    numbers = torch.randn(70_001)
    histogram = assert_counted(way, numbers)
    assert histogram.histogram == torch.histc(numbers.double(), 64).long().tolist()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.floats(width=32), min_size=1, max_size=60),
    st.sampled_from([torch.float32, torch.float64, torch.float16, torch.bfloat16]),
)
def test_counts_are_exact_for_any_numbers(numbers: list[float], dtype: torch.dtype) -> None:
    """Whatever the numbers are, each is in the bin whose edges it is between."""
    tensor = torch.tensor(numbers, dtype=torch.float32).to(dtype)
    with np.errstate(over="ignore"):
        assert_counted(tally, tensor)
        assert_counted(tally_cpu, tensor)


@pytest.mark.parametrize("way", [tally, tally_cpu])
def test_numbers_next_to_an_edge_at_zero_are_on_their_side(way: Callable[..., Any]) -> None:
    """Tiny numbers left and right of an edge at zero, as clipped gradients have, are told apart."""
    tiny = torch.logspace(-40, -3, 500)
    histogram = assert_counted(way, torch.cat([torch.tensor([-1.0, 1.0]), tiny, -tiny, torch.zeros(5)]))
    assert histogram.histogram[31:33] == [500, 505]


@pytest.mark.parametrize("way", [tally, tally_cpu])
def test_extreme_numbers_of_float64(way: Callable[..., Any]) -> None:
    """Numbers at the ends of float64's range are counted, and have a norm."""
    values = values_of(torch.tensor([1e308, -1e308, 0.0], dtype=torch.float64))
    [found] = way([values])
    assert sum(found.histogram.histogram) == 3
    assert found.histogram.norm == pytest.approx(2**0.5 * 1e308)
    [found] = way([values_of(torch.tensor([1e-310, 2e-310, 0.0], dtype=torch.float64))])
    assert sum(found.histogram.histogram) == 3


@pytest.mark.parametrize("way", WAYS)
def test_nan_and_infinities_are_counted_apart(way: Callable[..., Any]) -> None:
    """NaN and infinities are in no bin, and the norm says that they are there."""
    numbers = torch.randn(3 * PIECE)
    numbers[5::1000] = float("inf")
    numbers[7] = -float("inf")
    assert assert_counted(way, numbers).norm == float("inf")
    numbers[9::500] = float("nan")
    assert assert_counted(way, numbers).nan == len(numbers[9::500])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("numbers", [[0.0] * 9, [2.5] * 9, [float("nan")] * 4, [float("inf"), 1.0]])
def test_one_number_or_none(way: Callable[..., Any], numbers: list[float]) -> None:
    """A tensor of one number is in one bin, and one without numbers in none."""
    assert_counted(way, torch.tensor(numbers))


@pytest.mark.parametrize("way", WAYS)
def test_implied_zeros_of_a_sparse_gradient_are_counted(way: Callable[..., Any]) -> None:
    """The gradient of a sparse embedding has a zero for each row that was not used."""
    embedding = nn.Embedding(50, 4, sparse=True)
    (embedding(torch.tensor([3, 3, 7])) * torch.arange(1, 5)).sum().backward()
    assert embedding.weight.grad is not None
    histogram = assert_counted(way, embedding.weight.grad)
    assert histogram.zeros == 48 * 4
    assert not embedding.weight.grad.is_coalesced()


def test_other_kinds_of_tensors() -> None:
    """Quantised tensors are what they stand for, complex ones their absolute values, others dense."""
    quantised = torch.quantize_per_tensor(torch.randn(100), 0.1, 0, torch.qint8)
    check_dense(quantised, quantised.dequantize())
    complex_numbers = torch.randn(100, dtype=torch.complex64)
    check_dense(complex_numbers, complex_numbers.abs())
    check_dense(torch.arange(100), torch.arange(100).double())
    check_dense((torch.randn(20, 20) > 1).float().to_sparse_csr(), None)
    check_dense(torch.randn(4, 5, 6, 7).to(memory_format=torch.channels_last), None)
    check_dense(torch.randn(20, 20)[::2, ::3], None)


def check_dense(tensor: Tensor, dense: Tensor | None) -> None:
    """Check that the tally of a tensor is that of its numbers."""
    values = values_of(tensor)
    assert values is not None
    [found] = tally([values])
    dense = (tensor.to_dense() if tensor.layout != torch.strided else tensor) if dense is None else dense
    assert found.histogram == assert_counted(tally, dense)


@pytest.mark.skipif(not hasattr(torch, "float8_e4m3fn"), reason="this torch has no float8")
def test_float8() -> None:
    """Numbers of eight bits are counted as they are."""
    numbers = torch.randn(10_000).to(torch.float8_e4m3fn)
    values = values_of(numbers)
    assert values is not None
    [found] = tally([values])
    assert found.histogram == assert_counted(tally, numbers.float())


def test_what_holds_no_numbers_is_left_out() -> None:
    """Empty tensors, those on "meta" and those of lazy modules have no values."""
    assert values_of(torch.empty(0)) is None
    assert values_of(torch.empty(3, device="meta")) is None
    assert values_of(nn.LazyLinear(3).weight) is None


def test_many_tensors_keep_their_order() -> None:
    """Tensors of several sizes and types, counted together, come back in their order."""
    tensors = [torch.randn(1 + 37 * k % 5000) * k for k in range(1, 60)]
    tensors[::7] = [tensor.half() for tensor in tensors[::7]]
    tensors[::9] = [tensor.double() for tensor in tensors[::9]]
    values = [one for one in map(values_of, tensors) if one is not None]
    for found, tensor in zip(tally(values), tensors, strict=True):
        expected = assert_counted(tally_cpu, tensor)
        assert (found.histogram.histogram, found.histogram.bins) == (expected.histogram, expected.bins)


def test_large_tensors_are_counted_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is larger than a device is given at a time is counted in several pieces."""
    monkeypatch.setattr(batch, "_TOGETHER_CPU", 1000)
    numbers = torch.randn(10_001)
    numbers[77] = float("nan")
    assert_counted(together, numbers)


@pytest.mark.parametrize("frequencies", [batch._by_histc, batch._by_sorting])
def test_devices_count_as_bincount(frequencies: Callable[[Tensor, int], Tensor]) -> None:
    """The two ways in which a device counts, one of them for deterministic algorithms, find what bincount finds."""
    places = torch.randint(0, 130, (5000,)).double()
    assert frequencies(places, 130).long().equal(torch.bincount(places.long(), minlength=130))


class Fetches(TorchDispatchMode):
    """Counts what makes a program wait for its device: numbers that are fetched, and shapes that depend on numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.__name__.split(".")[0]
        if name in {"_local_scalar_dense", "nonzero", "bincount", "masked_select", "equal", "unique_dim", "_unique2"}:
            self.names.append(name)
        return func(*args, **(kwargs or {}))


def test_a_device_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until all results are fetched together, nothing is done that needs a number of the device."""
    monkeypatch.setattr(batch, "_frequencies", batch._by_histc)  # what a device does, here on the CPU
    values = [one for one in map(values_of, [torch.randn(10), torch.randn(5000), torch.randn(10)]) if one is not None]
    with Fetches() as fetches:
        rows = [batch._counted([values[0], values[2]], 1000), batch._counted([values[1]], 1000)]
    assert fetches.names == []
    assert torch.cat(rows).shape == (3, 71)


def test_large_steps_use_little_memory() -> None:
    """The buffers of a thread are about a megabyte, whatever the size of a tensor."""
    held = [one for one in vars(Buffers()).values() if isinstance(one, torch.Tensor)]
    assert sum(one.numel() * one.element_size() for one in held) < 1.5e6
