"""WAV files, written and read without a change of any sample.

Written are plain PCM (uint8 as 8 bits, int16, int32) and IEEE floats (float32, float64), little-endian, as Microsoft's
"Multimedia Programming Interface and Data Specifications 1.0" and the notes on WAVE_FORMAT_IEEE_FLOAT of 1994 describe.
Read are these, 24 bits, and the same inside WAVE_FORMAT_EXTENSIBLE. Compressed kinds and files above 4 GiB (RF64) are
refused.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from trailmark.errors import MediaError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    Array = np.ndarray[Any, Any]

MAX_BYTES = 2**32 - 1 - 64  # of samples: sizes are 32 bits wide, and headers take less than 64 bytes
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_TYPES = {(_PCM, 8): "u1", (_PCM, 16): "<i2", (_PCM, 32): "<i4", (_FLOAT, 32): "<f4", (_FLOAT, 64): "<f8"}
_PACKED = (_PCM, 24)  # numpy has no such type
_UNKNOWN_SIZES = (0, 0xFFFFFFFF)  # what programs write that cannot go back to the header


class Header(NamedTuple):
    """What a WAV file says of its samples."""

    sample_rate: int  # frames a second
    channels: int
    frames: int
    encoding: tuple[int, int]  # the tag of the format, and bits of a sample
    start: int  # where samples begin, in bytes

    @property
    def readable(self) -> bool:
        """Whether `read_samples` can read it."""
        return self.encoding in _TYPES or self.encoding == _PACKED


def write_wav(file: BinaryIO, samples: Array, sample_rate: int) -> None:
    """Write samples, (frames, channels), of uint8, int16, int32, float32 or float64."""
    import numpy as np

    frames, channels = samples.shape
    width = samples.dtype.itemsize
    tag = _FLOAT if samples.dtype.kind == "f" else _PCM
    layout = struct.pack(
        "<HHIIHH", tag, channels, sample_rate, sample_rate * channels * width, channels * width, width * 8
    )
    chunks = _chunk(b"fmt ", layout if tag == _PCM else layout + b"\0\0")
    if tag == _FLOAT:
        chunks += _chunk(b"fact", struct.pack("<I", frames))
    size = samples.nbytes
    file.write(struct.pack("<4sI4s", b"RIFF", 4 + len(chunks) + 8 + size + size % 2, b"WAVE"))
    file.write(chunks + struct.pack("<4sI", b"data", size))
    little = np.ascontiguousarray(samples, dtype=samples.dtype.newbyteorder("<"))
    file.write(little.reshape(-1).view(np.uint8).data)
    file.write(b"\0" * (size % 2))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", name, len(data)) + data


def read_header(path: Path) -> Header:
    """Return what the file at `path` says of its samples.

    Raises:
        MediaError: it cannot be read, or is no WAV file.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            start = file.read(12)
            if start[:4] != b"RIFF" or start[8:] != b"WAVE":
                raise MediaError(f"{path} is no WAV file: it begins with {start!r}")
            return _header(file, size, path)
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {error}") from error


def _header(file: BinaryIO, file_size: int, path: Path) -> Header:
    layout = b""
    while len(head := file.read(8)) == 8:  # noqa: PLR2004 (a name and a size, four bytes each)
        name, size = struct.unpack("<4sI", head)
        start = file.tell()
        if name == b"data" and layout:
            left = file_size - start
            return _parsed(layout, start, left if size in _UNKNOWN_SIZES else min(size, left), path)
        if name == b"fmt ":
            layout = file.read(size)
        file.seek(start + size + size % 2)
    raise MediaError(f"{path} is a damaged WAV file: it has no {'samples' if layout else 'description of them'}")


def _parsed(layout: bytes, start: int, size: int, path: Path) -> Header:
    if len(layout) < 16:  # noqa: PLR2004 (the part that all formats have)
        raise MediaError(f"{path} is a damaged WAV file: its description of samples has {len(layout)} bytes")
    tag, channels, sample_rate, _, block, bits = struct.unpack_from("<HHIIHH", layout)
    if tag == _EXTENSIBLE and len(layout) >= 26:  # noqa: PLR2004 (the kind follows at 24)
        (tag,) = struct.unpack_from("<H", layout, 24)
    if not channels or not sample_rate or not block:
        raise MediaError(
            f"{path} is a damaged WAV file: {channels} channels, {sample_rate} Hz, blocks of {block} bytes"
        )
    known = (tag, bits) in _TYPES or (tag, bits) == _PACKED
    if known and block != channels * bits // 8:
        raise MediaError(f"{path} is a damaged WAV file: blocks of {block} bytes for {channels} times {bits} bits")
    return Header(sample_rate, channels, size // block, (tag, bits), start)


def read_samples(path: Path, header: Header) -> Array:
    """Return all samples, (frames, channels).

    24 bits come as int32 whose lowest byte is 0, as scipy.io.wavfile and soundfile give them.

    Raises:
        MediaError: the file cannot be read.
    """
    import numpy as np

    count = header.frames * header.channels
    try:
        if header.encoding == _PACKED:
            packed = np.fromfile(path, np.uint8, count * 3, offset=header.start).reshape(-1, 3)
            wide = np.zeros((len(packed), 4), np.uint8)
            wide[:, 1:] = packed
            samples = wide.reshape(-1).view("<i4")
        else:
            samples = np.fromfile(path, _TYPES[header.encoding], count, offset=header.start)
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {error}") from error
    if len(samples) != count:
        raise MediaError(f"{path} changed while it was read: {len(samples)} of {count} samples are there")
    native = samples.astype(samples.dtype.newbyteorder("="), copy=False)
    return native.reshape(header.frames, header.channels)
