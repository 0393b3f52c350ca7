"""Artifacts of runs: what one run logs another uses, in other projects and processes too."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark import errors
from trailmark.api import Api
from trailmark.artifacts.collection import Collection
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Artifact, Run
    from trailmark.journal.records import ArtifactLink

SETTINGS = "{'quiet': True, 'console': 'off', 'system': False, 'git': False, 'requirements': False}"
HEAD = f"import trailmark\nrun = trailmark.init(project='p', settings={SETTINGS})\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is downloaded lie in a folder of the test."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of two files."""
    (tmp_path / "data" / "sub").mkdir(parents=True)
    (tmp_path / "data" / "a.txt").write_text("alpha")
    (tmp_path / "data" / "sub" / "b.bin").write_bytes(bytes(range(256)))
    return tmp_path / "data"


def draft(folder: Path, name: str = "data", kind: str = "dataset", **arguments: Any) -> Artifact:
    """Return a draft of a folder."""
    artifact = trailmark.Artifact(name, kind, **arguments)
    artifact.add_dir(folder)
    return artifact


def links(run: Run) -> list[ArtifactLink]:
    """Return what the run's journals tell of artifacts."""
    state = load(run.path_on_disk)
    assert state is not None
    return state.artifacts


def read(artifact: Artifact, target: Path) -> dict[str, bytes]:
    """Return the files of a version, as they are downloaded to `target`."""
    place = Path(artifact.download(target))
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}


# -- logging ---------------------------------------------------------------------------------------------------------


def test_a_draft_becomes_a_version(begin: Callable[..., Run], folder: Path) -> None:
    """The artifact that was given is v0 afterwards, with its aliases, tags, run and step."""
    run = begin()
    run.log({"loss": 1.0}, step=7)
    given = draft(folder, description="Two files.", metadata={"rows": 2})
    artifact = run.log_artifact(given, aliases=["best"], tags=["small"])
    assert artifact is given
    assert (artifact.version, artifact.project, artifact.type) == ("v0", "p", "dataset")
    assert sorted(artifact.aliases) == ["best", "latest"]
    assert (artifact.tags, artifact.metadata, artifact.description) == (["small"], {"rows": 2}, "Two files.")
    assert (artifact.logged_by_id, artifact.history_step, artifact.size) == (run.id, 7, 261)


def test_the_journal_tells_what_was_logged(begin: Callable[..., Run], folder: Path) -> None:
    """The record has what names the version and what it is."""
    run = begin()
    artifact = run.log_artifact(draft(folder), aliases=["best"])
    [link] = links(run)
    assert (link.action, link.project, link.name, link.version) == ("logged", "p", "data", 0)
    assert (link.digest, link.type, link.size, link.aliases) == (artifact.digest, "dataset", 261, ["best"])


def test_the_same_contents_are_the_same_version(begin: Callable[..., Run], folder: Path) -> None:
    """Another run that logs the same files makes no version; what changes makes one."""
    first = begin()
    first.log_artifact(draft(folder))
    first.finish()
    second = begin()
    assert second.log_artifact(draft(folder), aliases=["again"]).version == "v0"
    (folder / "a.txt").write_text("beta")
    assert second.log_artifact(draft(folder)).version == "v1"
    assert Collection(second.path_on_disk.parents[1], "p", "data").aliases() == {"latest": 1, "again": 0}


def test_a_folder_is_logged_by_its_path(begin: Callable[..., Run], folder: Path, tmp_path: Path) -> None:
    """A path makes an artifact, named by the run and the path, of W&B's type for what has none."""
    run = begin()
    artifact = run.log_artifact(folder)
    assert artifact.name == f"run-{run.id}-data:v0"
    assert artifact.type == "unspecified"
    assert read(artifact, tmp_path / "got") == {"a.txt": b"alpha", "sub/b.bin": bytes(range(256))}


