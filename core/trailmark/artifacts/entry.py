"""`Entry`: a file in an artifact, or a reference to one elsewhere; `Source`: where the bytes of a draft's file lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    import os
    from typing import Protocol

    class Home(Protocol):
        """The artifact that an entry was got from."""

        def _local_path(self, entry: Entry) -> str: ...
        def _download_entry(self, entry: Entry, root: str | os.PathLike[str] | None) -> str: ...


# What tells whether a file is still the one that was hashed: device, inode, size in bytes, times of change of the
# contents and of the inode in ns.
Stamp = tuple[int, int, int, int, int]


class Source(NamedTuple):
    """Where the bytes of a file of a draft lie."""

    path: str
    stamp: Stamp | None  # None: nobody else changes it
    batch: str  # with what it was added: the key of the cache of hashes
    kind: str  # "link": the user's, may be linked; "copy": must be copied; "own": the draft's; "blob": of a root


class Entry:
    """A file in an artifact, or a reference to one elsewhere.

    Attributes:
        path: its name in the artifact, with forward slashes.
        size: in bytes; None for a reference that does not tell.
        ref: the URI of a reference; None for a file.
    """

    __slots__ = ("_digest", "_home", "path", "ref", "size", "source")

    def __init__(
        self,
        path: str,
        size: int | None,
        digest: str | None,
        ref: str | None = None,
        source: Source | None = None,
        home: Home | None = None,
    ) -> None:
        self.path = path
        self.size = size
        self.ref = ref
        self.source = source  # of a draft's file
        self._digest = digest
        self._home = home

    @property
    def digest(self) -> str | None:
        """SHA-256 of a file, in hexadecimal; of a reference what its place gives (an ETag, say), or None.

        The file of a draft is read for this, if that was not done.

        Raises:
            ArtifactError: it cannot be read.
        """
        if self._digest is None and self.source is not None:
            from trailmark.artifacts.settle import settle

            settle([self], None)
        return self._digest

    @property
    def original(self) -> tuple[Source, Stamp]:
        """Where the file of a draft lies, and what it was like when it was added.

        Raises:
            ArtifactError: this is no file of a user.
        """
        if self.source is None or self.source.stamp is None:
            raise ArtifactError(f"the entry {self.path!r} has no file that could be read")
        return self.source, self.source.stamp

    @property
    def name(self) -> str:
        """The same as `path`."""
        return self.path

    @property
    def is_hashed(self) -> bool:
        """Whether the digest is known without reading the file."""
        return self._digest is not None or self.source is None

    def set_digest(self, sha256: str, size: int, source: Source | None = None) -> None:
        """Take what was found when the file was read."""
        self._digest, self.size, self.source = sha256, size, source or self.source

    def at(self, home: Home) -> Entry:
        """Return this entry as one of `home`."""
        self._home = home
        return self

    def ref_target(self) -> str:
        """Return the URI of a reference.

        Raises:
            ArtifactError: this is a file of the artifact itself.
        """
        if self.ref is None:
            raise ArtifactError(
                f"{self.path!r} is a file of the artifact, not a reference: use download() or local_path()"
            )
        return self.ref

    def local_path(self) -> str:
        """Return the path of the file on this machine, for reading only. Nothing is copied, so it has no extension.

        Raises:
            ArtifactError: this is a reference, or the file was changed or deleted.
        """
        return self._needs_home()._local_path(self)  # noqa: SLF001 (the two know each other)

    def download(self, root: str | os.PathLike[str] | None = None, skip_cache: bool | None = None) -> str:  # noqa: FBT001 (W&B's signature)
        """Put the file below `root`, by default ``./artifacts/<name>:v<N>``, and return its path.

        Raises:
            ArtifactError: this is an entry of a draft, or the file was changed, deleted or cannot be reached.
        """
        del skip_cache  # there is no cache between the artifact and the file
        return self._needs_home()._download_entry(self, root)  # noqa: SLF001

    def _needs_home(self) -> Home:
        if self._home is None:
            raise ArtifactError(f"the entry {self.path!r} belongs to no artifact: get it by artifact.get_entry()")
        return self._home

    def __repr__(self) -> str:
        what = f"ref={self.ref!r}" if self.ref else f"digest={self._digest!r}"
        return f"<Entry {self.path!r}, size={self.size}, {what}>"
