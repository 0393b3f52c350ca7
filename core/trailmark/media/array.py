"""Arrays, tensors and scalars of any library, as numpy's.

They are recognised by what they can do. No framework is imported to find out: a value of torch is only met where torch
is imported already.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


_NUMBERS = frozenset("?bhilqBHILQefd")  # the characters of numpy's types of which Python has all values


def as_number(value: Any) -> Any:
    """Return the Python number in a scalar of numpy or in a torch tensor of one number; None for anything else.

    A short cut through `as_numpy` for what is logged most.
    """
    number: Any = value
    if isinstance(value, getattr(sys.modules.get("numpy"), "generic", ())):
        return number.item() if number.dtype.char in _NUMBERS else None
    torch, tensor = _torch()
    return number.item() if isinstance(value, tensor) and _is_one_number(torch, number) else None


def as_numpy(value: Any) -> np.ndarray[Any, Any] | None:
    """Return an array, tensor, series or scalar of numpy, torch, JAX, TensorFlow, … as a numpy array, else None.

    What numpy has no type for gets a wider one: bfloat16 and the kinds of float8 become float32. A masked array stays
    one. Errors of the library, such as those of a tensor without data, are passed on.
    """
    torch, tensor = _torch()
    if isinstance(value, tensor):
        return _from_torch(torch, value)
    if isinstance(value, type):
        return None
    if hasattr(value, "__array__"):
        on_device = type(value).__module__.partition(".")[0] == "cupy"
        return _known(value.get() if on_device else value)
    convert = getattr(value, "numpy", None)
    return _known(convert()) if callable(convert) else None


def _torch() -> tuple[Any, Any]:
    """Return torch and its class of tensors; () for the class while torch is not, or not wholly, imported."""
    torch = sys.modules.get("torch")
    complete = isinstance(getattr(getattr(torch, "nn", None), "Parameter", None), type)
    return torch, torch.Tensor if torch is not None and complete else ()


def _from_torch(torch: Any, tensor: Any) -> np.ndarray[Any, Any]:
    tensor = tensor.detach()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    tensor = tensor.cpu().resolve_conj().resolve_neg()
    try:
        return tensor.numpy()  # type: ignore[no-any-return]
    except TypeError:  # bfloat16, float8, complex32, …
        wide = torch.complex64 if tensor.is_complex() else torch.float32 if tensor.is_floating_point() else torch.int64
        return tensor.to(wide).numpy()  # type: ignore[no-any-return]


def _known(value: Any) -> np.ndarray[Any, Any]:
    """Return an array of one of numpy's own types."""
    import numpy as np

    array: np.ndarray[Any, Any] = value if isinstance(value, np.ma.MaskedArray) else np.asarray(value)
    if array.dtype.isbuiltin != 2:  # noqa: PLR2004 (2: a type that another package gave to numpy)
        return array
    name = array.dtype.name
    integer = name.startswith(("int", "uint"))
    return array.astype(np.int64 if integer else np.complex64 if "complex" in name else np.float32)


def fetch_scalars(values: dict[str, Any]) -> dict[str, Any]:
    """Return those of `values` that are torch tensors of one number on a device, as Python numbers.

    Each `.item()` waits for the device, so all that lie on one are copied together, byte for byte, with one wait. One
    that is alone, or not to be copied like that, is left to `as_number`.
    """
    torch, tensor = _torch()
    if not tensor:
        return {}
    kinds = (tensor, torch.nn.Parameter)  # other subclasses may do as they please
    by_device: dict[Any, dict[Any, dict[str, Any]]] = {}
    for key, value in values.items():
        if type(value) in kinds and _is_on_device(value) and _is_one_number(torch, value):
            by_device.setdefault(value.device, {}).setdefault(value.dtype, {})[key] = value
    fetched: dict[str, Any] = {}
    for by_type in by_device.values():
        if sum(map(len, by_type.values())) > 1:
            fetched.update(_fetch(torch, by_type))
    return fetched


def _fetch(torch: Any, by_type: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    """Return the numbers of tensors that lie on one device, given by their types."""
    try:
        tensors = [tensor for group in by_type.values() for tensor in group.values()]
        parts = [tensor.detach().resolve_conj().resolve_neg().reshape(1).view(torch.uint8) for tensor in tensors]
        joined = torch.cat(parts).cpu()
    except (RuntimeError, TypeError):  # each alone will tell what is wrong with which
        return {}
    fetched: dict[str, Any] = {}
    start = 0
    for kind, group in by_type.items():
        end = start + sum(tensor.element_size() for tensor in group.values())
        fetched.update(zip(group, joined[start:end].clone().view(kind).tolist(), strict=True))
        start = end
    return fetched


def _is_one_number(torch: Any, tensor: Any) -> bool:
    return tensor.layout is torch.strided and not tensor.is_quantized and tensor.numel() == 1


def _is_on_device(tensor: Any) -> bool:
    """Whether reading `tensor` waits for a device; one of type "meta" has nothing to read."""
    return tensor.device.type not in ("cpu", "meta")