def test_a_file_is_logged_by_its_path(begin: Callable[..., Run], folder: Path, tmp_path: Path) -> None:
    """A file may be given with name and type; a later version by path has the type of the first."""
    run = begin()
    artifact = run.log_artifact(str(folder / "a.txt"), "letters", "text", "first")
    assert (artifact.name, artifact.type) == ("letters:v0", "text")
    assert "first" in artifact.aliases
    assert read(artifact, tmp_path / "got") == {"a.txt": b"alpha"}
    (folder / "a.txt").write_text("beta")
    assert run.log_artifact(folder / "a.txt", "letters").type == "text"


def test_a_path_with_strange_letters_gets_a_name(begin: Callable[..., Run], tmp_path: Path) -> None:
    """What a name must not hold is replaced."""
    path = tmp_path / "größe (1).txt"
    path.write_text("x")
    run = begin()
    assert run.log_artifact(path).collection_name == f"run-{run.id}-gr__e__1_.txt"


def test_a_reference_is_logged_by_its_uri(begin: Callable[..., Run], folder: Path) -> None:
    """A URI makes an artifact of a reference."""
    artifact = begin().log_artifact(f"file://{folder}/a.txt", "where")
    [entry] = artifact.files()
    assert entry.ref == f"file://{folder}/a.txt"


def test_a_version_of_another_project_becomes_one_here(begin: Callable[..., Run], folder: Path) -> None:
    """Logging what another project has makes a version of this project, without its files being copied."""
    first = begin(project="p")
    there = first.log_artifact(draft(folder))
    first.finish()
    second = begin(project="q")
    here = second.log_artifact(there)
    assert (here.qualified_name, here.digest) == ("q/data:v0", there.digest)
    assert [link.project for link in links(second)] == ["q"]


def test_logging_a_version_again_moves_the_aliases(begin: Callable[..., Run], folder: Path) -> None:
    """A version that is logged again is the latest, and makes no new one."""
    run = begin()
    old = run.log_artifact(draft(folder))
    (folder / "a.txt").write_text("beta")
    run.log_artifact(draft(folder))
    again = run.log_artifact(old, aliases=["best"])
    assert again.version == "v0"
    assert sorted(again.aliases) == ["best", "latest"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("nowhere/file", "nothing is there"),
        (12, "takes an Artifact, the path of a file or folder, or a URI, got 12 of type int"),
    ],
)
def test_what_cannot_be_logged_is_refused(begin: Callable[..., Run], given: Any, reason: str) -> None:
    """A path where nothing is, and what is no artifact, raise and say what to give."""
    run = begin()
    with pytest.raises(errors.ArtifactError, match=reason):
        run.log_artifact(given)
    assert links(run) == []


def test_another_type_is_refused(begin: Callable[..., Run], folder: Path) -> None:
    """All versions of a name have one type."""
    run = begin()
    run.log_artifact(draft(folder))
    (folder / "a.txt").write_text("beta")
    with pytest.raises(errors.ArtifactError, match="dataset"):
        run.log_artifact(draft(folder, kind="model"))
    assert len(links(run)) == 1


def test_a_bad_alias_is_refused(begin: Callable[..., Run], folder: Path) -> None:
    """An alias that looks like a version, or is no text, raises before anything is stored."""
    run = begin()
    for alias in ("v3", 5):
        with pytest.raises(errors.ArtifactError):
            run.log_artifact(draft(folder), aliases=[alias])  # type: ignore[list-item]
    assert links(run) == []
    assert Collection(run.path_on_disk.parents[1], "p", "data").versions() == []


