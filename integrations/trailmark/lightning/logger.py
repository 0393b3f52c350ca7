"""`RunLogger`: what `WandbLogger` does, whichever of Lightning's packages it is made for.

It owns the translation of Lightning's calls into those of a run, and which run that is. It begins one when one is first
needed, never when it is made, and closes none when a training ends.
"""

from __future__ import annotations

import itertools
import math
import multiprocessing
import os
import secrets
import string
import weakref
from multiprocessing.context import get_spawning_popen
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import trailmark
from trailmark.errors import LogTypeError, MediaError, UsageError
from trailmark.lightning import ranks, revived
from trailmark.lightning.checkpoints import Checkpoints
from trailmark.lightning.ranks import Target
from trailmark.lightning.steps import AXIS, steps_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping

    from trailmark import Artifact, Run

_ID_LETTERS = string.ascii_lowercase + string.digits
_ID_LENGTH = 8
_RUNS = "trailmark-runs"  # the folder of runs in a folder that is not theirs alone, as in the current one

# The runs that loggers began, each with how its last training ended: None while it is under way.
_begun: weakref.WeakKeyDictionary[Run, str | None] = weakref.WeakKeyDictionary()
_runs: weakref.WeakValueDictionary[Target, Run] = weakref.WeakValueDictionary()
_numbers = itertools.count()  # of loggers: the same ones in all processes that run the same script


