"""Marks this folder for tools; `core/` comes first on the path and its package is the one imported."""

raise ImportError("put core/ before this folder on sys.path")
