"""Reading: runs, found and filtered, and what they logged. `docs/reading.md` is the guide.

Nothing here needs a run of its own or a server; all of it works on the journals of a root.
"""

from __future__ import annotations

from trailmark.api.api import Api

__all__ = ["Api"]
