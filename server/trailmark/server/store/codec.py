"""The codec: arrays of numbers as few bytes, without loss.

An array is one byte for its encoding, one for its type (``f`` float64, ``i`` int64, ``b`` bool), and what the encoding
makes of the values, squeezed. The encodings, of which the smallest is taken, as far as a sample tells:

- ``s``, shuffled: all first bytes of the values, then all second bytes and so on, as high bytes of neighbours agree;
- ``d``, ``D``: differences of neighbours, or differences of those, shuffled; floats are differenced as the integers
  that their bits spell, modulo 2**64, which loses nothing;
- ``t``, a table of the different values, and the place of each value in it;
- ``p``, bools as bits, after their number (u32).

Squeezed bytes are ``0`` and a frame of zstd; or, of many values, ``1``, the number of values (u32), the size of each
plane (one byte of every value) once it is squeezed (u32 each), and the planes, each a frame of zstd or, where that is
no smaller, as it is. All numbers are little-endian.

At the end stands the CRC-32 of all that (u32), as databases keep no checksums. A set of arrays (`pack`, `unpack`) is a
MessagePack list of such arrays. Objects are MessagePack as in journals, in a frame of zstd, with the CRC-32 after it.
"""

from __future__ import annotations

import struct
import threading
from typing import TYPE_CHECKING, Any
from zlib import crc32

import msgspec
import numpy as np
import zstandard

from trailmark.errors import Error
from trailmark.journal.records import BIG_INTEGER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Values = NDArray[Any]

LEVEL = 1  # higher ones are slower by more than the bytes that they save on shuffled numbers
_DTYPES = {"f": np.dtype("<f8"), "i": np.dtype("<i8"), "b": np.dtype(np.bool_)}
_MOST_DIFFERENT = 4096  # values in a table
_CLEARLY = 1.03  # differences pay from this ratio on: they take longer to read, and their planes are less regular
_FEW = 256  # values that are not worth a choice: to try costs more than it saves
_MANY = 512  # values whose planes are squeezed apart
_POSITIVE = np.int64((1 << 63) - 1)
_TRIED = 256  # values that encodings are compared on, where there are more than twice as many,
_STRETCHES = 4  # in so many places: a rate that rises and then stays has two kinds of stretches
_LOOKED_AT = 2048  # values that tell, about, whether there are few different ones
_SYMBOLS = 256 * np.arange(3 * 8, dtype=np.uint16).reshape(3, 1, 8)  # the bytes of each plane are counted apart
_WEIGHTS = np.arange(2 * _TRIED + 1) * np.log2(np.maximum(np.arange(2 * _TRIED + 1), 1))  # n log n of a count

_local = threading.local()  # contexts of zstd serve one thread at a time
_FAULTS = (ValueError, IndexError, RecursionError, struct.error, msgspec.DecodeError, zstandard.ZstdError)


class DamagedError(Error):
    """Stored bytes are not what was stored."""


def encode(values: Values) -> bytes:
    """Return an array of float64, int64 or bool, of one dimension, as bytes.

    Raises:
        TypeError: it has another type.
    """
    kind = values.dtype.kind
    if kind not in _DTYPES or values.dtype.itemsize not in (1, 8):
        raise TypeError(f"arrays of float64, int64 and bool are stored, got {values.dtype}")
    if kind == "b":
        return _sealed(b"pb" + len(values).to_bytes(4, "little") + _frame(np.packbits(values).tobytes()))
    bits = np.ascontiguousarray(values, dtype=_DTYPES[kind]).view(np.int64)
    name = _best(bits) if len(bits) >= _FEW else "d" if kind == "i" else "s"
    return _sealed(f"{name}{kind}".encode() + _squeeze(_ENCODINGS[name](bits), len(bits)))


def decode(data: bytes) -> Values:
    """Return the array that `encode` made `data` of.

    Raises:
        DamagedError: it did not.
    """
    plain = _unsealed(data)
    try:
        name, kind = chr(plain[0]), chr(plain[1])
        if name == "p":
            count = int.from_bytes(plain[2:6], "little")
            return np.unpackbits(np.frombuffer(_unframe(plain[6:]), np.uint8), count=count).view(np.bool_)
        return _DECODINGS[name](_unsqueeze(plain[2:])).view(_DTYPES[kind])
    except (*_FAULTS, KeyError) as error:
        raise DamagedError(f"a stored array cannot be read: {error}") from error


