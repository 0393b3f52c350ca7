"""WAV files: every sample comes back, and what other programs write is read."""

from __future__ import annotations

import io
import struct
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from journal_support import PROPERTY
from trailmark.errors import MediaError
from trailmark.media.sounds.wav import Header, read_header, read_samples, write_wav

if TYPE_CHECKING:
    from pathlib import Path

DTYPES = ("uint8", "int16", "int32", "float32", "float64")


def written(samples: np.ndarray[Any, Any], rate: int = 8000) -> bytes:
    """Return a WAV file."""
    file = io.BytesIO()
    write_wav(file, samples, rate)
    return file.getvalue()


def read(path: Path) -> tuple[Header, np.ndarray[Any, Any]]:
    """Return what a WAV file holds."""
    header = read_header(path)
    return header, read_samples(path, header)


def wav(layout: bytes, data: bytes, extra: bytes = b"", size: int | None = None) -> bytes:
    """Return a WAV file of chunks as they are given."""
    chunks = extra + b"fmt " + struct.pack("<I", len(layout)) + layout
    chunks += b"data" + struct.pack("<I", len(data) if size is None else size) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@PROPERTY
@given(data=st.data(), dtype=st.sampled_from(DTYPES), frames=st.integers(0, 9), channels=st.integers(1, 3))
def test_samples_come_back(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, dtype: str, frames: int, channels: int
) -> None:
    """Samples of each type are equal bit for bit, an odd number of bytes and none at all included."""
    samples = data.draw(arrays.arrays(dtype, (frames, channels)))
    path = tmp_path_factory.mktemp("wav") / "a.wav"
    path.write_bytes(written(samples))
    header, found = read(path)
    assert (header.sample_rate, header.channels, header.frames) == (8000, channels, frames)
    assert found.dtype == samples.dtype
    assert found.tobytes() == samples.tobytes()


def test_sizes_in_the_header_add_up() -> None:
    """The size of the file is the one in its header, also with a byte of padding."""
    for dtype in DTYPES:
        data = written(np.zeros((3, 1), dtype))
        assert struct.unpack_from("<I", data, 4) == (len(data) - 8,)
        assert len(data) % 2 == 0


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32"])
def test_standard_library_reads_pcm(tmp_path: Path, dtype: str) -> None:
    """Python's own module reads integers as they were."""
    limits = np.iinfo(dtype)
    samples = np.array([[limits.min, limits.max], [1, 2]], dtype)
    (tmp_path / "a.wav").write_bytes(written(samples, 44100))
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (44100, 2, 2)
        assert file.readframes(2) == samples.tobytes()


def test_24_bits_are_read(tmp_path: Path) -> None:
    """Samples of 24 bits are int32 in the upper three bytes."""
    values = [0, 1, -1, 2**23 - 1, -(2**23)]
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 3, 8000, len(values), "NONE", ""))
        file.writeframes(b"".join(value.to_bytes(3, "little", signed=True) for value in values))
    assert read(tmp_path / "a.wav")[1][:, 0].tolist() == [value * 256 for value in values]


def test_extensible_format_is_read(tmp_path: Path) -> None:
    """The longer description, which many programs write, is understood, with other chunks of odd sizes before it."""
    layout = struct.pack("<HHIIHHHHIH14s", 0xFFFE, 1, 8000, 16000, 2, 16, 22, 16, 4, 1, b"\0" * 14)
    (tmp_path / "a.wav").write_bytes(wav(layout, b"\1\0\2\0", extra=b"LIST\3\0\0\0abc\0"))
    assert read(tmp_path / "a.wav")[1].tolist() == [[1], [2]]


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 1000])
def test_unknown_size_is_the_rest_of_the_file(tmp_path: Path, size: int) -> None:
    """What a program wrote into a pipe, or did not finish, has the samples that are there."""
    layout = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    (tmp_path / "a.wav").write_bytes(wav(layout, b"\1\0\2\0\3", size=size))
    assert read(tmp_path / "a.wav")[1].tolist() == [[1], [2]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"ID3abcdefghijk", "no WAV file"),
        (b"RIFF", "no WAV file"),
        (b"RIFF\4\0\0\0WAVE", "no description"),
        (wav(struct.pack("<HHIIHH", 1, 0, 8000, 0, 0, 16), b""), "0 channels"),
        (wav(struct.pack("<HHIIHH", 1, 1, 8000, 0, 9, 16), b""), "blocks of 9"),
        (wav(b"\1\0", b""), "2 bytes"),
        (wav(struct.pack("<HHIIHH", 1, 1, 8000, 0, 2, 16), b"")[:36], "no samples"),
    ],
)
def test_damaged_file_is_an_error(tmp_path: Path, data: bytes, message: str) -> None:
    """What is no WAV file is refused with the reason."""
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(MediaError, match=message):
        read_header(tmp_path / "a.wav")


def test_compressed_file_has_facts_only(tmp_path: Path) -> None:
    """Of an ADPCM file the rate is known, and that its samples cannot be read."""
    (tmp_path / "a.wav").write_bytes(wav(struct.pack("<HHIIHH", 2, 1, 8000, 4096, 256, 4), b"\0" * 256))
    header = read_header(tmp_path / "a.wav")
    assert header.sample_rate == 8000
    assert not header.readable


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    """A file that is not there cannot be read."""
    with pytest.raises(MediaError, match="cannot be read"):
        read_header(tmp_path / "a.wav")
