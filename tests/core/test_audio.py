"""`Audio`: samples that come back as they went in, and files as they are."""

from __future__ import annotations

import sys
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from media_support import store
from trailmark import _term
from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.sounds.audio import Audio

if TYPE_CHECKING:
    from pathlib import Path

SOUND = np.sin(np.arange(1001) / 10).astype(np.float32)


@pytest.mark.parametrize("shape", [(1001,), (500, 2), (0,)])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32", "float64"])
def test_samples_come_back(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    """Samples are equal after the round trip, type and shape as well."""
    random = np.random.default_rng(0)
    samples = random.uniform(-1, 1, shape) * (1 if dtype.startswith("float") else 100)
    samples = (samples + 128 if dtype == "uint8" else samples).astype(dtype)
    given = Audio(samples, 44100, caption="a")
    record, found = store(given, tmp_path)
    assert found.numpy().dtype == samples.dtype
    assert np.array_equal(found.numpy(), samples)
    assert (found.sample_rate, found.caption, found.format) == (44100, "a", "wav")
    assert found.channels == (shape[1] if len(shape) == 2 else 1)
    assert found.duration_s == shape[0] / 44100
    assert found == given
    assert record["_type"] == "audio"
    assert record["frames"] == shape[0]


def test_shorter_side_is_channels(tmp_path: Path) -> None:
    """Samples of (channels, samples), as torchaudio has them, are turned; of equal sides the first is time."""
    stereo = np.arange(10, dtype=np.int16).reshape(2, 5)
    assert np.array_equal(store(Audio(stereo, 8000), tmp_path)[1].numpy(), stereo.T)
    square = np.arange(4, dtype=np.int16).reshape(2, 2)
    assert np.array_equal(store(Audio(square, 8000), tmp_path)[1].numpy(), square)
    assert Audio(SOUND[None], 8000).numpy().shape == (1001,)


def test_later_changes_do_not_matter(tmp_path: Path) -> None:
    """The array may be written over as soon as the object is made."""
    samples = SOUND.copy()
    audio = Audio(samples, 8000)
    samples[:] = 0
    audio.numpy()[:] = 0
    assert np.array_equal(store(audio, tmp_path)[1].numpy(), SOUND)


def test_lists_and_float16_are_taken(tmp_path: Path) -> None:
    """Lists are float64; float16 becomes float32, which has all its values."""
    assert store(Audio([0.5, -0.25], 8000), tmp_path)[1].numpy().tolist() == [0.5, -0.25]
    half = SOUND.astype(np.float16)
    found = store(Audio(half, 8000), tmp_path)[1].numpy()
    assert found.dtype == np.float32
    assert np.array_equal(found, half)


def test_loud_samples_are_kept_and_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Floats outside -1 … 1 come back, and the warning says what players do."""
    found = store(Audio(np.array([3.0, -2.0]), 8000), tmp_path)[1]
    assert found.numpy().tolist() == [3.0, -2.0]
    assert "samples reach from -2 to 3, and players cut off" in capsys.readouterr().err


@pytest.mark.parametrize("rate", [None, 0, -1, 1.5, "44100", True, float("nan"), 2**32, [1]])
def test_bad_rate_is_an_error(rate: Any) -> None:
    """Samples need a rate that is a positive integer."""
    with pytest.raises(MediaError, match=r"rate"):
        Audio(SOUND, rate)


@pytest.mark.parametrize("rate", [8000.0, np.int64(8000), np.float32(8000)])
def test_integral_rate_is_taken(rate: Any) -> None:
    """A rate that was computed may be a float."""
    assert Audio(SOUND, rate).sample_rate == 8000


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((2, 3, 4)), r"got \(2, 3, 4\)"),
        (np.float32(1), r"got \(\)"),
        (np.array([0.0, np.nan, np.inf]), "2 of 3 are NaN or infinite"),
        (np.zeros(3, np.int64), "got int64"),
        (np.zeros(3, bool), "got bool"),
        (np.zeros((100, 100), np.int16), "channels, got 100"),
        (np.zeros((3, 0), np.int16), "channels, got 0"),
        (None, "NoneType"),
        ([[0.1], [0.1, 0.2]], "equal length"),
    ],
)
def test_bad_samples_are_an_error(samples: Any, message: str) -> None:
    """Wrong shapes and types are named."""
    with pytest.raises(MediaError, match=message):
        Audio(samples, 8000)


def test_wav_file_is_copied(tmp_path: Path) -> None:
    """A file comes back byte for byte, with what its header says."""
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 16000, 4, "NONE", ""))
        file.writeframes(np.arange(8, dtype="<i2").tobytes())
    _, found = store(Audio(path, caption=3), tmp_path)  # type: ignore[arg-type]
    assert found.path.read_bytes() == path.read_bytes()
    assert found.path != path
    assert found.numpy().tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert (found.sample_rate, found.channels, found.duration_s, found.caption) == (16000, 2, 0.00025, "3")
    assert found.sha256


def test_other_rate_than_the_files_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file has its own rate, and a different one is told."""
    found = store(Audio(SOUND, 8000), tmp_path)[1]
    assert Audio(found.path, sample_rate=16000).sample_rate == 8000
    assert "the file has 8000 Hz; sample_rate=16000 is ignored" in capsys.readouterr().err


def test_other_formats_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An MP3 is kept as it is; only reading its samples needs a package."""
    path = tmp_path / "A.MP3"
    path.write_bytes(b"\xff\xfb\x90\x00" * 100)
    record, found = store(Audio(path), tmp_path)
    assert found.path.read_bytes() == path.read_bytes()
    assert record == {"_type": "audio", "path": record["path"], "format": "mp3"}
    assert repr(found) == "Audio(mp3)"
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(MissingPackageError, match="pip install soundfile"):
        found.numpy()
    with pytest.raises(MissingPackageError, match="pip install soundfile"):
        _ = found.sample_rate


def test_bad_file_is_an_error(tmp_path: Path) -> None:
    """A file that is none, or of no known kind, is refused when the object is made."""
    (tmp_path / "a.wav").write_bytes(b"not sound")
    (tmp_path / "a.txt").write_bytes(b"text")
    with pytest.raises(MediaError, match="no WAV file"):
        Audio(tmp_path / "a.wav")
    with pytest.raises(MediaError, match="one of wav, mp3"):
        Audio(tmp_path / "a.txt")
    with pytest.raises(MediaError, match="not there"):
        Audio("missing.wav")


def test_read_sound_is_logged_again(tmp_path: Path) -> None:
    """What was read back can be stored elsewhere."""
    first = store(Audio(SOUND, 8000), tmp_path)[1]
    (tmp_path / "other").mkdir()
    again = store(first, tmp_path / "other")[1]
    assert again == first
    assert again.path != first.path


def test_notebooks_play_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook gets a player with the file in it, unless it is very large."""
    audio = Audio(SOUND, 8000, caption="<b>")
    assert audio._repr_html_().startswith('<audio controls src="data:audio/wav;base64,')
    assert "&lt;b&gt;" in audio._repr_html_()
    assert store(audio, tmp_path)[1]._repr_html_() == audio._repr_html_()
    monkeypatch.setattr("trailmark.media.sounds.audio.MAX_INLINE_BYTES", 10)
    assert audio._repr_html_().startswith("Audio(0.125 s")


def test_unlike_sounds_differ() -> None:
    """Equality is that of samples, rate and caption."""
    assert Audio(SOUND, 8000) == Audio(SOUND, 8000)
    assert Audio(SOUND, 8000) != Audio(SOUND, 8001)
    assert Audio(SOUND, 8000) != Audio(SOUND, 8000, caption="a")
    assert Audio(SOUND, 8000) != SOUND.tolist()


@pytest.mark.extra
def test_lossless_files_are_decoded(tmp_path: Path) -> None:
    """A FLAC file gives exact integers, where soundfile is installed."""
    soundfile = pytest.importorskip("soundfile")
    samples = (SOUND * 2**15 * 0.9).astype(np.int16)
    soundfile.write(tmp_path / "a.flac", samples, 8000)
    found = store(Audio(tmp_path / "a.flac"), tmp_path)[1]
    assert np.array_equal(found.numpy(), samples)
    assert (found.sample_rate, found.channels, found.duration_s) == (8000, 1, 1001 / 8000)
    (tmp_path / "b.flac").write_bytes(b"no sound")
    with pytest.raises(MediaError, match="cannot be read as sound"):
        Audio(tmp_path / "b.flac").numpy()


@pytest.mark.extra
def test_tensors_are_taken(tmp_path: Path) -> None:
    """A tensor of torch is samples, (channels, samples)."""
    torch = pytest.importorskip("torch")
    tensor = torch.linspace(-1, 1, 20).reshape(2, 10).requires_grad_()
    found = store(Audio(tensor, 8000), tmp_path)[1]
    assert np.array_equal(found.numpy(), tensor.detach().numpy().T)


def test_silent_terminal_is_respected(capsys: pytest.CaptureFixture[str]) -> None:
    """A warning is one of Trailmark's lines, which can be switched off."""
    _term.silence(silent=True)
    Audio(np.array([2.0]), 8000)
    assert not capsys.readouterr().err
