"""`Described`: what an artifact says of itself: its name, type, metadata, and whether it is a draft or a version."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trailmark._term import say_once
from trailmark.artifacts import naming
from trailmark.artifacts.blobs import Blobs
from trailmark.artifacts.draft import Draft
from trailmark.artifacts.manifest import Manifest
from trailmark.artifacts.versions import VersionFile
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from typing_extensions import Self

    from trailmark.artifacts.artifact import Lineage
    from trailmark.artifacts.collection import Collection
    from trailmark.artifacts.entry import Entry


_UNSTORED = "unstored"


class Described:
    """The names, fields and state of an artifact; `Artifact` adds the files.

    Attributes:
        lineage: who tells which runs logged and used it; set by who finds it.
        given_up: whether a run was asked to log it and could not, or writes nothing; then `wait` waits for nothing.
    """

    lineage: Lineage | None = None
    given_up: bool = False

    def __init__(
        self,
        name: str,
        type: str,  # noqa: A002 (W&B's word)
        description: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        incremental: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
        use_as: str | None = None,
    ) -> None:
        self._name = naming.check_name(name)
        self._fields = VersionFile("", naming.check_type(type), description, plain_metadata(metadata), use_as=use_as)
        self._incremental = incremental
        self._draft: Draft | None = Draft()
        self._collection: Collection | None = None
        self._number = -1
        self._deleted = False
        self._kept: Manifest | None = None
        self._aliases: list[str] = []
        self._known_aliases: set[str] = set()
        self._tags: list[str] = []

    @classmethod
    def _of(cls, collection: Collection, number: int, fields: VersionFile) -> Self:
        """Return a version."""
        made = cls(collection.name, fields.type, use_as=fields.use_as)
        made._become(collection, number, fields)
        return made

    def _become(self, collection: Collection, number: int, fields: VersionFile) -> None:
        self._collection, self._number, self._fields = collection, number, fields
        self._draft = None
        self._aliases = collection.aliases_of(number)
        self._known_aliases = set(self._aliases)
        self._tags = list(fields.tags)

    def __repr__(self) -> str:
        return f"<Artifact {self.name if self.is_draft else self.qualified_name} ({self.type}, {self.state.lower()})>"

    # Versions: what they are -----------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name; of a version with it: "x:v3"."""
        return self._name if self._draft is not None else f"{self._name}:v{self._number}"

    @property
    def qualified_name(self) -> str:
        """Project, name and version: "project/x:v3"."""
        if self._is_unstored:
            return self.name
        return f"{self.project}/{self.name}"

    @property
    def full_name(self) -> str:
        """The same as `qualified_name`."""
        return self.qualified_name

    @property
    def collection_name(self) -> str:
        """The name without a version."""
        return self._name

    @property
    def collection(self) -> Collection:
        """All versions of this name."""
        return self._need_version("collection")

    @property
    def root(self) -> Path:
        """The root that the version lies in."""
        return self._home("root").root

    @property
    def project(self) -> str:
        """The project that the version lies in."""
        return self._home("project").project

    @property
    def version(self) -> str:
        """The version: "v3"; "unstored" if a run was asked to log it and could not, or writes nothing."""
        if self._is_unstored:
            return _UNSTORED
        return f"v{self.version_number}"

    @property
    def version_number(self) -> int:
        """The number of the version."""
        self._home("version")
        return self._number

    @property
    def type(self) -> str:
        """What it is, such as "model"."""
        return self._fields.type

    @property
    def description(self) -> str | None:
        """What people should know of it; of a version, `save` keeps a change."""
        return self._fields.description

    @description.setter
    def description(self, description: str | None) -> None:
        self._fields.description = description

    @property
    def metadata(self) -> dict[str, Any]:
        """Plain data, such as scores; of a version, `save` keeps a change."""
        return self._fields.metadata

    @metadata.setter
    def metadata(self, metadata: Mapping[str, Any] | None) -> None:
        self._fields.metadata = plain_metadata(metadata)

    @property
    def aliases(self) -> list[str]:
        """What else the version is called; change the list or set it, then `save`."""
        if not self._is_unstored:
            self._need_version("aliases")
        return self._aliases

    @aliases.setter
    def aliases(self, aliases: Iterable[str]) -> None:
        if not self._is_unstored:
            self._need_version("aliases")
        self._aliases = [naming.check_alias(alias) for alias in words(aliases, "aliases")]

    @property
    def tags(self) -> list[str]:
        """Words to find it by; of a version, `save` keeps a change."""
        return self._tags

    @tags.setter
    def tags(self, tags: Iterable[str]) -> None:
        self._tags = [naming.check_tag(tag) for tag in words(tags, "tags")]

    @property
    def manifest(self) -> Manifest:
        """Which files it has."""
        if self._draft is not None:
            return Manifest.of(self._draft.entries.values())
        return self._manifest()

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest: equal for equal files. Files of a draft are read for it."""
        return self._fields.digest if self._draft is None else self.manifest.digest

    @property
    def size(self) -> int:
        """Bytes of all files."""
        if self._draft is None:
            return self._fields.size
        return sum(entry.size or 0 for entry in self._draft.entries.values())

    @property
    def file_count(self) -> int:
        """How many files there are, references too."""
        return self._fields.file_count if self._draft is None else len(self._draft.entries)

    @property
    def created_at(self) -> str:
        """When it was logged: ISO 8601, UTC."""
        self._home("created_at")
        return self._fields.created_at

    @property
    def updated_at(self) -> str:
        """When its description, metadata or tags were changed last: ISO 8601, UTC."""
        self._home("updated_at")
        return self._fields.updated_at

    @property
    def state(self) -> str:
        """PENDING (a draft), COMMITTED or DELETED."""
        return "DELETED" if self._deleted else "PENDING" if self._draft is not None else "COMMITTED"

    @property
    def is_draft(self) -> bool:
        """Whether it is not logged yet."""
        return self._draft is not None

    @property
    def _is_unstored(self) -> bool:
        """Whether it would be a version, had the disk or the run's mode allowed it; scripts go on with it then."""
        return self.given_up and self._draft is not None

    @property
    def incremental(self) -> bool:
        """Whether the files are added to those of the latest version."""
        return self._incremental

    @property
    def use_as(self) -> str | None:
        """What was given."""
        return self._fields.use_as

    @property
    def history_step(self) -> int | None:
        """The step of the run when it was logged."""
        self._home("history_step")
        return self._fields.history_step

    @property
    def logged_by_id(self) -> str | None:
        """The id of the run that made the version."""
        self._home("logged_by_id")
        return self._fields.logged_by

    @property
    def ttl(self) -> None:
        """Nothing is deleted by age here: `trailmark artifact gc` deletes what no version needs."""
        return

    @ttl.setter
    def ttl(self, ttl: Any) -> None:
        say_once("artifact.ttl", f"artifact.ttl = {ttl!r} has no effect: versions stay until they are deleted", "warn")

    @property
    def is_link(self) -> bool:
        """Whether this is a link to a version of another collection."""
        self._home("is_link")
        return self._fields.source is not None

    @property
    def source_project(self) -> str:
        """The project of what this links to, or its own."""
        return self.project if not self.is_link else str((self._fields.source or {})["project"])

    @property
    def source_version(self) -> str:
        """The version that this links to, or its own: "v3"."""
        return self.version if not self.is_link else f"v{(self._fields.source or {})['version']}"

    @property
    def source_name(self) -> str:
        """The name and version of what this links to, or its own."""
        return self.name if not self.is_link else f"{(self._fields.source or {})['name']}:{self.source_version}"

    # States ----------------------------------------------------------------------------------------------------------

    def _need_draft(self, call: str) -> Draft:
        if self._draft is None:
            raise ArtifactError(
                f"{call}() is for drafts, and {self.name} is logged: change a copy, artifact.new_draft()"
            )
        return self._draft

    def _open_draft(self, call: str) -> Draft:
        draft = self._need_draft(call)
        if draft.finalized:
            raise ArtifactError(f"{call}() after finalize() of the artifact {self._name!r}: make another draft")
        return draft

    def _need_version(self, call: str) -> Collection:
        collection = self._home(call)
        if self._deleted:
            raise ArtifactError(f"{self.name} is deleted, and has no {call} any more")
        return collection

    def _home(self, call: str) -> Collection:
        """Return where the version lies, or lay until it was deleted."""
        if self._collection is not None:
            return self._collection
        if self.given_up:
            raise ArtifactError(
                f"{call} is for versions, and the artifact {self._name!r} is none: the run that was given it is "
                "disabled, or could not store it"
            )
        raise ArtifactError(
            f"{call} is for versions, and the artifact {self._name!r} is a draft: log it first, by run.log_artifact()"
        )

    def _lineage(self, call: str) -> Lineage:
        self._need_version(call)
        if self.lineage is None:
            raise ArtifactError(
                f"{call}() looks into journals: get the artifact by trailmark.Api().artifact({self.name!r})"
            )
        return self.lineage

    def _manifest(self) -> Manifest:
        if self._kept is None:
            blobs = Blobs(self._need_version("manifest").root)
            self._kept = Manifest.read(blobs.read(self._fields.digest), self._fields.digest)
        return self._kept

    def _entries(self) -> dict[str, Entry]:
        return self._draft.entries if self._draft is not None else self._manifest().entries


def plain_metadata(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return metadata as plain data that JSON can hold.

    Raises:
        ArtifactError: it is no mapping, or holds bytes.
    """
    from collections.abc import Mapping

    from trailmark.media.normalize import plain

    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ArtifactError(f"metadata is a mapping such as a dict, got {given!r:.80} of type {type(given).__name__}")
    made: dict[str, Any] = plain(given)
    try:
        json.dumps(made)
    except TypeError as error:
        raise ArtifactError(f"metadata cannot be kept as JSON: {error}. Put it into a file with new_file()") from error
    return made


def words(given: Iterable[str], what: str) -> list[str]:
    """Return several words, which must not be one str.

    Raises:
        ArtifactError: they are.
    """
    if isinstance(given, str):
        raise ArtifactError(f"{what} is a list of str, got the str {given!r}: write [{given!r}]")
    return list(given)