def test_a_name_given_for_an_artifact_warns(
    begin: Callable[..., Run], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An artifact has its name; another one is ignored, and said to be."""
    assert begin().log_artifact(draft(folder), name="other").collection_name == "data"
    assert "name='other'" in capsys.readouterr().err


def test_a_finished_run_takes_no_artifacts(begin: Callable[..., Run], folder: Path) -> None:
    """Each call raises after finish, and says what to do."""
    run = begin()
    artifact = run.log_artifact(draft(folder))
    run.finish()
    calls: list[Callable[[], Any]] = [
        lambda: run.log_artifact(folder),
        lambda: run.use_artifact("data"),
        lambda: run.link_artifact(artifact, "other"),
        lambda: run.log_model(folder),
        lambda: run.use_model("data"),
        lambda: run.link_model(folder, "other"),
    ]
    for call in calls:
        with pytest.raises(errors.RunFinishedError, match="resume='must'"):
            call()


def test_distributed_artifacts_say_what_to_use(begin: Callable[..., Run], folder: Path) -> None:
    """What is not supported says so, and what to do instead."""
    run = begin()
    for call in (run.upsert_artifact, run.finish_artifact):
        with pytest.raises(errors.ArtifactError, match="log_artifact"):
            call(draft(folder), distributed_id="x")


# -- using -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def logged(begin: Callable[..., Run], folder: Path) -> Run:
    """Return a finished run of project p that logged data:v0 (first) and data:v1 (latest, best)."""
    run = begin()
    run.log_artifact(draft(folder), aliases=["first"])
    (folder / "a.txt").write_text("beta")
    run.log_artifact(draft(folder), aliases=["best"])
    run.finish()
    return run


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("data", "v1"),
        ("data:latest", "v1"),
        ("data:first", "v0"),
        ("data:v0", "v0"),
        ("p/data:best", "v1"),
        ("someone/p/data:v0", "v0"),
    ],
)
def test_a_version_is_used_by_its_name(
    begin: Callable[..., Run], logged: Run, tmp_path: Path, name: str, version: str
) -> None:
    """Name, alias, version, project and entity lead to the version, and the journal tells of it."""
    run = begin(project="q" if "/" in name else "p")
    artifact = run.use_artifact(name, type="dataset", use_as="input")
    assert artifact.version == version
    assert read(artifact, tmp_path / "got")["a.txt"] == (b"alpha" if version == "v0" else b"beta")
    [link] = links(run)
    assert (link.action, link.project, link.name, link.use_as) == ("used", "p", "data", "input")
    assert f"v{link.version}" == version
    assert logged.finished


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("dta", "'data'"),
        ("data:bset", "'best'"),
        ("data:v9", "v0 to v1"),
        ("nope/data:v0", "nope"),
        ("", "named by"),
        (None, "takes an Artifact or a name"),
    ],
)
@pytest.mark.usefixtures("logged")
def test_what_is_not_there_cannot_be_used(begin: Callable[..., Run], name: Any, reason: str) -> None:
    """A wrong name, alias, version or project raises, and names what is close."""
    run = begin()
    with pytest.raises(errors.ArtifactError, match=reason):
        run.use_artifact(name)
    assert links(run) == []


@pytest.mark.usefixtures("logged")
def test_the_type_must_be_right(begin: Callable[..., Run], folder: Path) -> None:
    """A type that is asked for and is not there raises, for names and for artifacts."""
    run = begin()
    with pytest.raises(errors.ArtifactError, match="dataset"):
        run.use_artifact("data", type="model")
    with pytest.raises(errors.ArtifactError, match="dataset"):
        run.use_artifact(draft(folder), type="model")


def test_a_draft_is_stored_and_used(begin: Callable[..., Run], folder: Path) -> None:
    """A draft becomes a version that no run made, as by W&B; the run has used it."""
    run = begin()
    artifact = run.use_artifact(draft(folder), aliases=["raw"], use_as="input")
    assert "raw" in artifact.aliases
    assert artifact.logged_by_id is None
    assert [(link.action, link.use_as) for link in links(run)] == [("used", "input")]


def test_a_version_is_used_as_it_is(begin: Callable[..., Run], logged: Run) -> None:
    """An artifact that the Api found can be used."""
    artifact = Api(logged.path_on_disk.parents[1]).artifact("data:v0")
    run = begin()
    assert run.use_artifact(artifact) is artifact
    assert [link.version for link in links(run)] == [0]


def test_a_version_of_another_root_is_used_without_a_record(
    begin: Callable[..., Run], logged: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What lies in another root can be used; that the journal cannot tell of it is said."""
    artifact = Api(logged.path_on_disk.parents[1]).artifact("data:v0")
    run = begin(dir=tmp_path / "elsewhere")
    run.use_artifact(artifact)
    assert links(run) == []
    assert "another root" in capsys.readouterr().err


def test_a_run_s_artifacts_know_their_lineage(begin: Callable[..., Run], logged: Run) -> None:
    """What a run uses tells who made and used it, without the Api being asked."""
    run = begin()
    artifact = run.use_artifact("data:latest")
    assert artifact.logged_by().id == logged.id
    assert [user.id for user in artifact.used_by()] == [run.id]


# -- links and models ------------------------------------------------------------------------------------------------


def test_a_link_is_a_version_of_another_collection(begin: Callable[..., Run], folder: Path, tmp_path: Path) -> None:
    """A link has the files, and says what it links to; the journal tells of it."""
    run = begin()
    artifact = run.log_artifact(draft(folder))
    linked = run.link_artifact(artifact, "shared/everything", aliases=["prod"])
    assert linked is not None
    assert linked.qualified_name == "shared/everything:v0"
    assert linked.is_link
    assert sorted(linked.aliases) == ["latest", "prod"]
    assert linked.source_artifact.qualified_name == "p/data:v0"
    assert read(linked, tmp_path / "got")["a.txt"] == b"alpha"
    assert [(link.action, link.project, link.name) for link in links(run)] == [
        ("logged", "p", "data"),
        ("linked", "shared", "everything"),
    ]


def test_a_draft_is_logged_before_it_is_linked(begin: Callable[..., Run], folder: Path) -> None:
    """A draft becomes a version of this project first."""
    run = begin()
    assert run.link_artifact(draft(folder), "collection") is not None
    assert [(link.action, link.project, link.name) for link in links(run)] == [
        ("logged", "p", "data"),
        ("linked", "p", "collection"),
    ]


@pytest.mark.parametrize("target", ["a/b/c/d", "x:v1", "", "a//b", None])
def test_a_bad_target_is_refused(begin: Callable[..., Run], folder: Path, target: Any) -> None:
    """A target is the path of a collection."""
    run = begin()
    with pytest.raises(errors.ArtifactError, match="target_path"):
        run.link_artifact(draft(folder), target)


def test_a_version_of_another_root_is_taken_over_when_it_is_linked(
    begin: Callable[..., Run], logged: Run, tmp_path: Path
) -> None:
    """A link never leads out of the root: the version is logged here first."""
    artifact = Api(logged.path_on_disk.parents[1]).artifact("data:v0")
    run = begin(dir=tmp_path / "elsewhere")
    linked = run.link_artifact(artifact, "taken")
    assert linked is not None
    assert linked.root == tmp_path / "elsewhere"
    assert read(linked, tmp_path / "got")["a.txt"] == b"alpha"


def test_a_model_comes_back_as_a_file(begin: Callable[..., Run]) -> None:
    """A model of one file is used by its path."""
    Path("model.pt").write_bytes(b"weights")
    run = begin()
    artifact = run.log_model("model.pt", aliases=["best"])
    assert (artifact.type, artifact.collection_name) == ("model", f"run-{run.id}-model.pt")
    path = run.use_model(f"run-{run.id}-model.pt:best")
    assert isinstance(path, str)
    assert Path(path).name == "model.pt"
    assert Path(path).read_bytes() == b"weights"
    assert [link.action for link in links(run)] == ["logged", "used"]


def test_a_model_of_several_files_comes_back_as_a_folder(begin: Callable[..., Run], folder: Path) -> None:
    """A model of several files is used by its folder; one of one file in a folder by that file's path."""
    run = begin()
    run.log_model(folder, "net")
    assert (Path(run.use_model("net")) / "sub" / "b.bin").is_file()
    (folder / "a.txt").unlink()
    run.log_model(folder, "net")
    assert Path(run.use_model("net")).parts[-2:] == ("sub", "b.bin")


def test_only_models_are_used_as_models(begin: Callable[..., Run], folder: Path) -> None:
    """A data set is refused."""
    run = begin()
    run.log_artifact(draft(folder))
    with pytest.raises(errors.ArtifactError, match="use_artifact"):
        run.use_model("data")


def test_a_model_is_linked_to_the_registry(begin: Callable[..., Run], folder: Path) -> None:
    """`link_model` logs the model and links it in the project model-registry."""
    run = begin()
    linked = run.link_model(folder, "classifier", name="net", aliases=["prod"])
    assert linked is not None
    assert linked.qualified_name == "model-registry/classifier:v0"
    assert linked.source_artifact.qualified_name == "p/net:v0"
    with pytest.raises(errors.ArtifactError, match="registered_model_name"):
        run.link_model(folder, "project/classifier")


def test_functions_follow_the_current_run(begin: Callable[..., Run], folder: Path) -> None:
    """The functions of the module do as the current run does; without one they say what to do."""
    with pytest.raises(errors.NoRunError, match="init"):
        trailmark.log_artifact(folder)
    run = begin()
    artifact = trailmark.log_artifact(folder, name="x", type="t")
    assert trailmark.use_artifact("x:latest").digest == artifact.digest
    assert trailmark.link_artifact(artifact, "y") is not None
    trailmark.log_model(folder, name="m")
    assert trailmark.use_model("m").endswith("m:v0")
    assert trailmark.link_model(folder, "registered") is not None
    assert [link.action for link in links(run)] == ["logged", "used", "linked", "logged", "used", "logged", "linked"]


# -- faults of the disk ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [".blobs", "p/.artifacts", "p/.artifacts/data"])
def test_a_fault_of_the_disk_does_not_stop_training(
    begin: Callable[..., Run], folder: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    """Where the root cannot be written one warning is given, the artifact stays a draft, and the run goes on."""
    run = begin()
    path = run.path_on_disk.parents[1] / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("a file where a folder should be")
    artifact = run.log_artifact(draft(folder) if place != ".blobs" else folder, "data")
    assert artifact.state == "PENDING"
    assert artifact.wait() is artifact
    assert run.link_artifact(artifact, "other") is None
    assert "is not stored" in capsys.readouterr().err
    run.log({"loss": 1.0})
    assert [link for link in links(run) if link.name == "data"] == []
    path.unlink()
    assert run.log_artifact(artifact).version == "v0"


def test_a_full_disk_does_not_stop_training(script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Beyond the size that a process may write, which stands for a full disk, the run goes on without the artifact."""
    done = script(
        HEAD
        + """
import resource, signal
from pathlib import Path
Path("big.bin").write_bytes(bytes(200_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
artifact = run.log_artifact("big.bin", "big")
run.log({"loss": 1.0})
print(artifact.state)
other = trailmark.Artifact("other", "model")
other.add_file("big.bin")
print(run.log_artifact(other).state)
"""
    )
    assert done.stdout == "PENDING\nPENDING\n", done.stderr
    assert "is not stored" in done.stderr
    assert done.returncode == 0


def test_an_unreadable_file_raises(begin: Callable[..., Run], tmp_path: Path) -> None:
    """A file of the caller's that cannot be read is no fault of the disk under the root."""
    (tmp_path / "broken").symlink_to(tmp_path / "gone")
    with pytest.raises(errors.ArtifactError):
        begin().log_artifact(tmp_path / "broken")


# -- disabled runs, other processes ----------------------------------------------------------------------------------


def test_a_disabled_run_accepts_everything(begin: Callable[..., Run], folder: Path, tmp_path: Path) -> None:
    """Nothing is written, and the calls of a script go through."""
    run = begin(mode="disabled")
    artifact = run.log_artifact(draft(folder), aliases=["best"])
    assert artifact.wait() is artifact
    assert run.log_artifact("nowhere").is_draft
    assert run.use_artifact("data:latest").wait().is_draft
    assert run.use_artifact(artifact) is artifact
    assert run.link_artifact(artifact, "x") is artifact
    assert run.log_model("nowhere").type == "model"
    assert run.link_model("nowhere", "y") is not None
    with pytest.raises(errors.ArtifactError, match="disabled"):
        run.use_model("nothing")
    run.finish()
    assert not (tmp_path / "root").exists()


def test_a_disabled_run_may_read(begin: Callable[..., Run], logged: Run, tmp_path: Path) -> None:
    """What other runs stored is found; that it was used is not recorded."""
    run = begin(mode="disabled")
    artifact = run.use_artifact("data:v0")
    assert read(artifact, tmp_path / "got")["a.txt"] == b"alpha"
    assert Api(logged.path_on_disk.parents[1]).artifact("data:v0").used_by() == []


def test_another_process_uses_what_a_script_logged(
    begin: Callable[..., Run], folder: Path, script: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """A script of its own, of another project, finds and reads the version."""
    run = begin()
    run.log_artifact(draft(folder))
    run.finish()
    done = script(
        HEAD.replace("'p'", "'q'") + "print(open(run.use_artifact('p/data:v0').download() + '/a.txt').read())"
    )
    assert done.stdout == "alpha\n", done.stderr
    assert [user.project for user in Api(run.path_on_disk.parents[1]).artifact("data").used_by()] == ["q"]


def test_a_killed_script_leaves_a_whole_version(script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """When the call has returned, neither version nor record is lost by SIGKILL."""
    done = script(
        HEAD
        + "import os, signal\nopen('x.txt', 'w').write('x')\n"
        + "print(trailmark.log_artifact('x.txt', 'x').digest, run.dir, flush=True)\n"
        + "os.kill(os.getpid(), signal.SIGKILL)"
    )
    digest, place = done.stdout.split()
    run = Api(Path(place).parents[2]).run(f"p/{Path(place).parent.name}")
    assert [artifact.digest for artifact in run.logged_artifacts()] == [digest]
    run.logged_artifacts()[0].verify()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_workers_log_versions(begin: Callable[..., Run], tmp_path: Path) -> None:
    """Each of several forks logs a version of one name in the run; no number is given twice."""
    run = begin()
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                path = tmp_path / f"{number}.txt"
                path.write_text(str(number))
                run.log_artifact(path, "part", "text")
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0, 0]
    assert sorted(link.version for link in links(run)) == [0, 1, 2, 3]
    collection = Collection(tmp_path / "root", "p", "part")
    assert {artifact.files()[0].path for artifact in collection.artifacts()} == {f"{n}.txt" for n in range(4)}


def test_a_pickled_run_logs_versions(begin: Callable[..., Run], tmp_path: Path) -> None:
    """A process that got the run pickled logs into it."""
    run = begin()
    (tmp_path / "run.pickle").write_bytes(pickle.dumps(run))
    (tmp_path / "x.txt").write_text("x")
    source = (
        "import pickle, sys\nrun = pickle.load(open('run.pickle', 'rb'))\n"
        "print(run.log_artifact('x.txt', 'x', 'text').version)"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "v0\n", done.stderr
    assert [(link.action, link.name) for link in links(run)] == [("logged", "x")]


def test_another_rank_logs_versions(begin: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The artifacts of a rank that is not the first are those of the run."""
    for name, value in {"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    run = begin(id="job", settings={"distributed": "join"})
    run.log_artifact(draft(folder))
    run.finish()
    assert run.rank in (0, 1)
    assert [link.name for link in links(run)] == ["data"]


def test_a_resumed_run_keeps_its_artifacts(begin: Callable[..., Run], folder: Path) -> None:
    """What earlier attempts logged and used stays the run's."""
    run = begin(id="r")
    run.log({"loss": 1.0}, step=3)
    run.log_artifact(draft(folder))
    run.finish()
    again = begin(id="r", resume="must")
    assert again.log_artifact(draft(folder, "more")).history_step == 3
    again.use_artifact("data")
    assert [(link.action, link.name) for link in links(again)] == [
        ("logged", "data"),
        ("logged", "more"),
        ("used", "data"),
    ]


def test_metadata_comes_back(begin: Callable[..., Run], folder: Path) -> None:
    """Description and metadata are those that were given, numbers of numpy among them."""
    import numpy as np

    run = begin()
    run.log_artifact(draft(folder, metadata={"acc": np.float32(0.5), "shape": (3, 4), "deep": {"x": [1, None]}}))
    metadata = run.use_artifact("data").metadata
    assert json.loads(json.dumps(metadata)) == {"acc": 0.5, "shape": [3, 4], "deep": {"x": [1, None]}}
