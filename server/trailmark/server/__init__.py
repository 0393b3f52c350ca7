"""The server: an index of the journals in a root, an HTTP interface to it, and the dashboard.

It reads journals and never a run. What it needs beyond the base installation is the extra ``server``.
"""
