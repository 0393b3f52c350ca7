"""`Audio`: sound, as a WAV file of exactly the samples that were given, or a file as it is.

Arrays become WAV files (`wav.py`): integers as PCM, floats as IEEE floats, so that each sample comes back as it went in
and browsers play all but float64. Files are copied and never converted.
"""

from __future__ import annotations

import html
import importlib
import math
from typing import TYPE_CHECKING, Any

from trailmark._term import termwarn
from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.media import Media
from trailmark.media.sounds.wav import MAX_BYTES, Header, read_header, read_samples, write_wav
from trailmark.media.source import (
    MAX_INLINE_BYTES,
    Source,
    caption_text,
    data_uri,
    encoded,
    fields,
    from_path,
    is_path,
    known_format,
    optional,
    plain_array,
    read,
    stored_file,
    with_caption,
)

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import numpy as np
    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored

    Array = np.ndarray[Any, Any]

_MIME = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "aif": "audio/aiff",
    "aiff": "audio/aiff",
    "weba": "audio/webm",
    "webm": "audio/webm",
}
MAX_CHANNELS = 64  # of what is still one recording: ambisonics of the seventh order
_MAX_RATE = 2**32 - 1
_WIDENED = {"float16": "float32"}  # WAV has no such floats, and the wider ones hold them exactly
_DTYPES = ("uint8", "int16", "int32", "float32", "float64")


class Audio(Media):
    """Sound.

    Args:
        data_or_path: a path of a file (wav, mp3, ogg, flac, …), or samples: an array, a tensor or a list of one
            channel, (samples,), or of several, (samples, channels) or (channels, samples): the longer side is time, and
            with equal sides the first is. Floats are in -1 … 1; values outside are kept, with a warning, as players cut
            them off. uint8 (silence is 128), int16 and int32 fill the range of their type. float16 becomes float32.
        sample_rate: samples a second, in Hz; needed with samples. A file has its own.
        caption: text that is shown with it.

    Raises:
        MediaError: samples are of another shape or type, NaN or infinite, `sample_rate` is no positive integer, or the
            file cannot be read.
    """

    kind = "audio"

    def __init__(
        self,
        data_or_path: str | os.PathLike[str] | Array | Any,
        sample_rate: int | None = None,
        caption: str | None = None,
    ) -> None:
        self.caption = caption_text(caption)
        self._source: Source | None = None
        self._samples: Array | None = None  # (frames, channels)
        self._header: Header | None = None  # what is known of the samples without reading them
        self._format = "wav"
        if is_path(data_or_path):
            self._take_file(data_or_path, sample_rate)
        else:
            rate = _rate(sample_rate)
            self._samples = samples = _samples(data_or_path, rate)
            self._header = Header(rate, samples.shape[1], samples.shape[0], (0, 0), 0)

    def _take_file(self, path: Any, sample_rate: Any) -> None:
        self._source = from_path(path, "Audio", tuple(_MIME))
        self._format = self._source.format
        if self._format == "wav" and self._source.path is not None:
            self._header = read_header(self._source.path)
        if sample_rate is not None and self._header and self._header.sample_rate != _rate(sample_rate):
            own = self._header.sample_rate
            termwarn(f"Audio({str(path)!r}): the file has {own} Hz; sample_rate={sample_rate} is ignored", repeat=False)

    @property
    def format(self) -> str:
        """The format of the file, such as "wav" or "mp3"."""
        return self._format

    @property
    def sample_rate(self) -> int:
        """Samples a second, in Hz.

        Raises:
            MissingPackageError: the file is no WAV, and soundfile, which can tell, is not installed.
            MediaError: the file cannot be read.
        """
        return self._facts().sample_rate

    @property
    def channels(self) -> int:
        """How many channels there are; errors as of `sample_rate`."""
        return self._facts().channels

    @property
    def duration_s(self) -> float:
        """How long it lasts, in seconds; errors as of `sample_rate`."""
        header = self._facts()
        return header.frames / header.sample_rate

    def numpy(self) -> Array:
        """Return the samples: (samples,) of one channel, (samples, channels) of several.

        Their type is that of the WAV file; 24 bits come as int32, in the upper three bytes. From other formats come
        int16 or int32 where the format is lossless, else float32.

        Raises:
            MissingPackageError: the file is no plain WAV, and soundfile is not installed.
            MediaError: the file cannot be read.
        """
        if self._samples is not None:
            samples = self._samples.copy()
        elif self._format == "wav" and (header := read_header(self._local())).readable:
            samples = read_samples(self._local(), header)
        else:
            samples = _decoded(self._local())
        mono: Array = samples.reshape(-1)
        return mono if samples.shape[1] == 1 else samples

    def store(self, folder: Folder) -> dict[str, Any]:
        """Copy the file, or have the samples written."""
        samples, known = self._samples, {}
        if (header := self._header) is not None:
            known = {"sample_rate": header.sample_rate, "channels": header.channels, "frames": header.frames}
        if samples is not None:
            rate = self.sample_rate
            path = folder.encode("audio", "wav", lambda file: write_wav(file, samples, rate), held_bytes=samples.nbytes)
        else:
            path = (self._source or Source(self._format, self._opened())).put(folder, self.kind)
        return fields(path=path, format=self._format, **known, caption=self.caption)

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the sound that `record` was made of."""
        self = cls.__new__(cls)
        self._file = stored_file(record, stored)
        self._source = self._samples = self._header = None
        self._format = known_format(record, _MIME, "wav")
        self.caption = optional(record, "caption", str)
        rate, channels, frames = (optional(record, name, int) for name in ("sample_rate", "channels", "frames"))
        if rate and channels and frames is not None:
            self._header = Header(rate, channels, frames, (0, 0), 0)
        return self

    def _facts(self) -> Header:
        if self._header is None:
            path = self._local()
            self._header = read_header(path) if self._format == "wav" else _info(path)
        return self._header

    def _local(self) -> Path:
        if self._source is not None and self._source.path is not None:
            return self._source.path
        return self._opened()

    def _bytes(self) -> bytes:
        """Return the file as it is, or would be, stored."""
        samples = self._samples
        return (
            read(self._local()) if samples is None else encoded(lambda file: write_wav(file, samples, self.sample_rate))
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Audio):
            return NotImplemented
        return (self.caption, self._format) == (other.caption, other._format) and self._bytes() == other._bytes()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        known = f"{self._header.frames / self._header.sample_rate:.3g} s, " if self._header else ""
        if self._header:
            known += (
                f"{self._header.channels} channel{'s' * (self._header.channels > 1)}, {self._header.sample_rate} Hz"
            )
        caption = f", caption={self.caption!r}" if self.caption is not None else ""
        return f"Audio({known or self._format}{caption})"

    def _repr_html_(self) -> str:
        data = self._bytes()
        if len(data) > MAX_INLINE_BYTES:
            return html.escape(repr(self))
        return with_caption(f'<audio controls src="{data_uri(data, _MIME[self._format])}"></audio>', self.caption)


def _rate(sample_rate: Any) -> int:
    """Return a sample rate, which may be a float or numpy's scalar of an integral value."""
    if sample_rate is None:
        raise MediaError("Audio of samples needs their rate: pass sample_rate=, in Hz, such as 44100")
    rate = 0
    if not isinstance(sample_rate, (bool, str, bytes)):
        try:
            rate = int(sample_rate) if int(sample_rate) == sample_rate else 0
        except (TypeError, ValueError, OverflowError):  # a list, NaN, infinity
            rate = 0
    if not 0 < rate <= _MAX_RATE:
        raise MediaError(f"Audio needs a sample_rate that is a positive integer in Hz, got {sample_rate!r}")
    return rate


