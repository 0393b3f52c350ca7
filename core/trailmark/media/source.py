"""What callers make media of: files, by path or open, arrays, and captions; checked in the caller's own line.

It also has what readers need to take a record apart again. It knows no kind of media.
"""

from __future__ import annotations

import base64
import html
import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar

from trailmark.errors import MediaError
from trailmark.media.array import as_numpy
from trailmark.media.normalize import as_name

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from typing import TypeGuard

    import numpy as np

    from trailmark.media.media import Folder, Stored, StoredFile

T = TypeVar("T")
MAX_INLINE_BYTES = 32 << 20  # a notebook keeps all that is shown in it


class Source(NamedTuple):
    """A file as it was given; `data` is None if it was given by its path."""

    format: str  # one of those that were asked for: the extension in small letters
    path: Path | None = None
    data: bytes | None = None

    def put(self, folder: Folder, kind: str) -> str:
        """Copy or write the file and return its path in the record.

        Raises:
            MediaError: it can no longer be read.
        """
        if self.path is not None:
            return folder.copy(kind, self.path)
        data = self.read()
        return folder.encode(kind, self.format, lambda file: write(file, data), held_bytes=len(data))

    def read(self) -> bytes:
        """Return the content.

        Raises:
            MediaError: it can no longer be read.
        """
        return self.data if self.data is not None else read(self.path or Path())

    def starts_with(self, signature: bytes) -> bool:
        """Whether these are the first bytes of the file.

        Raises:
            MediaError: it can no longer be read.
        """
        if self.data is not None:
            return self.data.startswith(signature)
        try:
            with (self.path or Path()).open("rb") as file:
                return file.read(len(signature)) == signature
        except OSError as error:
            raise MediaError(f"{self.path} cannot be read: {error}") from error


def is_path(value: object) -> TypeGuard[str | os.PathLike[str]]:
    """Whether `value` names a file."""
    return isinstance(value, (str, os.PathLike))


def from_path(path: str | os.PathLike[str], what: str, formats: Sequence[str]) -> Source:
    """Return the file at `path`, which can be read and whose name ends as one of `formats`.

    Raises:
        MediaError: it is not so.
    """
    path = checked_file(Path(path), what)
    return Source(_format(path.name, repr(str(path)), what, formats), path)


