"""File answers: a file that somebody logged, as a browser may have it.

What a run logged is not the dashboard's own: a browser must never run it with the dashboard's rights. So pictures,
sounds, texts and the like are sent as what they are; whatever may hold scripts (HTML, SVG, XML and all that is not
known to be harmless) goes into a sandbox, an origin of its own that can neither read the dashboard nor ask the server;
and no text is ever sent as a script or a style sheet.
"""

from __future__ import annotations

import mimetypes
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import FileResponse, Response

if TYPE_CHECKING:
    from pathlib import Path

_INERT = {
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/tiff", "image/x-icon",
    "application/json", "application/octet-stream", "application/pdf", "application/zip", "application/gzip",
    "application/vnd.apache.parquet", "model/gltf-binary", "font/woff", "font/woff2",
}  # fmt: skip
_OWN_TYPES = {
    ".avif": "image/avif",
    ".glb": "model/gltf-binary",
    ".html": "text/html",
    ".htm": "text/html",
    ".json": "application/json",
    ".jsonl": "text/plain",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
}
_AS_TEXT = {
    ".bash", ".c", ".cc", ".cfg", ".conf", ".cpp", ".css", ".csv", ".cu", ".env", ".gitignore", ".go", ".h", ".hpp",
    ".ini", ".ipynb", ".java", ".jl", ".js", ".jsx", ".log", ".lua", ".md", ".mjs", ".ndjson", ".patch",
    ".diff", ".pdb",
    ".mol", ".sdf", ".obj", ".ply", ".py", ".r", ".rs", ".rst", ".sh", ".sql", ".tex", ".toml", ".ts", ".tsv", ".tsx",
    ".txt", ".yaml", ".yml",
}  # fmt: skip
# A page that was logged may run its scripts and load what it names, but as nobody: of no origin, without this server.
_PAGE_SANDBOX = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob: https:; "
    "style-src 'unsafe-inline' data: https:; img-src data: blob: https:; font-src data: https:; "
    "media-src data: blob: https:; connect-src data: blob: https:; worker-src blob: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_STILL_SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self'"
)
_NO_SANDBOX = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; frame-ancestors 'self'"
)
_SNIFFED_BYTES = 4096


def file_answer(path: Path, name: str, *, attachment: bool = False, for_ever: bool = False) -> Response:
    """Return the file at `path` as an answer.

    Args:
        path: where its bytes are.
        name: what it is called, which tells its type.
        attachment: have the browser save it.
        for_ever: it never changes.
    """
    kind = media_type(path, name)
    headers = {
        "Content-Security-Policy": policy(kind),
        "Cache-Control": "private, max-age=31536000, immutable" if for_ever else "no-cache",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Disposition": _disposition(name, attachment=attachment),
    }
    return FileResponse(path, media_type=kind, headers=headers)


def media_type(path: Path, name: str) -> str:
    """Return the type that a file is sent as; texts of programs are plain text."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _AS_TEXT:
        return "text/plain; charset=utf-8"
    known = _OWN_TYPES.get(suffix) or mimetypes.guess_type(PurePosixPath(name).name)[0]
    if known is None:
        return "text/plain; charset=utf-8" if _is_text(path) else "application/octet-stream"
    if known == "text/html":
        return "text/html; charset=utf-8"
    is_script = "javascript" in known or "ecmascript" in known
    return "text/plain; charset=utf-8" if is_script or known.startswith("text/") else known


def policy(kind: str) -> str:
    """Return the content security policy of a file of a type."""
    if kind.startswith("text/html"):
        return _PAGE_SANDBOX
    bare = kind.partition(";")[0]
    is_inert = bare in _INERT or bare == "text/plain" or bare.startswith(("audio/", "video/"))
    return _NO_SANDBOX if is_inert else _STILL_SANDBOX


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        begin = file.read(_SNIFFED_BYTES)
    if b"\0" in begin:
        return False
    try:
        begin.decode()
    except UnicodeDecodeError as error:
        return error.start > len(begin) - 4  # the last letter was cut
    return True


def _disposition(name: str, *, attachment: bool) -> str:
    how = "attachment" if attachment else "inline"
    return f"{how}; filename*=utf-8''{quote(PurePosixPath(name).name.encode('utf-8', 'replace'), safe='')}"
