"""The artifacts of a run: which versions it logs, uses and links.

What an artifact is, and how a version gets onto the disk, is in `trailmark.artifacts`. A run commits a version first
and writes the record that tells of it afterwards, so a journal never names a version that is not whole. A fault of the
disk stops no training: it is warned of, and the artifact stays a draft. A call that cannot be right raises.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from trailmark._run.identity import Identity
from trailmark._term import termwarn
from trailmark.artifacts.naming import MAX_NAME, parse
from trailmark.errors import ArtifactError
from trailmark.journal.records import ArtifactLink

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trailmark.artifacts.artifact import Artifact, Lineage

REGISTRY = "model-registry"  # the project that `link_model` links into, as at W&B
_OURS = (".blobs", ".artifacts", ".draft-")  # how folders begin that only artifacts write to
_UNSPECIFIED = "unspecified"  # W&B's type of an artifact that is logged by its path alone
_SEPARATORS = "/\\" if os.sep == "\\" else "/"


class Artifacts(Identity):
    """The part of `Run` that is about artifacts.

    Attributes:
        lineage: who tells, of the artifacts that a run returns, which runs made and used them. Readers stand above
            runs, so `trailmark.init` names them.
    """

    lineage: ClassVar[Lineage | None] = None

    def log_artifact(
        self,
        artifact_or_path: Artifact | str | os.PathLike[str],
        name: str | None = None,
        type: str | None = None,  # noqa: A002 (W&B's name)
        aliases: Iterable[str] | None = None,
        tags: Iterable[str] | None = None,
    ) -> Artifact:
        """Store an artifact as an output of this run, and return the version that it became.

        When this returns, the version is on the disk and survives the death of the process. Content that the artifact
        has as a version already makes no new one: that version gets the aliases.

        Args:
            artifact_or_path: an `Artifact`; or the path of a file or folder, or the URI of a reference, of which one is
                made.
            name: for a path, the artifact's name; by default ``run-<id>-<last part of the path>``.
            type: for a path, the artifact's type; by default that of the artifact of this name, else "unspecified".
            aliases: names that shall mean this version from now on, besides `latest`, which always does.
            tags: words to find the version by.

        Returns:
            The version. If the disk is full or refuses, the artifact as it was given: its `state` is "PENDING".

        Raises:
            ArtifactError: there is nothing at the path, the name or an alias cannot be one, or an artifact of this name
                has another type.
            RunFinishedError: the run is finished.
        """
        self._check_open("log_artifact()")
        names, words = _words("aliases", aliases), _words("tags", tags)
        artifact, is_whole = self._as_artifact("log_artifact", artifact_or_path, name, type)
        return self._log(artifact, names, words) if is_whole else artifact

    def use_artifact(
        self,
        artifact_or_name: Artifact | str,
        type: str | None = None,  # noqa: A002 (W&B's name)
        aliases: Iterable[str] | None = None,
        use_as: str | None = None,
    ) -> Artifact:
        """Record a version as an input of this run, and return it.

        Args:
            artifact_or_name: "name", "name:alias" or "name:v3" in this run's project, "project/name:v3" in another;
                W&B's "entity/project/name:v3" is understood, the entity ignored. Or an `Artifact`; one that is a draft
                becomes a version first, which counts as made by nobody.
            type: the type that it must have.
            aliases: for a draft, its aliases.
            use_as: what it is used as, for people.

        Raises:
            ArtifactError: there is no such version (the message names close ones), or its type is another.
            RunFinishedError: the run is finished.
        """
        from trailmark._run.artifact import Artifact

        self._check_open("use_artifact()")
        names = _words("aliases", aliases)
        if isinstance(artifact_or_name, Artifact):
            artifact = artifact_or_name
            if type is not None and artifact.type != type:
                raise ArtifactError(
                    f"use_artifact(type={type!r}) was given {artifact.name!r} of type {artifact.type!r}"
                )
            if artifact.is_draft and not self._commit(artifact, names, made_here=False):
                return artifact
        elif isinstance(artifact_or_name, str):
            found = self._find(artifact_or_name, type)
            if found is None:
                return self._stand_in(Artifact(parse(artifact_or_name).name, type or _UNSPECIFIED))
            artifact, names = found, [parse(artifact_or_name).reference]
        else:
            _refuse("use_artifact", "an Artifact or a name such as 'data:latest'", artifact_or_name)
        self._record("used", artifact, names, use_as or artifact.use_as)
        return self._told(artifact)

    def link_artifact(
        self, artifact: Artifact, target_path: str, aliases: Iterable[str] | None = None
    ) -> Artifact | None:
        """Put a version into another collection too, and return the version that it is there. No file is copied.

        Args:
            artifact: the version; a draft is logged first.
            target_path: "name" in this run's project, "project/name" in another; W&B's "entity/project/name" is
                understood, the entity ignored. The collection is made if it is not there.
            aliases: names that shall mean the version in the target collection, besides `latest`.

        Returns:
            The linked version; None if the disk refused.

        Raises:
            ArtifactError: the path names no collection, or the collection is of another type.
            RunFinishedError: the run is finished.
        """
        from trailmark.artifacts.artifact import Artifact
        from trailmark.artifacts.collection import Collection

        self._check_open("link_artifact()")
        if not isinstance(artifact, Artifact):
            _refuse("link_artifact", "an Artifact, such as use_artifact() returns", artifact)
        project, name = self._target(target_path)
        names = _words("aliases", aliases)
        if self.disabled:
            return artifact
        if artifact.is_draft or not self._is_mine(artifact):
            artifact = self._log(artifact, [], [])
            if artifact.is_draft:
                return None
        try:
            linked = Collection(self._root, project, name).link(artifact, names)
        except (OSError, ArtifactError) as error:
            if not _is_fault_of_disk(error):
                raise
            termwarn(f"artifact {artifact.name} is not linked to {project}/{name}: {error}")
            return None
        self._record("linked", linked, names)
        return self._told(linked)

    # -- models ------------------------------------------------------------------------------------------------------

    def log_model(
        self, path: str | os.PathLike[str], name: str | None = None, aliases: Iterable[str] | None = None
    ) -> Artifact:
        """Store the file or folder of a model: `log_artifact` with the type "model".

        It is always copied (cloned where the file system can), as checkpoints get written over.

        Raises:
            ArtifactError: as by `log_artifact`.
            RunFinishedError: the run is finished.
        """
        self._check_open("log_model()")
        names = _words("aliases", aliases)
        artifact, is_whole = self._as_artifact("log_model", path, name, "model", "mutable")
        return self._log(artifact, names, []) if is_whole else artifact

    def use_model(self, name: str) -> str:
        """Record a logged model as an input of this run, and return the path of its file, or of its folder.

        Args:
            name: as for `use_artifact`.

        Raises:
            ArtifactError: there is no such version, or its type has no "model" in it.
            RunFinishedError: the run is finished.
        """
        artifact = self.use_artifact(name)
        if artifact.is_draft:
            raise ArtifactError(
                f"use_model({name!r}) of a disabled run finds no such model: log it in a run that writes"
            )
        if "model" not in artifact.type:
            raise ArtifactError(
                f"{artifact.name} is of type {artifact.type!r}, and use_model() is for types with 'model' in them: "
                "call use_artifact()"
            )
        folder = artifact.download()
        files = list(artifact.manifest.entries)
        return os.path.join(folder, *files[0].split("/")) if len(files) == 1 else folder  # noqa: PTH118 (W&B returns str)

    def link_model(
        self,
        path: str | os.PathLike[str],
        registered_model_name: str,
        name: str | None = None,
        aliases: Iterable[str] | None = None,
    ) -> Artifact | None:
        """Store a model, and link it to the collection `registered_model_name` of the project "model-registry".

        Raises:
            ArtifactError: as by `log_artifact`, or the registered name has a project in front.
            RunFinishedError: the run is finished.
        """
        self._check_open("link_model()")
        if not isinstance(registered_model_name, str) or set("/:") & set(registered_model_name):
            raise ArtifactError(
                f"registered_model_name is the name of a collection of {REGISTRY!r} alone, without project and alias, "
                f"got {registered_model_name!r}"
            )
        names = _words("aliases", aliases)
        artifact, is_whole = self._as_artifact("link_model", path, name, "model", "mutable")
        if not is_whole or self._log(artifact, [], []).is_draft:
            return artifact if self.disabled else None
        return self.link_artifact(artifact, f"{REGISTRY}/{registered_model_name}", names)

    # -- W&B's distributed artifacts ---------------------------------------------------------------------------------

    def upsert_artifact(self, *arguments: Any, **options: Any) -> NoReturn:
        """Refuse: several processes cannot fill one version here.

        Raises:
            ArtifactError: always.
        """
        del arguments, options
        raise ArtifactError(
            "upsert_artifact() is not supported: let each process log_artifact() a version of a name of its own, "
            "or have one process add all files and log them"
        )

    def finish_artifact(self, *arguments: Any, **options: Any) -> NoReturn:
        """Refuse, as `upsert_artifact` does.

        Raises:
            ArtifactError: always.
        """
        del arguments, options
        raise ArtifactError("finish_artifact() is not supported, as upsert_artifact() is not: call log_artifact()")

    # -- how ---------------------------------------------------------------------------------------------------------

    @property
    def _root(self) -> Path:
        return self.path_on_disk.parents[1]

    def _as_artifact(
        self, call: str, given: Any, name: str | None, kind: str | None, policy: str | None = None
    ) -> tuple[Artifact, bool]:
        """Return the artifact that a call was given, or one made of a path; and whether it has all its files."""
        from trailmark._run.artifact import Artifact

        if isinstance(given, Artifact):
            if name is not None and name not in (given.name, given.collection_name):
                termwarn(
                    f"{call}(name={name!r}) is ignored: the artifact is named {given.name!r} already", repeat=False
                )
            return given, True
        if not isinstance(given, (str, os.PathLike)):
            _refuse(call, "an Artifact, the path of a file or folder, or a URI", given)
        path = os.fspath(given)
        name = name or _safe(f"run-{self.id}-{os.path.basename(path.rstrip(_SEPARATORS))}")  # noqa: PTH119 (may be a URI)
        artifact = Artifact(name, kind or self._known_type(name))
        if self.disabled:
            return artifact, True  # whatever is at the path
        try:
            _fill(artifact, call, path, policy)
        except (OSError, ArtifactError) as error:
            return artifact, self._give_up(artifact, error)
        return artifact, True

    def _known_type(self, name: str) -> str:
        """Return the type of the collection `name`, as all its versions have one."""
        from trailmark.artifacts.collection import Collection

        collection = Collection(self._root, self.project, name)
        return collection.type if not self.disabled and collection.exists else _UNSPECIFIED

    def _log(self, artifact: Artifact, aliases: list[str], tags: list[str]) -> Artifact:
        if not artifact.is_draft and not self.disabled:
            artifact = artifact.new_draft()  # the same contents: in this project they become a version, or are one
        if artifact.is_draft and not self._commit(artifact, aliases, tags):
            return artifact
        self._record("logged", artifact, aliases)
        return self._told(artifact)

    def _commit(
        self, artifact: Artifact, aliases: list[str], tags: Sequence[str] = (), *, made_here: bool = True
    ) -> bool:
        """Make a version of a draft; whether it is one now."""
        if self.disabled:
            artifact.given_up = True
            return False
        try:
            artifact.commit(
                self._root,
                self.project,
                aliases=aliases,
                tags=tags,
                logged_by=self.id if made_here else None,
                history_step=self._last_step() if made_here else None,
            )
        except (OSError, ArtifactError) as error:
            return self._give_up(artifact, error)
        return True

    def _give_up(self, artifact: Artifact, error: OSError | ArtifactError) -> bool:
        """Warn of a fault of the disk, and go on without the version; raise `error` if it is no such fault."""
        if not _is_fault_of_disk(error):
            raise error
        termwarn(f"artifact {artifact.name} is not stored: {error}. The run goes on without it")
        artifact.given_up = True
        return False

    def _find(self, name: str, kind: str | None) -> Artifact | None:
        """Return a version by its name; None if a disabled run, which logged nothing itself, does not find it."""
        from trailmark.artifacts.collection import find

        try:
            return find(self._root, name, self.project, kind)
        except ArtifactError:
            if self.disabled:
                return None
            raise

    @staticmethod
    def _stand_in(artifact: Artifact) -> Artifact:
        """Return what a disabled run has in place of a version that is not there."""
        artifact.given_up = True
        return artifact

    def _record(self, action: str, artifact: Artifact, aliases: list[str], use_as: str | None = None) -> None:
        if self.disabled or artifact.is_draft:
            return
        if not self._is_mine(artifact):
            termwarn(
                f"artifact {artifact.name} is of another root, {artifact.root}: the run does not record that it was "
                f"{action}",
                repeat=False,
            )
            return
        self._writer.append(
            ArtifactLink(
                time=time.time(),
                action=action,
                project=artifact.project,
                name=artifact.collection_name,
                version=artifact.version_number,
                digest=artifact.digest,
                type=artifact.type,
                size=artifact.size,
                aliases=aliases,
                use_as=use_as,
            )
        )

    def _is_mine(self, artifact: Artifact) -> bool:
        """Whether a version lies in this run's root."""
        return artifact.root == self._root or artifact.root.samefile(self._root)

    def _told(self, artifact: Artifact) -> Artifact:
        """Return `artifact`, which knows from now on whom to ask for its lineage."""
        if artifact.lineage is None:
            artifact.lineage = self.lineage
        return artifact

    def _target(self, path: Any) -> tuple[str, str]:
        """Return the project and the name of the collection that a target path means."""
        parts = path.strip("/").split("/") if isinstance(path, str) else []
        if not 1 <= len(parts) <= 3 or ":" in path or not all(parts):  # noqa: PLR2004 (entity, project and name)
            raise ArtifactError(f"target_path is 'name' or 'project/name' of a collection, without alias, got {path!r}")
        return (parts[-2] if len(parts) > 1 else self.project), parts[-1]

    def _last_step(self) -> int | None:
        """Return the largest step that was logged so far."""
        with self._writer.lock:
            last = self._writer.fold.settle().last_step
        return last if last is not None or self._earlier is None else self._earlier.last_step


