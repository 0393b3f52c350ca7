# For pyright, where torch is not installed: without this it would take the adapter of that name for torch.

from typing import Any

def __getattr__(name: str) -> Any: ...
