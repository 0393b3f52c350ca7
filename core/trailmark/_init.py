"""`init`: puts a run together from settings, what is on the disk, a journal, and the parts that accompany it."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailmark._run.begin import Beginning, joined, plan
from trailmark._run.config import as_mapping, read_yaml
from trailmark._run.current import current
from trailmark._run.distributed import Place, find_place, join, publish
from trailmark._run.endings import endings
from trailmark._run.muted import MutedWriter
from trailmark._run.names import new_id, new_name
from trailmark._run.pulse import Part, Pulse
from trailmark._run.run import Run
from trailmark._run.settings import Settings, find_root, resolve
from trailmark._term import silence, termlog, termwarn
from trailmark._version import __version__
from trailmark.errors import UsageError
from trailmark.journal.machine import machine_id, process_began_at, process_started
from trailmark.journal.records import Header
from trailmark.journal.runstate import load
from trailmark.journal.writer import Writer, writer_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trailmark.artifacts.artifact import Artifact

_runs_begun = 0  # the number of a run among those of this process, which ranks of one job agree on


def init(
    project: str | None = None,
    entity: str | None = None,
    *,
    dir: str | os.PathLike[str] | None = None,  # noqa: A002 (W&B's name)
    id: str | None = None,  # noqa: A002 (W&B's name)
    name: str | None = None,
    notes: str | None = None,
    tags: Sequence[str] | None = None,
    config: Any = None,
    config_exclude_keys: Iterable[str] | None = None,
    config_include_keys: Iterable[str] | None = None,
    allow_val_change: bool | None = None,
    group: str | None = None,
    job_type: str | None = None,
    mode: str | None = None,
    reinit: bool | str | None = None,
    resume: bool | str | None = None,
    resume_from: str | None = None,
    fork_from: str | None = None,
    save_code: bool | None = None,
    distributed: str | None = None,
    settings: Settings | Mapping[str, Any] | None = None,
    **ignored: Any,
) -> Run:
    """Begin a run, and make it the current one.

    Args:
        project: the set of runs to compare this one with; a folder of the root.
        entity: whose run it is, on a server that several people use.
        dir: the root, where runs are kept; see `docs/settings.md` for where it is otherwise.
        id: the id, unique in the project; made up if none is given.
        name: the name that people see; two words and a number if none is given.
        notes: a remark of any length.
        tags: words to find the run by.
        config: the inputs: a mapping, argparse namespace, dataclass, absl flags, or the path of a YAML file.
        config_exclude_keys: keys of `config` to leave out.
        config_include_keys: the keys of `config` to take; all others are left out.
        allow_val_change: let config values change after they were set.
        group: the runs that it is shown together with.
        job_type: what it does in its group: train, eval, …
        mode: "online" (the default; needs no server), "offline", "disabled" (nothing is written), or "shared"
            (several processes write the run `id`).
        reinit: what happens to a run that is open: "return_previous" (the default in scripts), "finish_previous"
            (in notebooks), or "create_new", which leaves `trailmark.run` as it is.
        resume: "allow", "must" or "never" go on with the run `id`; "auto" goes on with the project's newest run that
            was begun by "auto" and did not finish.
        resume_from: ``"<run id>?_step=<step>"``: go on with that run after that step; its later rows no longer count.
        fork_from: ``"<run id>?_step=<step>"``: a new run that begins as a copy of that one up to that step.
        save_code: keep the program's source with the run.
        distributed: "join" (the default): all ranks of a job write one run; "separate": one run each, in one group.
        settings: more settings, see `docs/settings.md`.
        ignored: other arguments that W&B's `init` takes; each warns once.

    Raises:
        UsageError: arguments contradict each other, or the runs that are there.
        RunNotFoundError: the run to go on with is not there.
    """
    arguments = {
        "project": project, "entity": entity, "dir": dir, "id": id, "name": name, "notes": notes, "tags": tags,
        "allow_val_change": allow_val_change, "group": group, "job_type": job_type, "mode": mode, "reinit": reinit,
        "resume": resume, "save_code": save_code, "distributed": distributed,
    }  # fmt: skip
    found = resolve(Settings(**arguments), settings if isinstance(settings, Settings) else Settings(**(settings or {})))
    silence(silent=found.silent)
    _refuse_unknown(ignored)
    open_run = _previous(found)
    if open_run is not None:
        return open_run
    values = _config(config, config_include_keys, config_exclude_keys)
    run = _begin(found, fork_from, resume_from)
    run.config.update(values, allow_val_change=True)
    current.early_config = None
    current.root = None if dir is None else find_root(dir)
    if found.reinit != "create_new" or current.run is None:
        current.run = run
    return run


_WANDB_ARGUMENTS = frozenset(("force", "tensorboard", "sync_tensorboard", "monitor_gym", "anonymous", "magic"))


def _refuse_unknown(ignored: Mapping[str, Any]) -> None:
    for name, value in ignored.items():
        if name not in _WANDB_ARGUMENTS:
            raise TypeError(f"init() got an unexpected keyword argument {name!r}")
        if value not in (None, False):
            termwarn(f"init({name}={value!r}) means nothing to Trailmark and is ignored", repeat=False)


def _previous(settings: Settings) -> Run | None:
    """Return the open run if it is to be kept; finish it if it is to make way."""
    run = current.run
    how = settings.reinit
    if how == "default":
        how = "finish_previous" if "ipykernel" in sys.modules else "return_previous"
    if run is None or run.finished or how == "create_new":
        return None
    if how == "return_previous":
        termwarn(f"run {run.name} is still open and is returned: finish() it first, or say reinit=…", repeat=False)
        return run
    run.finish()
    return None


def _begin(settings: Settings, fork_from: str | None, resume_from: str | None) -> Run:
    global _runs_begun  # noqa: PLW0603 (one process, one count)
    _runs_begun += 1
    root = find_root(settings.dir)
    if settings.mode == "disabled":
        return _begin_muted(settings, root)
    place = _place(settings)
    beginning = _joined(root, settings, place) if place.rank else None
    if beginning is None:
        beginning = plan(root, settings, fork_from, resume_from)
        place = Place() if place.rank else place  # in a run of its own it is nobody's rank
    header = _header(settings, beginning, place)
    header.role = "worker" if settings.mode == "shared" and beginning.earlier else "primary"
    run = _start(settings, root, Writer(beginning.directory, header), beginning)
    if place.rank == 0 and place.job:
        publish(root / settings.project, place, _runs_begun, run.id)
    return run


def _begin_muted(settings: Settings, root: Path) -> Run:
    beginning = Beginning(root / settings.project / (settings.id or new_id()))
    writer = MutedWriter(beginning.directory, _header(settings, beginning, Place()))
    writer.open()
    run = Run(settings, writer, beginning)
    endings.add(run)
    return run


def _start(settings: Settings, root: Path, writer: Writer, beginning: Beginning) -> Run:
    _make_root(root)
    writer.open()
    if beginning.rewind is not None:  # with the header written, what was taken back no longer counts
        beginning = beginning._replace(earlier=load(beginning.directory))
    for metric in beginning.earlier.metrics.values() if beginning.earlier else ():
        writer.append(metric)
    run = Run(settings, writer, beginning)
    run.pulse = Pulse(writer, [run.media, run.files, *_parts(settings, run)], settings.fsync_interval_s)
    run.pulse.start()
    endings.add(run)
    if not settings.quiet and run.rank == 0:
        how = "goes on" if run.resumed else "forked" if beginning.forked_from else "begins"
        termlog(f"run {run.name} ({run.id}) of project {run.project} {how} at step {run.step}; it is kept in")
        termlog(f"  {run.path_on_disk}")
        termlog(f"  {_where_to_look(run, root)}")
    return run


def _where_to_look(run: Run, root: Path) -> str:
    url = run.url
    if url is not None:
        return url
    return f"look at it live: trailmark ui{'' if root == find_root() else f' --root {shlex.quote(str(root))}'}"


def _parts(settings: Settings, run: Run) -> list[Part]:
    """Return what accompanies a run. The console is the last to start and the first to stop."""
    from trailmark.capture.environment import EnvironmentCapture
    from trailmark.capture.system import SystemMonitor

    writer, first = run.writer, run.rank == 0  # code and packages of other ranks are those of the first
    parts: list[Part] = [
        SystemMonitor(writer, settings.system_interval_s, metrics=settings.system, gpu=settings.gpu),
        EnvironmentCapture(
            writer,
            run.files.folder,
            git=settings.git and first,
            requirements=settings.requirements and first,
            gpu=settings.gpu,
            code=settings.save_code and first,
        ),
    ]
    if settings.console != "off":
        from trailmark.capture.console import ConsoleCapture

        parts.append(ConsoleCapture(writer, "redirect" if settings.console == "redirect" else "wrap"))
    return parts


def _place(settings: Settings) -> Place:
    """Return the place of this process among those that write the run."""
    place = find_place()
    if place.world_size > 1 and settings.distributed == "separate":
        settings.group = settings.group or f"job-{place.job}"
        return Place()
    return place


def _joined(root: Path, settings: Settings, place: Place) -> Beginning | None:
    """Return the run that rank 0 of the job made; None if it made none in time."""
    project = root / settings.project
    run_id = settings.id
    if run_id is None and place.job:
        run_id = join(project, place, _runs_begun, settings.join_timeout_s, process_began_at())
    if run_id is None:
        termwarn(f"rank {place.rank} found no run of rank 0 within {settings.join_timeout_s:g} s and begins its own")
        return None
    return joined(project / run_id, place.rank)


def _header(settings: Settings, beginning: Beginning, place: Place) -> Header:
    earlier = beginning.earlier
    same = earlier is not None and beginning.forked_from is None
    project = beginning.directory.parent
    name = settings.name or (earlier.name if same and earlier else None)
    return Header(
        run=beginning.directory.name,
        writer=writer_name(place.rank),
        time=time.time(),
        project=settings.project,
        entity=settings.entity or (earlier.entity if earlier else None),
        rank=place.rank,
        world_size=place.world_size,
        attempt=beginning.attempt,
        rewind=beginning.rewind,
        starting_step=beginning.next_step,
        runtime_s=beginning.runtime_s,
        heartbeat_s=settings.system_interval_s,
        host=os.uname().nodename,
        machine=machine_id(),
        pid=os.getpid(),
        pid_started=process_started(os.getpid()) or 0.0,
        version=__version__,
        name=name or new_name(_count(project) + 1),
        group=settings.group or (earlier.group if earlier else None),
        job_type=settings.job_type or (earlier.job_type if earlier else None),
        notes=settings.notes or (earlier.notes if same and earlier else None),
        tags=settings.tags or (earlier.tags if earlier else []),
        resume=settings.resume,
        forked_from=beginning.forked_from,
    )


def _make_root(root: Path) -> None:
    """Make the root, with a `.gitignore` of its own; a disk that refuses is the writer's to report."""
    ignore = root / ".gitignore"
    try:
        root.mkdir(parents=True, exist_ok=True)
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        termwarn(f"the root {root} cannot be written: {error}", repeat=False)