def _words(argument: str, given: Any) -> list[str]:
    """Return what may be one word, or several, as a list."""
    words = [] if given is None else [given] if isinstance(given, str) else [*given]
    for word in words:
        if not isinstance(word, str):
            raise ArtifactError(f"{argument} are texts, got {word!r} of type {type(word).__name__}")
    return words


def _refuse(call: str, wanted: str, given: Any) -> NoReturn:
    raise ArtifactError(f"{call}() takes {wanted}, got {given!r:.100} of type {type(given).__name__}")


def _fill(artifact: Artifact, call: str, path: str, policy: str | None) -> None:
    """Add what is at a path or URI."""
    if os.path.isdir(path):  # noqa: PTH112 (may be a URI)
        artifact.add_dir(path, policy=policy)
    elif os.path.exists(path):  # noqa: PTH110
        artifact.add_file(path, policy=policy)
    elif "://" in path:
        artifact.add_reference(path)
    else:
        raise ArtifactError(
            f"{call}({path!r}): nothing is there, looked for from {os.getcwd()!r} on: "  # noqa: PTH109
            "give the path of a file or folder, or a URI such as s3://bucket/key"
        )


def _is_fault_of_disk(error: OSError | ArtifactError) -> bool:
    """Whether it is the disk under the root that failed, and not the caller's file that cannot be read."""
    from trailmark.artifacts.hashing import DISK_FAULTS

    cause = error if isinstance(error, OSError) else error.__cause__
    if not isinstance(cause, OSError):
        return False
    place = Path(os.fsdecode(cause.filename)).parts if cause.filename else ()
    return cause is error or cause.errno in DISK_FAULTS or any(part.startswith(_OURS) for part in place)


def _safe(name: str) -> str:
    """Return `name` with nothing in it that the name of an artifact must not have."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:MAX_NAME]
