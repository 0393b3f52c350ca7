"""Weights of a model and gradients of its loss, as histograms by name."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import trailmark
from trailmark.keras.samples import mapped

if TYPE_CHECKING:
    from types import ModuleType

    from trailmark.keras.samples import Samples

_USUAL = ("weights", "bias")  # W&B's names of a layer's one or two weights


def weights(layers: Any, prefix: str = "parameters/") -> dict[str, trailmark.Histogram]:
    """Return a histogram of each weight: ``parameters/<layer>.weights``, ``.bias``, else by the weight's own name."""
    found: dict[str, trailmark.Histogram] = {}
    for layer in layers:
        if hasattr(layer, "layers"):
            found |= weights(layer.layers, f"{prefix}{layer.name}/")
            continue
        names = (
            _USUAL if len(layer.weights) <= len(_USUAL) else [_plain(one.name).split("/")[-1] for one in layer.weights]
        )
        for name, values in zip(names, layer.get_weights(), strict=False):
            if getattr(values, "size", 0):
                found[f"{prefix}{layer.name}.{name}"] = trailmark.Histogram(values)
    return found


def gradients(keras: ModuleType, model: Any, samples: Samples) -> dict[str, trailmark.Histogram]:
    """Return a histogram of the gradient of the loss of `samples` by each weight: ``gradients/<weight>.gradient``.

    The model is called as for inference: no dropout, no statistics are updated. Nothing of the model changes.
    """
    variables = model.trainable_variables
    values = _of_keras2(model, samples) if not hasattr(keras, "StatelessScope") else _of_keras3(keras, model, samples)
    return {
        f"gradients/{_plain(getattr(variable, 'path', None) or variable.name)}.gradient": trailmark.Histogram(value)
        for variable, value in zip(variables, values, strict=True)
        if value is not None
    }


def _plain(name: str) -> str:
    return str(name).split(":")[0]


def _of_keras2(model: Any, samples: Samples) -> list[Any]:
    tensorflow: Any = sys.modules["tensorflow"]  # loaded, as this Keras stands on it
    inputs, targets = (part if part is None else mapped(tensorflow.convert_to_tensor, part) for part in samples)
    states = [metric.get_weights() for metric in model.metrics]  # the loss counts what it is called with
    with tensorflow.GradientTape() as tape:
        loss = model.compute_loss(inputs, targets, model(inputs, training=False))
    for metric, state in zip(model.metrics, states, strict=False):
        metric.set_weights(state)
    return [_dense(tensorflow, value) for value in tape.gradient(loss, model.trainable_variables)]


def _of_keras3(keras: Any, model: Any, samples: Samples) -> list[Any]:
    inputs, targets = (part if part is None else mapped(keras.ops.convert_to_tensor, part) for part in samples)
    backend = keras.backend.backend()

    def loss(values: list[Any] | None = None) -> Any:
        """Return the loss, with the weights as they are or as they are given; the scope takes all updates."""
        mapping = [] if values is None else list(zip(model.trainable_variables, values, strict=True))
        with keras.StatelessScope(state_mapping=mapping):
            return model.compute_loss(inputs, targets, model(inputs, training=False))

    if backend == "torch":
        torch: Any = sys.modules["torch"]
        held = [variable.value for variable in model.trainable_variables]
        found = torch.autograd.grad(loss(), held, allow_unused=True)
    elif backend == "jax":
        jax: Any = sys.modules["jax"]
        found = jax.grad(loss)([variable.value for variable in model.trainable_variables])
    elif backend == "tensorflow":
        tensorflow: Any = sys.modules["tensorflow"]
        with tensorflow.GradientTape() as tape:
            result = loss()
        found = tape.gradient(result, [variable.value for variable in model.trainable_variables])
        found = [_dense(tensorflow, value) for value in found]
    else:
        raise NotImplementedError(f"Keras cannot differentiate on its backend {backend!r}")
    return list(found)


def _dense(tensorflow: Any, value: Any) -> Any:
    return tensorflow.convert_to_tensor(value) if isinstance(value, tensorflow.IndexedSlices) else value


def keras_of(tree: str) -> ModuleType:
    """Return the package that a callback's class is of."""
    return importlib.import_module(tree)
