"""The version of the package, read by the build and by `trailmark --version`."""

__version__ = "0.1.0"
