"""Counting many tensors of one device together, with one wait for the device at the end.

Tensors of one size become the rows of a matrix, so that a model's many equal layers cost a few kernels. Everything that
depends on what the numbers are is computed where they are, and all results come back in one copy. A device without
float64 counts in float32: numbers nearer to an edge than its rounding may be counted on the other side of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from trailmark.torch.edges import BINS, moved, scale_of
from trailmark.torch.found import Found, Span, Tally, tally_of
from trailmark.torch.tally import tally_cpu

if TYPE_CHECKING:
    from torch import Tensor

    from trailmark.torch.values import Values

SMALL = 1 << 12  # numbers; larger tensors of the CPU are worth passes of their own
_TOGETHER = 1 << 22  # numbers in a matrix, and in a piece of one: 32 MB of float64
_TOGETHER_CPU = 1 << 15
_LIMITS = 7  # what stands before the bins in a row of the results: the fields of Span, the squares and the zeros


def tally(values: list[Values]) -> list[Tally]:
    """Return what is in each of some tensors, of any devices."""
    places: dict[Any, list[int]] = {}
    for at, one in enumerate(values):
        is_large = one.numbers.device.type == "cpu" and not _is_small(one)
        places.setdefault("large" if is_large else one.numbers.device, []).append(at)
    found: list[Tally | None] = [None] * len(values)
    for where, chosen in places.items():
        of_these = [values[at] for at in chosen]
        for at, result in zip(chosen, tally_cpu(of_these) if where == "large" else together(of_these), strict=True):
            found[at] = result
    return [result for result in found if result is not None]


def _is_small(values: Values) -> bool:
    numbers = values.numbers
    return bool(numbers.numel() <= SMALL and numbers.is_floating_point() and numbers.dtype != torch.float64)


def together(values: list[Values]) -> list[Tally]:
    """Return what is in each of some tensors of one device, waiting for it once."""
    device = values[0].numbers.device
    limit = _TOGETHER_CPU if device.type == "cpu" else _TOGETHER
    groups: dict[Any, list[int]] = {}
    for at, one in enumerate(values):
        groups.setdefault((one.numbers.numel(), one.numbers.dtype), []).append(at)
    batches = []
    for (size, _), places in groups.items():
        rows = max(1, limit // max(size, 1))
        batches += [places[at : at + rows] for at in range(0, len(places), rows)]
    with torch.no_grad():
        results = [_counted([values[at] for at in batch], limit) for batch in batches]
        fetched = torch.cat(results).cpu().double().tolist()  # the one wait
    rows = dict(zip((at for batch in batches for at in batch), fetched, strict=True))
    return _from_rows(values, [rows[at] for at in range(len(values))])


def _from_rows(values: list[Values], rows: list[list[float]]) -> list[Tally]:
    spans = [Span(row[0], row[1], *(int(count) for count in row[2:5])) for row in rows]
    found = [Found([int(count) for count in row[_LIMITS:]], row[5], int(row[6])) for row in rows]
    tallies = [tally_of(*one) for one in zip(values, spans, found, strict=True)]
    if values[0].numbers.device.type == "cpu":
        checked = [at for at, span in enumerate(spans) if span.low < span.high]
        wrong = [at for at, few in zip(checked, moved([spans[at][:2] for at in checked]), strict=True) if few]
        for at, right in zip(wrong, tally_cpu([values[at] for at in wrong]), strict=True):
            tallies[at] = right
    return tallies


def _counted(values: list[Values], limit: int) -> Tensor:
    """Return a row for each of some tensors of one size: the limits, then the bins; nothing of it was fetched yet."""
    numbers = torch.stack([one.numbers for one in values]) if len(values) > 1 else values[0].numbers[None]
    wide = torch.float32 if numbers.device.type == "mps" else torch.float64
    pieces = numbers.split(max(1, limit // len(values)), dim=1)
    low, high, others = _limits(pieces, wide)
    if any(one.implied_zeros for one in values):
        has_zero = torch.tensor([one.implied_zeros > 0 for one in values]).to(numbers.device)
        low = torch.where(has_zero, low.clamp(max=0), low)
        high = torch.where(has_zero, high.clamp(min=0), high)
    bins = torch.zeros((len(values), BINS), dtype=wide, device=numbers.device)
    for piece in pieces:
        bins += _bins(piece.to(wide), low[:, None], high[:, None])
    return torch.cat([torch.stack([low, high], 1), others, bins], 1)


def _limits(pieces: tuple[Tensor, ...], wide: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """Return the least and greatest finite numbers of each row; its NaN, inf, -inf, sum of squares, and zeros."""
    low = high = others = None
    for piece in pieces:
        x = piece.to(wide)
        finite = torch.isfinite(x)
        least = torch.where(finite, x, torch.inf).amin(1)
        greatest = torch.where(finite, x, -torch.inf).amax(1)
        which = (torch.isnan(x), x == torch.inf, x == -torch.inf)
        squares = torch.where(finite, x, 0.0).square().sum(1)
        parts = [*(part.sum(1).to(wide) for part in which), squares, (x == 0).sum(1).to(wide)]
        found = torch.stack(parts, 1)
        low = least if low is None else torch.minimum(low, least)
        high = greatest if high is None else torch.maximum(high, greatest)
        others = found if others is None else others + found
    assert low is not None  # noqa: S101 (there is a piece, as the tensors are not empty)
    assert high is not None  # noqa: S101
    assert others is not None  # noqa: S101
    return low, high, others


def _bins(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Return how many of the finite numbers of each row are in each bin."""
    rows = len(x)
    place = ((x - low) * (scale_of(0.0, 1.0) / (high - low))).floor_().clamp_(0, BINS - 1)
    place = torch.where(torch.isfinite(x) & (low < high), place, float(BINS))  # a bin more, for all that is not counted
    place += torch.arange(0, rows * (BINS + 1), BINS + 1, device=x.device)[:, None]
    return _frequencies(place.view(-1), rows * (BINS + 1)).view(rows, BINS + 1)[:, :BINS]


def _frequencies(places: Tensor, count: int) -> Tensor:
    """Return how often each number from 0 to `count` occurs, without waiting for the device, as `bincount` would."""
    if places.device.type == "cpu":
        return torch.bincount(places.long(), minlength=count)
    if torch.are_deterministic_algorithms_enabled():
        return _by_sorting(places, count)
    return _by_histc(places, count)


def _by_histc(places: Tensor, count: int) -> Tensor:
    return torch.histc(places + 0.5, bins=count, min=0, max=count)


def _by_sorting(places: Tensor, count: int) -> Tensor:
    """Do what `histc` does, which torch refuses if all is to be deterministic, though counts always are."""
    bounds = torch.arange(count + 1, device=places.device).to(places.dtype)
    return torch.searchsorted(places.sort().values, bounds).diff()
