"""Classes of the callbacks for each tree of Keras: made once, when first asked for, so that they pickle by name.

What a callback does stands in a class of its module that knows no Keras; here it is joined with Keras's own class.
"""

from __future__ import annotations

import importlib
import types
from typing import Any

# Where what a callback does stands.
HOMES = {
    "WandbCallback": "callback",
    "WandbEvalCallback": "eval_callback",
    "WandbMetricsLogger": "metrics_logger",
    "WandbModelCheckpoint": "model_checkpoint",
}
_made: dict[tuple[str, str], type] = {}


def derived(name: str, tree: types.ModuleType) -> type:
    """Return the callback `name` as a class of `tree`."""
    found = _made.get((tree.__name__, name))
    if found is None:
        body: Any = getattr(importlib.import_module(f"trailmark.keras.{HOMES[name]}"), name)
        host = getattr(tree.callbacks, body.host)
        about = {"__module__": "trailmark.keras", "__doc__": body.__doc__, "tree": tree.__name__}
        made = types.new_class(name, (body, host), exec_body=lambda space: space.update(about))
        found = _made.setdefault((tree.__name__, name), made)
    return found


def is_made(kind: type) -> bool:
    """Whether `kind` is one of the classes made here, not one that a user derived from it."""
    return kind in _made.values()


def remade(tree: str, name: str) -> Any:
    """Return an empty callback, for pickle: of the tree that it was of, in whatever order things are imported here."""
    kind: Any = derived(name, importlib.import_module(tree))
    return kind.__new__(kind)
