"""Artifacts: named, versioned sets of files, kept by content below a root."""
