"""The numbers of a tensor, whatever kind of tensor it is: one dense dimension, and how many zeros are only implied.

A tensor that is spread over processes gives what this process has of it. Nothing here waits for a device, and the
caller's tensors stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch

if TYPE_CHECKING:
    from torch import Tensor


class Values(NamedTuple):
    """Real numbers in one dense dimension, and how many zeros there are besides."""

    numbers: Tensor
    implied_zeros: int

    @property
    def size(self) -> int:
        """How many numbers there are, with the implied ones."""
        return int(self.numbers.numel()) + self.implied_zeros


def local(tensor: Any) -> Any:
    """Return what this process holds of a distributed tensor; any other tensor as it is."""
    return tensor.to_local() if hasattr(tensor, "to_local") else tensor


def values_of(tensor: Any) -> Values | None:
    """Return the numbers of a tensor; None if it has none: an empty one, one on "meta", one that has no shape yet.

    Sparse tensors have implied zeros. Quantised ones give what they stand for, complex ones their absolute values.
    """
    if isinstance(tensor, torch.nn.parameter.UninitializedTensorMixin):
        return None
    tensor = local(tensor.detach())
    if tensor.is_meta or tensor.numel() == 0:
        return None
    size = tensor.numel()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.layout == torch.sparse_coo:
        tensor = tensor.coalesce().values()
    elif tensor.layout != torch.strided:
        tensor = tensor.values() if hasattr(tensor, "crow_indices") or hasattr(tensor, "ccol_indices") else tensor
        tensor = tensor.to_dense() if tensor.layout != torch.strided else tensor
    if tensor.is_complex():
        tensor = tensor.abs()
    return Values(_flat(tensor), size - tensor.numel())


def _flat(tensor: Tensor) -> Tensor:
    """Return the numbers in one dimension, in the order of the memory, so that no dense tensor is copied."""
    if not tensor.is_contiguous():
        order = sorted(range(tensor.dim()), key=lambda axis: -tensor.stride(axis))
        tensor = tensor.permute(order)
    return tensor.reshape(-1)