class RunLogger:
    """Log the metrics, hyperparameters and checkpoints of Lightning's `Trainer` or `Fabric` to a run.

    The run is the one that `trailmark.init` began, if one is open, else one of the logger's own, begun when something
    is logged or `experiment` is asked for. It stays open when a training ends, so that further ones, tests and your own
    calls go into it; it finishes with the process, by `trailmark.finish()`, or when another logger begins a run.

    Args:
        name: the name of the run that people see.
        save_dir: Lightning's folder, in which checkpoints are at ``<project>/<run id>/checkpoints``. Unless it is the
            current folder, runs are kept in it too, in ``trailmark-runs``; `dir` and `TRAILMARK_DIR` go before that.
        version: the id of the run. If there is a run of this id already, it goes on.
        offline: keep the run on this machine even if there is a server.
        dir: the root that the run is kept in, as `trailmark.init` takes it.
        id: another name for `version`.
        anonymous: means nothing here.
        project: the project; else that of `TRAILMARK_PROJECT` or `WANDB_PROJECT`, else "lightning_logs".
        log_model: True logs the checkpoints of `ModelCheckpoint` as an artifact when a training ends or fails, "all"
            whenever one is written, False none.
        experiment: the run to log to.
        prefix: stands before the names of metrics, with "-" between.
        checkpoint_name: the artifact's name, by default ``model-<run id>``.
        add_file_policy: "mutable" copies checkpoints into artifacts; "immutable" may link them.
        run: another name for `experiment`.
        init_kwargs: further arguments of `trailmark.init`, such as `config`, `tags`, `group` and `mode`.

    Raises:
        UsageError: an argument is none of what it may be, or contradicts another.
    """

    LOGGER_JOIN_CHAR = "-"
    _package: ClassVar[str]
    _rank_zero_only: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        name: str | None = None,
        save_dir: str | Path | None = ".",
        version: str | None = None,
        offline: bool = False,  # noqa: FBT001, FBT002 (Lightning's signature)
        dir: str | Path | None = None,  # noqa: A002 (Lightning's signature)
        id: str | None = None,  # noqa: A002 (Lightning's signature)
        anonymous: bool | None = None,  # noqa: FBT001 (Lightning's signature)
        project: str | None = None,
        log_model: Literal["all"] | bool = False,  # noqa: FBT001, FBT002 (Lightning's signature)
        experiment: Any = None,
        prefix: str = "",
        checkpoint_name: str | None = None,
        add_file_policy: Literal["mutable", "immutable"] = "mutable",
        *,
        run: Any = None,
        **init_kwargs: Any,
    ) -> None:
        _check(log_model, add_file_policy, checkpoint_name, experiment, run)
        self._given_name, self._given_project = name, project
        self._save_dir = None if save_dir is None and dir is None else os.fspath(save_dir or dir or ".")
        self._prefix = prefix
        self._log_model = log_model
        self._checkpoints = Checkpoints(checkpoint_name, add_file_policy)
        self._init = {
            "name": name,
            "project": project or os.environ.get("TRAILMARK_PROJECT") or os.environ.get("WANDB_PROJECT") or _PROJECT,
            "dir": _root(save_dir, dir),
            "mode": "offline" if offline else None,
            "anonymous": True if anonymous else None,
            **init_kwargs,
        }
        self._given_id = _id_of(version or id, init_kwargs)
        self._id = self._given_id or "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
        self._pid = os.getpid()
        self._run: Run | None = experiment if run is None else run
        self._is_given = self._run is not None
        self._where = None if self._run is None else _target(self._run)
        self._number = next(_numbers)
        if self._rank:
            self._where = ranks.announced(self._number) or self._where
        else:
            self._announce()

    # -- which run -----------------------------------------------------------------------------------------------

    @property
    def experiment(self) -> Run:
        """The run, which is begun if need be. On another rank than zero it is that rank's part of the same run."""
        rank, run = self._rank, self._run
        if run is None or run.finished or run.rank != rank:
            run = self._run = self._find_on(rank) if rank else self._find()
            self._where = _target(run)
            _runs[self._where] = _runs[self._intended] = run
            if not rank:
                self._announce()
        return run

    @property
    def _rank(self) -> int:
        return int(getattr(self._rank_zero_only, "rank", None) or 0)

    @property
    def _intended(self) -> Target:
        """The run that the logger begins if it has to begin one."""
        return Target(self._init["dir"], self._init["project"], self._id)

    def _find(self) -> Run:
        """Return the run, on rank zero: the one so far, the user's, or a new one."""
        run = _runs.get(self._where or self._intended)  # that of a copy of this logger, in this process
        if run is not None and not run.finished:
            return run
        if self._where and self._is_spawned:
            run = self._begin(0, self._where, mode="disabled" if self._init.get("mode") == "disabled" else "shared")
            steps_of(run).follow(run)
            return run
        run = self._users_run()
        if run is not None:
            self._warn_of_arguments(run)
            return run
        run = self._begin(0, self._where)
        run.define_metric(AXIS)
        run.define_metric("*", step_metric=AXIS)
        return run

    def _users_run(self) -> Run | None:
        """Return the open run that is not a logger's, if it is to be used."""
        run = trailmark.run
        if run is None or run in _begun or self._is_given or "reinit" in self._init:
            return None
        return run if self._given_id in (None, run.id) else None

    def _find_on(self, rank: int) -> Run:
        """Return this rank's part of the run. Whatever fails, the training does not wait for it."""
        run = trailmark.run
        if run is not None and run.rank == rank and run not in _begun:
            return run
        where = self._where
        if where is None and (self._given_id or self._pid != os.getpid()):  # the id is that of rank zero
            where = self._intended
        try:
            return self._begin(rank, where)
        except trailmark.Error as error:
            trailmark.termwarn(f"rank {rank} logs nothing, as it does not find the run of rank 0: {error}")
            return trailmark.init(mode="disabled", reinit="create_new")

    @property
    def _is_spawned(self) -> bool:
        """Whether the process that made this logger, and has the run open, started this one to train in."""
        parent = multiprocessing.parent_process()
        return parent is not None and parent.pid == self._pid

    def _begin(self, rank: int, where: Target | None, **more: Any) -> Run:
        previous = trailmark.run
        status = None if previous is None else _begun.get(previous)
        if previous is not None and status is not None:  # its training is over, and so is what prints and loads here
            previous.finish(0 if status == "success" else 1)
        arguments = {"resume": "allow", "reinit": "create_new", **self._init, "id": self._id, **more}
        if where is not None:
            arguments.update(dir=where.root, project=where.project, id=where.id)
        elif rank or arguments["resume"] == "auto":
            arguments["id"] = self._given_id  # rank zero tells by way of `init`
        if "resume_from" in arguments or "fork_from" in arguments:
            del arguments["resume"]
        with ranks.told(rank):
            run = trailmark.init(**arguments)
        _begun[run] = None
        return run

    def _warn_of_arguments(self, run: Run) -> None:
        given = {"name": self._given_name, "project": self._given_project}
        for argument, value in given.items():
            if value is not None and value != getattr(run, argument):
                trailmark.termwarn(
                    f"WandbLogger({argument}={value!r}) is ignored, as the run {run.path} is open and is used: finish "
                    "it before, or give the logger reinit='create_new'",
                    repeat=False,
                )

    def _announce(self) -> None:
        """Tell the processes that Lightning may start which run this is."""
        run = self._users_run()
        where = self._where or (None if run is None else _target(run))
        ranks.announce(self._number, where or self._intended)

    # -- what Lightning asks -------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The project. The run's own name is `experiment.name`."""
        if self._where is not None:
            return self._where.project
        run = self._users_run()
        return str(self._init["project"]) if run is None else run.project

    @property
    def version(self) -> str | None:
        """The id of the run, also before it is begun; None where only another rank knows it by then."""
        if self._where is not None:
            return self._where.id
        run = self._users_run()
        if run is not None:
            return run.id
        if self._rank and self._pid == os.getpid():
            return self._given_id
        return self.experiment.id if self._init.get("resume") == "auto" else self._id

    @property
    def save_dir(self) -> str | None:
        """Lightning's folder, in which its checkpoints are."""
        return self._save_dir

    def log_metrics(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        """Record a row of metrics at a step of the training.

        The step is logged as "trainer/global_step". Rows of one step are one row, unless a second value of a metric
        would hide the first: then the row goes behind all others. Without a step the row is at the run's own.
        """
        if self._rank:
            return
        run = self.experiment
        row = (
            {f"{self._prefix}{self.LOGGER_JOIN_CHAR}{key}": metrics[key] for key in metrics}
            if self._prefix
            else metrics
        )
        if step is None or math.isnan(step):
            run.log(row, step=steps_of(run).place(run, row, None), commit=True)
        else:
            run.log({**row, AXIS: step}, step=steps_of(run).place(run, row, int(step)))

    def log_hyperparams(self, params: Mapping[str, Any] | Namespace, *args: Any, **kwargs: Any) -> None:
        """Record hyperparameters of any type in the config, nested as they are."""
        del args, kwargs  # other loggers of Lightning take more
        if self._rank:
            return
        try:
            self.experiment.config.update(params, allow_val_change=True)
        except trailmark.Error as error:
            trailmark.termwarn(f"hyperparameters are not logged: {error}", repeat=False)

    def log_graph(self, model: Any, input_array: Any = None) -> None:
        """Do nothing: Lightning calls this in each training. `watch` with `log_graph` records the layers."""

    def save(self) -> None:
        """Do nothing: what is logged is written at once. Lightning calls this very often."""

    def finalize(self, status: str) -> None:
        """Log the checkpoints that are left at the end of a training, also of one that failed; the run stays open."""
        if self._rank == 0 and self._checkpoints.are_pending:
            self._checkpoints.log_pending(self.experiment)
        run = self._run
        if run is None:
            return
        steps_of(run).end_training()
        if run in _begun:
            _begun[run] = status

    def after_save_checkpoint(self, checkpoint_callback: Any) -> None:
        """Log the checkpoints that `ModelCheckpoint` has written, or note them for the end, as `log_model` says."""
        if self._log_model == "all" or (self._log_model and getattr(checkpoint_callback, "save_top_k", 1) == -1):
            self._checkpoints.log(self.experiment, checkpoint_callback)
        elif self._log_model:
            self._checkpoints.later(checkpoint_callback)

    # -- what users call -----------------------------------------------------------------------------------------

    def watch(
        self,
        model: Any,
        log: Literal["gradients", "parameters", "all"] | None = "gradients",
        log_freq: int = 100,
        log_graph: bool = True,  # noqa: FBT001, FBT002 (Lightning's signature)
    ) -> None:
        """Record gradients and parameters of a model as it trains; see `trailmark.watch`."""
        if not self._rank:
            trailmark.watch(model, log=log, log_freq=log_freq, log_graph=log_graph, run=self.experiment)

    def log_table(
        self,
        key: str,
        columns: list[str] | None = None,
        data: list[list[Any]] | None = None,
        dataframe: Any = None,
        step: int | None = None,
    ) -> None:
        """Log a table, given by `columns` and rows of `data`, or by a `dataframe`. Cells may be images and the like."""
        if not self._rank:
            self.log_metrics({key: trailmark.Table(columns=columns, data=data, dataframe=dataframe)}, step)

    def log_text(
        self,
        key: str,
        columns: list[str] | None = None,
        data: list[list[str]] | None = None,
        dataframe: Any = None,
        step: int | None = None,
    ) -> None:
        """Log texts as a table."""
        self.log_table(key, columns, data, dataframe, step)

    def log_image(self, key: str, images: list[Any], step: int | None = None, **kwargs: Any) -> None:
        """Log images: tensors, arrays, PIL images or paths. Further arguments are lists, an item for each image.

        Raises:
            LogTypeError: `images` is no list (a TypeError).
            MediaError: a list has another length (a ValueError).
        """
        self._log_media("images", trailmark.Image, key, images, step, kwargs)

    def log_audio(self, key: str, audios: list[Any], step: int | None = None, **kwargs: Any) -> None:
        """Log sounds: arrays or paths. Further arguments, such as `sample_rate`, are lists, an item for each.

        Raises:
            LogTypeError: `audios` is no list (a TypeError).
            MediaError: a list has another length (a ValueError).
        """
        self._log_media("audios", trailmark.Audio, key, audios, step, kwargs)

    def log_video(self, key: str, videos: list[Any], step: int | None = None, **kwargs: Any) -> None:
        """Log videos: arrays or paths. Further arguments, such as `fps`, are lists, an item for each.

        Raises:
            LogTypeError: `videos` is no list (a TypeError).
            MediaError: a list has another length (a ValueError).
        """
        self._log_media("videos", trailmark.Video, key, videos, step, kwargs)

    def _log_media(
        self, argument: str, kind: Any, key: str, values: list[Any], step: int | None, lists: dict[str, list[Any]]
    ) -> None:
        if self._rank:
            return
        if not isinstance(values, list):
            raise LogTypeError(f"{argument} is a list, got {type(values).__name__}: write [value] for a single one")
        for name, items in lists.items():
            if len(items) != len(values):
                raise MediaError(f"{name} has an item for each of the {len(values)} {argument}, got {len(items)}")
        of_each = [{name: items[i] for name, items in lists.items()} for i in range(len(values))]
        self.log_metrics({key: [kind(value, **more) for value, more in zip(values, of_each, strict=True)]}, step)

    def use_artifact(self, artifact: str, artifact_type: str | None = None) -> Artifact:
        """Record a version as an input of the run, and return it; see `Run.use_artifact`."""
        return self.experiment.use_artifact(artifact, type=artifact_type)

    @staticmethod
    def download_artifact(
        artifact: str,
        save_dir: str | Path | None = None,
        artifact_type: str | None = None,
        use_artifact: bool | None = True,  # noqa: FBT001, FBT002 (Lightning's signature)
    ) -> str:
        """Bring an artifact's files to `save_dir` and return the folder; on every rank.

        Args:
            artifact: "name:alias" in the current run's project, or "project/name:alias".
            save_dir: the folder; by default ``artifacts/<name>:<version>``.
            artifact_type: the type that it must have.
            use_artifact: record it as an input of the current run, if there is one.
        """
        run = trailmark.run
        if run is not None and use_artifact:
            found = run.use_artifact(artifact, type=artifact_type)
        else:
            found = trailmark.Api().artifact(artifact, type=artifact_type)
        return found.download(root=None if save_dir is None else os.fspath(save_dir))

    # -- other processes -----------------------------------------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy needs. For a spawned process the run is begun here, so that all write one attempt."""
        if self._rank == 0 and get_spawning_popen() is not None:
            run = self.experiment
            mode = "disabled" if run.disabled else self._init["mode"]
            return {**vars(self), "_run": None, "_pid": os.getpid(), "_init": {**self._init, "mode": mode}}
        return {**vars(self), "_run": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the package's name: the class is made anew in another process."""
        kind = type(self)
        is_subclass = "_package" not in vars(kind)
        return revived, (kind if is_subclass else self._package, self.__getstate__())


_PROJECT = "lightning_logs"  # Lightning's own logger for W&B has this, too


def _check(log_model: Any, policy: Any, checkpoint_name: str | None, experiment: Any, run: Any) -> None:
    if log_model not in (True, False, "all"):
        raise UsageError(f"log_model is True, False or 'all', got {log_model!r}")
    if policy not in ("mutable", "immutable"):
        raise UsageError(f"add_file_policy is 'mutable' or 'immutable', got {policy!r}")
    if checkpoint_name is not None:
        trailmark.Artifact(checkpoint_name, type="model")  # raises if it cannot be a name
    if experiment is not None and run is not None and experiment is not run:
        raise UsageError("experiment= and run= name two runs: give one of them")


def _root(save_dir: str | Path | None, root: str | Path | None) -> str | None:
    """Return the root to give to `init`; None where the settings say it."""
    if root is not None:
        return os.fspath(root)
    if save_dir is None or os.fspath(save_dir) in (".", "") or os.environ.get("TRAILMARK_DIR"):
        return None
    return str(Path(save_dir).expanduser() / _RUNS)


def _id_of(given: str | None, init_kwargs: Mapping[str, Any]) -> str | None:
    """Return the id that the user wants; None if any will do."""
    if given is not None:
        return str(given)
    moment = init_kwargs.get("resume_from")
    return str(moment).partition("?")[0] if moment else os.environ.get("TRAILMARK_RUN_ID") or None


def _target(run: Run) -> Target:
    return Target(str(run.path_on_disk.parents[1]), run.project, run.id)
