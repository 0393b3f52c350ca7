"""`Artifact`: a named set of files with a type; a draft until it is logged, then a version whose files never change.

What W&B's `Artifact` offers, without a server. The draft's work is done by `draft` and `commit`, a version's by
`collection`, `blobs` and `checkout`; here both are one object. What it says of itself stands in `described`.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from trailmark.artifacts import checkout, naming, references, values
from trailmark.artifacts.blobs import Blobs
from trailmark.artifacts.collection import Collection
from trailmark.artifacts.commit import commit
from trailmark.artifacts.described import Described, plain_metadata, words
from trailmark.artifacts.draft import close
from trailmark.artifacts.entry import Entry, Source
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trailmark.artifacts.versions import VersionFile

_MODES = ("x", "w", "xb", "wb", "xt", "wt")
PathLike = str | os.PathLike[str]


class Lineage(Protocol):
    """Who made and used versions, as journals tell; who finds an artifact sets it as `artifact.lineage`."""

    def logged_by(self, artifact: Artifact) -> Any:
        """Return the run that logged a version, or None."""

    def used_by(self, artifact: Artifact) -> list[Any]:
        """Return the runs that used a version."""
        ...


class Artifact(Described):
    """A named set of files with a type: a draft until it is logged, then a version.

    A draft is filled by `add_file`, `add_dir`, `add_reference`, `add` and `new_file`, and logged by
    `run.log_artifact()`; it becomes the version itself then. Calls that do not fit the state raise ArtifactError.

    Args:
        name: letters, digits, ``-``, ``_`` and ``.``, at most 128.
        type: what it is, such as "model" or "dataset"; the same for all versions of a name.
        description: for people.
        metadata: plain data, such as scores; arrays and the like are converted.
        incremental: the version is the latest one with this draft's files added and replaced.
        use_as: kept, for scripts written for W&B.

    Raises:
        ArtifactError: the name, type or metadata cannot be.
    """

    # Drafts ----------------------------------------------------------------------------------------------------------

    def add_file(
        self,
        local_path: PathLike,
        name: PathLike | None = None,
        is_tmp: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
        skip_cache: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
        policy: str | None = None,
        overwrite: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
    ) -> Entry:
        """Add a file.

        Args:
            local_path: the file; a link is followed.
            name: its path in the artifact, by default the file's name.
            is_tmp: replace the stem of the name by the first 20 digits of the file's SHA-256.
            skip_cache: read it, even if it did not change since it was hashed last.
            policy: "mutable" copies it now; "immutable" promises that it never changes, so that it may be
                hard-linked; by default files that changed since this process began are copied, others linked.
            overwrite: replace a file of that name with other contents.

        Raises:
            ArtifactError: it cannot be read or is no plain file, or the name cannot be or is taken.
        """
        return (
            self._open_draft("add_file")
            .add_file(
                os.fspath(local_path),
                None if name is None else naming.from_here(name),
                is_tmp=is_tmp,
                skip_cache=skip_cache,
                policy=policy,
                overwrite=overwrite,
            )
            .at(self)
        )

    def add_dir(
        self,
        local_path: PathLike,
        name: str | None = None,
        skip_cache: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
        policy: str | None = None,
        merge: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
    ) -> None:
        """Add all files below a folder, hidden ones too; empty folders are left out. All are added, or none.

        Args:
            local_path: the folder. Links in it are followed if they stay inside.
            name: the folder in the artifact, by default its top.
            skip_cache: as in `add_file`.
            policy: as in `add_file`.
            merge: replace files of the same name with other contents.

        Raises:
            ArtifactError: the folder or a file cannot be read, is no plain file, or is a link that is broken or leads
                out of the folder; or a name cannot be or is taken.
        """
        self._open_draft("add_dir").add_dir(
            os.fspath(local_path),
            None if name is None else naming.from_here(name),
            skip_cache=skip_cache,
            policy=policy,
            merge=merge,
        )

    def add_reference(
        self,
        uri: str | Entry,
        name: str | None = None,
        checksum: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
        max_objects: int | None = None,
    ) -> list[Entry]:
        """Add what stays where it is: a file, or all files of a folder, by URI.

        Args:
            uri: ``file:///…``, ``https://…``, or anything that fsspec opens, such as ``s3://bucket/folder``; or an
                entry of another artifact: its file is in both then, and on the disk once.
            name: its path in the artifact, by default the last part of the URI; of a folder, by default the top.
            checksum: keep a digest: SHA-256 of local files, the ETag or what else there is of others.
            max_objects: how many files a folder may have, by default ten million.

        Raises:
            ArtifactError: it is not there or cannot be reached, or the name cannot be or is taken.
            MissingPackageError: the scheme needs fsspec, or a package that fsspec uses for it.
        """
        draft = self._open_draft("add_reference")
        if isinstance(uri, Entry) and uri.ref is None:
            source = Source(uri.local_path(), None, "", "blob")
            path = naming.check_entry(name or uri.path.rpartition("/")[2])
            found = [Entry(path, uri.size, uri.digest, None, source)]
        else:
            target = uri.ref_target() if isinstance(uri, Entry) else uri
            found = references.resolve(target, name, checksum=checksum, max_objects=max_objects)
        return [entry.at(self) for entry in draft.merge(found, overwrite=False)]

    def add(self, obj: Any, name: str, overwrite: bool = False) -> Entry:  # noqa: FBT001, FBT002 (W&B's signature)
        """Add an Image, a Table or other media, or a figure, picture or data frame; `get(name)` gives it back.

        Raises:
            ArtifactError: it is none of these, or the name cannot be or is taken.
            MediaError: a file that it was made of cannot be read.
        """
        draft = self._open_draft("add")
        return values.add_value(draft, obj, naming.check_entry(naming.from_here(name)), self, overwrite=overwrite).at(
            self
        )

    @contextlib.contextmanager
    def new_file(
        self,
        name: str,
        mode: str = "x",
        encoding: str | None = None,
        policy: str | None = None,
    ) -> Iterator[IO[Any]]:
        """Open a new file in the artifact for writing; a block that raises leaves nothing.

        Args:
            name: its path in the artifact.
            mode: "x" or "w", with "b" for bytes; "w" replaces a file of that name.
            encoding: of text, by default UTF-8.
            policy: has no meaning here; for scripts written for W&B.

        Raises:
            ArtifactError: the name cannot be or is taken, or the mode is none of these.
        """
        del policy
        draft = self._open_draft("new_file")
        path = naming.check_entry(naming.from_here(name))
        if mode not in _MODES:
            raise ArtifactError(f"new_file() opens with the mode {', '.join(_MODES)}, got {mode!r}")
        if mode.startswith("x") and path in draft.entries:
            raise ArtifactError(f'the artifact has a file {path!r}: give another name, or mode="w" to replace it')
        place = draft.staging.new_path()
        try:
            with place.open(mode, encoding=None if "b" in mode else encoding or "utf-8") as file:
                yield file
            self._open_draft("new_file").merge([draft.own(path, place)], overwrite=mode.startswith("w"))
        except BaseException:
            place.unlink(missing_ok=True)
            raise

    def remove(self, item: PathLike | Entry) -> None:
        """Remove a file or a folder of the artifact; the file that was added stays where it is.

        Raises:
            ArtifactError: there is none of this name.
        """
        self._open_draft("remove").remove(item.path if isinstance(item, Entry) else os.fspath(item))

    def finalize(self) -> None:
        """Add nothing from here on."""
        self._need_draft("finalize").finalized = True

    def commit(
        self,
        root: PathLike,
        project: str,
        *,
        aliases: Iterable[str] = (),
        tags: Iterable[str] = (),
        logged_by: str | None = None,
        history_step: int | None = None,
    ) -> Artifact:
        """Make this draft a version below `root`, and return it: it is on the disk, and survives a kill.

        Contents that a version of this name has already make no new one: this object becomes that version, to which
        `latest` and the aliases move.

        Args:
            root: the root.
            project: the project's name.
            aliases: what else it is called; each moves here from where it was.
            tags: words to find it by.
            logged_by: the id of the run.
            history_step: the run's step.

        Raises:
            ArtifactError: a file cannot be read or changed, or the name has another type. There is no new version, and
                this is still a draft.
        """
        draft = self._need_draft("commit")
        aliases = [naming.check_alias(alias) for alias in words(aliases, "aliases")]
        self._fields.tags = [*dict.fromkeys(naming.check_tag(tag) for tag in [*self._tags, *words(tags, "tags")])]
        self._fields.logged_by, self._fields.history_step = logged_by, history_step
        collection = Collection(root, project, self._name)
        done = commit(draft, collection, self._fields, aliases, incremental=self._incremental)
        self._become(collection, done.number, done.fields)
        draft.staging.close()
        return self

    def save(self, project: str | None = None, settings: Any = None) -> None:
        """Keep what was changed of a version: aliases, tags, description and metadata.

        Raises:
            ArtifactError: this is a draft, or deleted, or the metadata or an alias cannot be.
        """
        del project, settings
        if self._is_unstored:
            return
        collection = self._need_version("save")
        wanted = {naming.check_alias(alias) for alias in self._aliases}
        aliases = {alias: alias in wanted for alias in wanted ^ self._known_aliases}
        if not aliases.get(naming.LATEST, True):
            del aliases[naming.LATEST]  # it goes only by going to another version
        tags = [*dict.fromkeys(naming.check_tag(tag) for tag in self._tags)]
        description, metadata = self._fields.description, plain_metadata(self._fields.metadata)

        def change(fields: VersionFile) -> None:
            fields.description, fields.metadata, fields.tags = description, metadata, tags

        self._become(collection, self._number, collection.edit(self._number, change, aliases))

    def new_draft(self) -> Artifact:
        """Return a draft with the files of this version, of the same name and type.

        Raises:
            ArtifactError: this is a draft, or deleted.
        """
        blobs = Blobs(self._need_version("new_draft").root)
        made = Artifact(self._name, self.type, self.description, self.metadata, use_as=self.use_as)
        for entry in self._manifest().entries.values():
            sha256 = entry.digest or ""
            source = None if entry.ref is not None else Source(blobs.name(sha256), None, "", "blob")
            copy = Entry(entry.path, entry.size, entry.digest, entry.ref, source, made)
            made._open_draft("new_draft").merge([copy], overwrite=False)
        return made

    @property
    def source_artifact(self) -> Artifact:
        """The version that this links to; itself if it is no link.

        Raises:
            ArtifactError: it was deleted.
        """
        collection = self._need_version("source_artifact")
        source = self._fields.source
        if source is None:
            return self
        found = Collection(collection.root, source["project"], source["name"]).artifact(source["version"])
        found.lineage = self.lineage
        return found

    # Versions: what they have ----------------------------------------------------------------------------------------

    def get_entry(self, name: PathLike) -> Entry:
        """Return the file of this name.

        Raises:
            ArtifactError: there is none; or it is lost, or was changed in its place, as far as can be told without
                reading it.
        """
        entries = self._entries()
        path = os.fspath(name)
        if path not in entries:
            raise ArtifactError(f"{self.name} has no file {path!r}{close(path, entries)}")
        entry = entries[path].at(self)
        if self._draft is None and entry.ref is None:
            self._local_path(entry)
        return entry

    def get_path(self, name: PathLike) -> Entry:
        """Do as `get_entry`."""
        return self.get_entry(name)

    def get(self, name: str) -> Any:
        """Return the value that was added by this name, such as a Table; None if there is none.

        Raises:
            MediaError: its record is damaged.
        """
        entries = self._entries()
        found = values.record_name(name, entries)
        if found is None:
            return None
        from trailmark.media.kinds import restore

        record = values.read_record(self.get_entry(found).local_path())
        return None if record is None else restore(record, values.Kept(self))

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.add(value, name)

    def files(self, names: Iterable[str] | None = None, per_page: int = 50) -> list[Entry]:
        """Return the files, sorted by path; with `names` only those.

        Raises:
            ArtifactError: there is no file of one of the names.
        """
        del per_page
        if names is not None:
            return [self.get_entry(name) for name in words(names, "names")]
        return [entry.at(self) for _, entry in sorted(self._entries().items())]

    def file(self, root: PathLike | None = None) -> str:
        """Download the only file, and return its path.

        Raises:
            ArtifactError: there is none, or more than one.
        """
        self._need_version("file")
        files = self.files()
        if len(files) != 1:
            raise ArtifactError(
                f"{self.name} has {len(files)} files, file() is for one: use download() or get_entry(name)"
            )
        return self._download_entry(files[0], root)

    def download(
        self,
        root: PathLike | None = None,
        allow_missing_references: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
        skip_cache: bool | None = None,  # noqa: FBT001 (W&B's signature)
        path_prefix: str | None = None,
        multipart: bool | None = None,  # noqa: FBT001 (W&B's signature)
    ) -> str:
        """Put the files into a folder, and return its path. Files that are there unchanged, and others, stay.

        Args:
            root: the folder, by default ``./artifacts/<name>:v<N>``.
            allow_missing_references: warn of references that cannot be read, instead of raising.
            skip_cache: put also those files that are there.
            path_prefix: put only the files whose paths begin like this.
            multipart: has no meaning here.

        Raises:
            ArtifactError: this is a draft or deleted, a file is damaged or lost, or a reference cannot be read.
        """
        del multipart
        collection = self._need_version("download")
        place = self._place(root)
        entries = list(self._manifest().entries.values())
        if path_prefix:
            entries = [entry for entry in entries if entry.path.startswith(path_prefix)]
        blobs, fresh = Blobs(collection.root), bool(skip_cache)
        checkout.download(entries, blobs, place, self.name, allow_missing=allow_missing_references, fresh=fresh)
        return str(place)

    def checkout(self, root: PathLike | None = None, *, force: bool = False) -> str:
        """Make a folder equal to the version, and return its path: what is not in the artifact is deleted.

        Args:
            root: the folder, by default ``./artifacts/<name>:v<N>``.
            force: also if the folder holds a git repository.

        Raises:
            ArtifactError: as `download`; or the folder is one that nobody wants emptied: /, the home or current folder
                or one that holds these, the root of runs or what is in it, a git repository.
        """
        collection = self._need_version("checkout")
        place = self._place(root)
        checkout.check_root(place, store=collection.root, force=force)
        entries = list(self._manifest().entries.values())
        if place.exists():
            checkout.delete_others(entries, place)
        return self.download(place)

    def verify(self, root: PathLike | None = None) -> None:
        """Read all files again and compare: the blobs, or with `root` a folder that the version was put in.

        Raises:
            ArtifactError: a file is another one, is missing, or (in a folder) is too many; the message names it, and
                the SHA-256 that was expected and found.
        """
        collection = self._need_version("verify")
        entries = list(self._manifest().entries.values())
        if root is None:
            checkout.verify_blobs(entries, Blobs(collection.root), self.qualified_name)
        else:
            checkout.verify_folder(entries, Path(root), self.qualified_name)

    def wait(self, timeout: float | None = None) -> Artifact:
        """Return this: when `run.log_artifact()` returns, the version is there, unless the disk failed.

        Raises:
            ArtifactError: this is a draft that no run was asked to log.
        """
        del timeout
        if not self.given_up:
            self._need_version("wait")
        return self

    def delete(self, delete_aliases: bool = False) -> None:  # noqa: FBT001, FBT002 (W&B's signature)
        """Delete the version. Its number is not used again; blobs go with `trailmark artifact gc`.

        Raises:
            ArtifactError: it has aliases other than `latest`, and `delete_aliases` is not set.
        """
        self._need_version("delete").delete(self._number, delete_aliases=delete_aliases)
        self._deleted = True

    def link(self, target_path: str, aliases: Iterable[str] | None = None) -> Artifact:
        """Make this a version of another collection too, and return it as that.

        Args:
            target_path: ``[[entity/]project/]collection``; without a project, in the same one.
            aliases: what the new version is called there.

        Raises:
            ArtifactError: this is a draft or deleted, or the collection has another type.
        """
        own = self._need_version("link")
        if ":" in target_path:
            raise ArtifactError(
                f"link() takes a collection, 'project/name', got {target_path!r}: give aliases by aliases="
            )
        address = naming.parse(target_path)
        target = Collection(own.root, address.project or own.project, address.name)
        linked = target.link(self, words(aliases or (), "aliases"))
        linked.lineage = self.lineage
        return linked

    def unlink(self) -> None:
        """Delete a link; what it links to stays.

        Raises:
            ArtifactError: this is no link.
        """
        self._need_version("unlink")
        if not self.is_link:
            raise ArtifactError(f"{self.qualified_name} is no link: delete() deletes a version")
        self.delete(delete_aliases=True)

    def used_by(self) -> list[Any]:
        """Return the runs that used this version.

        Raises:
            ArtifactError: nobody can tell; get the artifact by `Api().artifact()` or from a run.
        """
        return self._lineage("used_by").used_by(self)

    def logged_by(self) -> Any:
        """Return the run that logged this version, or None.

        Raises:
            ArtifactError: nobody can tell; get the artifact by `Api().artifact()` or from a run.
        """
        return self._lineage("logged_by").logged_by(self)

    def _place(self, root: PathLike | None) -> Path:
        return Path(root) if root is not None else Path("artifacts") / self.name

    def _local_path(self, entry: Entry) -> str:
        """Return where the bytes of an entry are."""
        if entry.ref is not None:
            raise ArtifactError(f"{entry.path!r} refers to {entry.ref}, which is not kept here: download() it")
        if self._draft is not None:
            return entry.source.path if entry.source is not None else ""
        blobs = Blobs(self._need_version("local_path").root)
        return blobs.check(entry.digest or "", entry.size or 0, f"{self.name}: {entry.path}")

    def _download_entry(self, entry: Entry, root: PathLike | None) -> str:
        """Put one file below a folder."""
        place = self._place(root)
        checkout.download([entry], Blobs(self._need_version("download").root), place, self.name)
        return str(place / entry.path)
