"""Record trainings of fastai: `WandbCallback`, and `log_dataset` and `log_model` for what lies in files.

    learn = vision_learner(dls, resnet18, metrics=accuracy, cbs=WandbCallback())

This module decides what is public. The callback derives from fastai's, so its home is imported, and fastai with it,
when the name is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.fastai.files import log_dataset, log_model

if TYPE_CHECKING:
    from trailmark.fastai.callback import WandbCallback

__all__ = ["WandbCallback", "log_dataset", "log_model"]


def __getattr__(name: str) -> Any:
    if name != "WandbCallback":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from trailmark.adapter import framework

    framework("fastai")  # says what is missing
    from trailmark.fastai.callback import WandbCallback

    globals()[name] = WandbCallback
    return WandbCallback
