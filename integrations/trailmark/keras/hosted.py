"""`Hosted`: what every callback here does with its run, its copies and its faults."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, ClassVar

import trailmark
from trailmark.adapter import run_of
from trailmark.errors import NoRunError, RunFinishedError, UsageError
from trailmark.keras.derive import is_made, remade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


if TYPE_CHECKING:

    class _Callback:
        """What the class of Keras has that follows in the order of classes."""

        model: Any
        params: Mapping[str, Any] | None

        def set_model(self, model: Any) -> None: ...
        def set_params(self, params: Mapping[str, Any]) -> None: ...
        def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None: ...
        @property
        def on_train_batch_end(self) -> Callable[..., None]: ...
        def _save_model(self, epoch: int, batch: int | None, logs: Mapping[str, Any] | None) -> None: ...
        def _get_file_path(self, epoch: int, batch: int | None, logs: Mapping[str, Any] | None) -> str: ...
else:
    _Callback = object


class Hosted(_Callback):
    """The part of a callback that is no matter of Keras. A class of Keras follows it in the order of classes.

    Attributes:
        host: the name of that class in `keras.callbacks`.
        tree: the package that it is of.
        left_out: attributes that a copy begins without.
    """

    host: ClassVar[str] = "Callback"
    tree: ClassVar[str]
    left_out: ClassVar[frozenset[str]] = frozenset({"_run", "_model", "model"})

    def __init__(self, *, run: trailmark.Run | None, **options: Any) -> None:
        super().__init__(**options)
        self._given_run = run
        self._run: trailmark.Run | None = None

    @property
    def run(self) -> trailmark.Run:
        """The run that is logged to: the one that was given, else the one that was current when training began."""
        if self._run is None:
            self._run = run_of(self._given_run, type(self).__name__)
        return self._run

    def set_model(self, model: Any) -> None:
        """Take the model that is trained.

        Raises:
            UsageError: it is of another Keras than this class.
        """
        trees = {kind.__module__.split(".")[0] for kind in type(model).__mro__} & {"keras", "tf_keras"}
        if trees and self.tree not in trees:
            raise UsageError(
                f"{type(self).__name__} was made for {self.tree}, and the model is of {'/'.join(trees)}: import "
                f"{'/'.join(trees)} before trailmark.keras (for tf_keras, or set TF_USE_LEGACY_KERAS=1)"
            )
        super().set_model(model)

    def _begin(self) -> bool:
        """Take the run of this training; whether it is another than before."""
        before, self._run = self._run, run_of(self._given_run, type(self).__name__)
        return self._run is not before

    def __getstate__(self) -> dict[str, Any]:
        return {name: None if name in self.left_out else value for name, value in vars(self).items()}

    def __reduce_ex__(self, protocol: Any) -> Any:
        kind = type(self)
        if is_made(kind):
            return remade, (kind.tree, kind.__name__), self.__getstate__()
        return super().__reduce_ex__(protocol)


@contextlib.contextmanager
def tolerated(what: str) -> Iterator[None]:
    """Let training go on without `what` if it cannot be had, and say so once.

    That there is no run, or a finished one, is a mistake of the script: it is raised.
    """
    try:
        yield
    except (NoRunError, RunFinishedError):
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is, it is no reason to stop a training)
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        trailmark.termwarn(f"{what}: {reason}. Training goes on without it", repeat=False)