class Repeats:
    """Encodes arrays of which most come again, as the steps of metrics that are logged together: each of them once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], bytes] = {}

    def encode(self, values: Values) -> bytes:
        """Return what `encode` does."""
        name = (values.dtype.str, values.tobytes())
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = encode(values)
        return found


def pack(arrays: Sequence[Values]) -> bytes:
    """Return several arrays as bytes."""
    return pack_encoded([encode(array) for array in arrays])


def pack_encoded(encoded: Sequence[bytes]) -> bytes:
    """Return several arrays, which `encode` made bytes, as `pack` does."""
    return _encoder.encode(encoded)


def unpack(data: bytes, places: Sequence[int] | None = None) -> list[Values]:
    """Return the arrays that `pack` made `data` of; only those at `places` if they are given, in their order.

    Raises:
        DamagedError: it did not.
    """
    try:
        found = _arrays.decode(data)
        chosen = found if places is None else [found[place] for place in places]
    except _FAULTS as error:
        raise DamagedError(f"stored arrays cannot be read: {error}") from error
    return [decode(item) for item in chosen]


def encode_objects(records: Sequence[Any]) -> bytes:
    """Return plain values, as journals hold them, as bytes."""
    return compress(encode_value(list(records)))


def decode_objects(data: bytes) -> list[Any]:
    """Return the values that `encode_objects` made `data` of.

    Raises:
        DamagedError: it did not.
    """
    found: list[Any] = decode_value(decompress(data))
    return found


def encode_value(value: Any) -> bytes:
    """Return a plain value as MessagePack; integers keep any size."""
    try:
        return _encoder.encode(value)
    except OverflowError:
        return _encoder.encode(_with_extensions(value))


def decode_value(data: bytes) -> Any:
    """Return the value that `encode_value` made `data` of.

    Raises:
        DamagedError: it did not.
    """
    try:
        return _decoder.decode(data)
    except _FAULTS as error:
        raise DamagedError(f"a stored value cannot be read: {error}") from error


def compress(data: bytes) -> bytes:
    """Return a frame of zstd, and its checksum."""
    return _sealed(_frame(data))


def decompress(data: bytes) -> bytes:
    """Return what `compress` made `data` of.

    Raises:
        DamagedError: it did not.
    """
    plain = _unsealed(data)
    try:
        return _unframe(plain)
    except zstandard.ZstdError as error:
        raise DamagedError(f"stored bytes cannot be read: {error}") from error


def _sealed(data: bytes) -> bytes:
    return data + crc32(data).to_bytes(4, "little")


def _unsealed(data: bytes) -> memoryview:
    view = memoryview(data)
    plain, seal = view[:-4], view[-4:]
    if crc32(plain) != int.from_bytes(seal, "little"):
        raise DamagedError(f"{len(data)} stored bytes have another checksum than those that were stored")
    return plain


def _frame(data: bytes) -> bytes:
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=False)
    packed: bytes = _local.compressor.compress(data)
    return packed


def _unframe(data: memoryview) -> bytes:
    if not hasattr(_local, "decompressor"):
        _local.decompressor = zstandard.ZstdDecompressor()
    plain: bytes = _local.decompressor.decompress(data)
    return plain


# -- encodings: each takes and gives an array of int64 ---------------------------------------------------------------


def _best(bits: Values) -> str:
    """Return the name of the encoding that takes the fewest bytes, as far as a sample tells."""
    sample = _sample(bits)
    sizes = _sizes(sample)
    best = min("dD", key=lambda name: sizes[name])
    if sizes["s"] <= sizes[best] * _CLEARLY:
        best = "s"
    # More than a byte each: a table may do better, if many values come again.
    some = bits[:: max(1, len(bits) // _LOOKED_AT)]
    if sizes[best] > len(sample) and _different(some) <= len(some) // 2:
        different = _different(bits)
        if different <= _MOST_DIFFERENT and (8 * different + 2 * len(bits)) * len(sample) <= sizes[best] * len(bits):
            return "t"
    return best


def _sample(bits: Values) -> Values:
    if len(bits) <= 2 * _TRIED:
        return bits
    every = len(bits) // _STRETCHES
    return bits[: every * _STRETCHES].reshape(_STRETCHES, every)[:, : _TRIED // _STRETCHES].reshape(-1)


def _sizes(bits: Values) -> dict[str, float]:
    """Return about how many bytes encodings take: Shannon's measure of each plane, at a third of the time of zstd."""
    once = _differences(bits)
    tried = np.array([bits, _zigzag(once), _zigzag(_differences(once))])
    symbols = tried.view(np.uint8).reshape(len(tried), -1, 8) + _SYMBOLS
    counts = np.bincount(symbols.reshape(-1), minlength=256 * _SYMBOLS.size).reshape(len(tried), -1)
    found = 8 * _WEIGHTS[len(bits)] - _WEIGHTS[counts].sum(axis=1)
    return dict(zip("sdD", (found / 8).tolist(), strict=True))


