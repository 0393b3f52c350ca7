"""How urgent an alert is."""

from __future__ import annotations

import enum


class AlertLevel(str, enum.Enum):
    """How urgent an alert is; the values are W&B's."""

    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"