def _count(project: Path) -> int:
    try:
        with os.scandir(project) as entries:
            return sum(not entry.name.startswith(".") for entry in entries)
    except OSError:
        return 0


def _config(config: Any, include: Iterable[str] | None, exclude: Iterable[str] | None) -> dict[str, Any]:
    """Return the first values of the config: left in config-defaults.yaml, assigned before `init`, and given to it."""
    if include is not None and exclude is not None:
        raise UsageError("config_include_keys and config_exclude_keys exclude each other: give one of them")
    given = {**as_mapping(current.early_config), **as_mapping(config)}
    if include is not None:
        given = {key: given[key] for key in include if key in given}
    left_out = set(exclude or ())
    given = {key: value for key, value in given.items() if key not in left_out}
    defaults = Path("config-defaults.yaml")
    return {**read_yaml(defaults), **given} if defaults.is_file() else given


class _Lineage:
    """Tells artifacts which runs made and used them: by readers, which stand above runs and are imported when asked."""

    def logged_by(self, artifact: Artifact) -> Any:
        """Return the run that made a version."""
        from trailmark.api.artifacts import Readers

        return Readers().logged_by(artifact)

    def used_by(self, artifact: Artifact) -> list[Any]:
        """Return the runs that used a version."""
        from trailmark.api.artifacts import Readers

        return [*Readers().used_by(artifact)]


Run.lineage = _Lineage()