def _different(bits: Values) -> int:
    """Return how many different values there are, at least 1."""
    ordered = np.sort(bits)
    return 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))


def _squeeze(plain: bytes, count: int) -> bytes:
    """Return `plain`, planes of `count` bytes each, in fewer bytes."""
    if count < _MANY or len(plain) != 8 * count:
        return b"\0" + _frame(plain)
    # Apart, as zstd counts how often each byte comes once a frame, and planes differ in that.
    planes = [plain[begin : begin + count] for begin in range(0, len(plain), count)]
    frames = [frame if len(frame := _frame(plane)) < count else plane for plane in planes]
    return b"\1" + struct.pack(f"<{len(frames) + 1}I", count, *map(len, frames)) + b"".join(frames)


def _unsqueeze(data: memoryview) -> bytes:
    if data[0] == 0:
        return _unframe(data[1:])
    count, *sizes = struct.unpack_from("<9I", data, 1)
    planes, begin = [], 1 + 9 * 4
    for size in sizes:
        frame = data[begin : begin + size]
        planes.append(frame if size == count else _unframe(frame))
        begin += size
    return b"".join(planes)


def _shuffle(bits: Values) -> bytes:
    plain: bytes = np.ascontiguousarray(bits).view(np.uint8).reshape(-1, 8).T.tobytes()
    return plain


def _unshuffle(plain: bytes) -> Values:
    planes = np.frombuffer(plain, np.uint8).reshape(8, -1)
    bits: Values = np.ascontiguousarray(planes.T).view(np.int64).reshape(-1)
    return bits


def _differences(bits: Values) -> Values:
    found = np.empty_like(bits)
    found[:1] = bits[:1]
    np.subtract(bits[1:], bits[:-1], out=found[1:])
    return found


def _zigzag(bits: Values) -> Values:
    """Return small numbers of either sign as small positive ones, so that their high bytes agree."""
    found = bits << 1
    found ^= bits >> 63
    return found


def _unzigzag(bits: Values) -> Values:
    found: Values = ((bits >> 1) & _POSITIVE) ^ -(bits & 1)
    return found


def _delta(bits: Values) -> bytes:
    return _shuffle(_zigzag(_differences(bits)))


def _undelta(plain: bytes) -> Values:
    return np.cumsum(_unzigzag(_unshuffle(plain)))


def _delta_twice(bits: Values) -> bytes:
    return _shuffle(_zigzag(_differences(_differences(bits))))


def _undelta_twice(plain: bytes) -> Values:
    return np.cumsum(np.cumsum(_unzigzag(_unshuffle(plain))))


def _table(bits: Values) -> bytes:
    different, places = np.unique(bits, return_inverse=True)
    wide = len(different) > 256  # noqa: PLR2004 (what a byte tells apart)
    body = places.astype("<u2").view(np.uint8).reshape(-1, 2).T.tobytes() if wide else places.astype(np.uint8).tobytes()
    return len(different).to_bytes(4, "little") + _delta(different) + body


def _untable(plain: bytes) -> Values:
    end = 4 + 8 * int.from_bytes(plain[:4], "little")
    different = _undelta(plain[4:end])
    if len(different) > 256:  # noqa: PLR2004 (as above)
        planes = np.frombuffer(plain, np.uint8, offset=end).reshape(2, -1)
        return np.take(different, np.ascontiguousarray(planes.T).view("<u2").reshape(-1))
    return np.take(different, np.frombuffer(plain, np.uint8, offset=end))


_ENCODINGS: dict[str, Callable[[Values], bytes]] = {"s": _shuffle, "d": _delta, "D": _delta_twice, "t": _table}
_DECODINGS: dict[str, Callable[[bytes], Values]] = {
    "s": _unshuffle,
    "d": _undelta,
    "D": _undelta_twice,
    "t": _untable,
}

# -- MessagePack -----------------------------------------------------------------------------------------------------


def _extension(code: int, data: memoryview) -> Any:
    if code == BIG_INTEGER:
        return int.from_bytes(data, "little", signed=True)
    return msgspec.msgpack.Ext(code, bytes(data))


def _with_extensions(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_extensions(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_extensions(item) for item in value]
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        size_bytes = value.bit_length() // 8 + 1
        return msgspec.msgpack.Ext(BIG_INTEGER, value.to_bytes(size_bytes, "little", signed=True))
    return value


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(ext_hook=_extension)
_arrays = msgspec.msgpack.Decoder(list[bytes])
