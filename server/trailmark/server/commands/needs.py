"""What the server's commands need beyond the base installation, and what is said where it is missing."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from trailmark.errors import MissingPackageError

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = frozenset(
    ("alembic", "fastapi", "pydantic", "regex", "sqlalchemy", "starlette", "uvicorn", "watchfiles", "zstandard")
)


@contextlib.contextmanager
def server_packages(purpose: str) -> Iterator[None]:
    """Turn the failing import of a package of the extra ``server`` into the error that says what to install.

    Raises:
        MissingPackageError: one of the packages is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in PACKAGES:
            raise
        raise MissingPackageError("trailmark[server]", purpose) from error
