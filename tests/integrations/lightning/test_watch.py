"""`WandbLogger.watch`: gradients as Lightning's optimizers get them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trailmark.lightning import WandbLogger

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


@pytest.mark.parametrize("arguments", [{}, {"accumulate_grad_batches": 2}], ids=["plain", "accumulated"])
def test_norms_are_those_before_the_step(
    arguments: dict[str, Any],
    pl: ModuleType,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
) -> None:
    """Each step of the optimizer gives a histogram and the norm that Lightning's own hook sees just before it."""
    norms = []

    class Witness(pl.Callback):  # type: ignore[name-defined]
        def on_before_optimizer_step(self, _trainer: Any, model: Any, *_: Any) -> None:
            norms.append(float(model.layer.weight.grad.norm()))

    logger = WandbLogger()
    model = module()
    logger.watch(model, log="all", log_freq=1, log_graph=True)
    trainer(logger, callbacks=[Witness()], **arguments).fit(model, data(4))
    run = stored()
    assert len(norms) == 4 // arguments.get("accumulate_grad_batches", 1)
    assert run.series("gradient_norm/layer.weight").value.tolist() == pytest.approx(norms, rel=1e-6)
    assert [sum(one.histogram) for one in run.series("gradients/layer.weight").value] == [4] * len(norms)
    assert len(run.series("parameters/layer.bias").value) == len(norms)
    (graph,) = run.series("graph_0").value
    assert graph.num_parameters == 5