def checked_file(path: Path, what: str) -> Path:
    """Return `path`, where a file with something in it can be read.

    Raises:
        MediaError: there is none.
    """
    try:
        fault = _fault(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise MediaError(f"{what} cannot be made of {str(path)!r}: {error}") from error
    if fault:
        raise MediaError(f"{what} cannot be made of {str(path)!r}: {fault}")
    return path


def _fault(path: Path) -> str | None:
    """Return what keeps a file from being used."""
    if path.is_dir():
        return "it is a folder"
    if not path.is_file():
        return "it is no regular file" if path.exists() else f"it is not there (looked from {Path.cwd()})"
    with path.open("rb") as file:
        return None if file.read(1) else "the file is empty"


def from_file(file: Any, what: str, formats: Sequence[str], file_type: str | None = None) -> Source:
    """Return what an open file holds, from its beginning if it can be rewound.

    Args:
        file: a text or binary file, or anything else with `read`.
        what: what is being made, for messages.
        formats: those that are allowed.
        file_type: one of them, if `file` has no name that tells.

    Raises:
        MediaError: it is in none of the formats, or holds neither bytes nor text.
    """
    name = getattr(file, "name", None)
    if file_type is None and not isinstance(name, str):
        raise MediaError(f"{what} cannot tell the format of {type(file).__name__}: pass file_type=, {_one_of(formats)}")
    format_ = _format(f".{file_type}" if file_type is not None else str(name), repr(file_type or name), what, formats)
    data = read_open(file, what)
    if not data:
        raise MediaError(f"{what} cannot be made of {file!r}: it is empty")
    return Source(format_, data=data)


def read_open(file: Any, what: str) -> bytes:
    """Return what an open file holds, text as UTF-8.

    Raises:
        MediaError: it cannot be read, or what it holds is neither bytes nor text.
    """
    try:
        if hasattr(file, "seek"):
            file.seek(0)
    except (OSError, ValueError):  # a pipe: what is left of it, then
        pass
    try:
        data = file.read()
        if isinstance(data, str):
            return data.encode()
    except (OSError, ValueError) as error:  # also UnicodeError, io.UnsupportedOperation, and a closed file
        raise MediaError(f"{what} cannot read {file!r}: {error}") from error
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise MediaError(f"{what} takes a file of bytes or text, and read {type(data).__name__} from {file!r}")
    return bytes(data)


def _format(name: str, shown: str, what: str, formats: Sequence[str]) -> str:
    for format_ in sorted(formats, key=len, reverse=True):
        if name.lower().endswith(f".{format_}"):
            return format_
    raise MediaError(f"{what} knows no file that ends as {shown} does: give {_one_of(formats)}")


def _one_of(formats: Sequence[str]) -> str:
    return "one of " + ", ".join(formats) if len(formats) > 1 else formats[0]


def read(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        MediaError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {error}") from error


def read_json(path: Path, what: str) -> Any:
    """Return what a file of JSON holds.

    Raises:
        MediaError: it cannot be read, or is damaged; `what` is what it should be.
    """
    try:
        return json.loads(read(path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, MediaError):
            raise
        raise MediaError(f"{path} is damaged, it cannot be read as {what}: {error}") from error


def write(file: BinaryIO, data: bytes) -> None:
    """Write the whole of a file."""
    file.write(data)


def array_of(value: Any, what: str) -> np.ndarray[Any, Any] | None:
    """Return an array or tensor of any library as numpy's, perhaps of the caller's own memory; None for anything else.

    Raises:
        MediaError: its library cannot give what is in it, as of a tensor on the device "meta".
    """
    try:
        return as_numpy(value)
    except Exception as error:  # (whatever other libraries raise)
        raise MediaError(f"{what}: the {type(value).__name__} cannot be read as an array: {error}") from error


def plain_array(value: Any, what: str) -> np.ndarray[Any, Any]:
    """Return an array, a tensor, or lists of numbers as numpy's array, perhaps of the caller's own memory.

    Raises:
        MediaError: it is nothing like that, or parts are masked.
    """
    import numpy as np

    array = array_of(value, what)
    if array is None:
        if not isinstance(value, (list, tuple)):
            raise MediaError(f"{what} cannot be made of {type(value).__name__}: give an array, a tensor or a path")
        try:
            array = np.asarray(value)
        except ValueError as error:
            raise MediaError(f"{what} needs lists of equal length: {error}") from error
    if isinstance(array, np.ma.MaskedArray):
        if np.ma.getmaskarray(array).any():
            raise MediaError(f"{what} cannot be made of an array with masked parts: fill them, `array.filled(0)`")
        array = array.data
    if array.dtype.kind not in "biuf":
        raise MediaError(f"{what} takes real numbers, got an array of {array.dtype} and shape {array.shape}")
    return array


def caption_text(caption: object) -> str | None:
    """Return a caption as text; labels are often numbers."""
    return None if caption is None else as_name(caption)


# -- records -----------------------------------------------------------------------------------------------------------


def fields(**values: Any) -> dict[str, Any]:
    """Return the fields of a record that have a value."""
    return {name: value for name, value in values.items() if value is not None}


def stored_file(record: dict[str, Any], stored: Stored, name: str = "path") -> StoredFile:
    """Return the file that a record names.

    Raises:
        MediaError: it names none.
    """
    path = record.get(name)
    if not isinstance(path, str):
        raise MediaError(f"the record of {record.get('_type')!r} is damaged: {name!r} is {path!r}, and must be a path")
    return stored.file(path)


def optional(record: dict[str, Any], name: str, kind: type[T]) -> T | None:
    """Return a field of a record; None if it is not there.

    Raises:
        MediaError: it is of another type.
    """
    value = record.get(name)
    if value is None or (isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool)):
        return value
    raise MediaError(f"the record of {record.get('_type')!r} is damaged: {name!r} is {value!r}, no {kind.__name__}")


def known_format(record: dict[str, Any], formats: Container[str], usual: str) -> str:
    """Return the format that a record names, or the usual one where it names none.

    Raises:
        MediaError: it is none of `formats`.
    """
    format_ = optional(record, "format", str) or usual
    if format_ not in formats:
        raise MediaError(f"the record of {record.get('_type')!r} is of a format unknown here, {format_!r}: update")
    return format_


# -- notebooks ---------------------------------------------------------------------------------------------------------


def data_uri(data: bytes, mime: str) -> str:
    """Return `data` as an address that holds it."""
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def with_caption(element: str, caption: str | None) -> str:
    """Return HTML with the caption below."""
    return element if caption is None else f"{element}<div>{html.escape(caption)}</div>"


def encoded(encode: Any) -> bytes:
    """Return what `encode` writes to a file."""
    file = io.BytesIO()
    encode(file)
    return file.getvalue()