def _samples(data: Any, rate: int) -> Array:
    """Return a copy of the samples, (frames, channels), of a type that WAV has."""
    import numpy as np

    given = plain_array(data, "Audio")
    if given.ndim not in (1, 2):
        raise MediaError(
            f"Audio takes samples of the shape (samples,) or (samples, channels), got {given.shape}; "
            "log a list of Audio for several recordings"
        )
    name = _WIDENED.get(given.dtype.name, given.dtype.name)
    if name not in _DTYPES:
        raise MediaError(f"Audio takes samples of {', '.join(_DTYPES)}, got {given.dtype}: convert with `.astype`")
    array = given[:, None] if given.ndim == 1 else given.T if 0 < given.shape[0] < given.shape[1] else given
    if not 0 < array.shape[1] <= MAX_CHANNELS:
        raise MediaError(
            f"Audio takes 1 to {MAX_CHANNELS} channels, got {array.shape[1]}, the shorter side of {given.shape}; "
            "log a list of Audio for several recordings"
        )
    samples: Array = np.array(array, dtype=name, order="C", copy=True)
    if samples.nbytes > MAX_BYTES or rate * samples.shape[1] * samples.itemsize > _MAX_RATE:
        raise MediaError(f"WAV holds up to 4 GiB, and so much a second, got {samples.nbytes} bytes at {rate} Hz")
    if samples.dtype.kind == "f" and samples.size:
        _check_floats(samples)
    return samples


def _check_floats(samples: Array) -> None:
    low, high = float(samples.min()), float(samples.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        import numpy as np

        count = int((~np.isfinite(samples)).sum())
        raise MediaError(f"Audio takes finite samples, and {count} of {samples.size} are NaN or infinite")
    if low < -1 or high > 1:
        termwarn(
            f"Audio: samples reach from {low:.4g} to {high:.4g}, and players cut off what is outside -1 … 1: "
            "scale floats, or give int16 for samples of 16 bits",
            repeat=False,
        )


def _soundfile() -> Any:
    try:
        return importlib.import_module("soundfile")
    except ImportError as error:
        raise MissingPackageError("soundfile", "reading sound of another format than plain WAV") from error


def _info(path: Path) -> Header:
    soundfile = _soundfile()
    try:
        info = soundfile.info(str(path))
    except (OSError, RuntimeError) as error:
        raise MediaError(f"{path} cannot be read as sound: {error}") from error
    return Header(info.samplerate, info.channels, info.frames, (0, 0), 0)


def _decoded(path: Path) -> Array:
    soundfile = _soundfile()
    widths = {"PCM_S8": "int16", "PCM_U8": "int16", "PCM_16": "int16", "PCM_24": "int32", "PCM_32": "int32"}
    try:
        with soundfile.SoundFile(str(path)) as file:
            samples: Array = file.read(dtype=widths.get(file.subtype, "float32"), always_2d=True)
    except (OSError, RuntimeError) as error:
        raise MediaError(f"{path} cannot be read as sound: {error}") from error
    return samples
