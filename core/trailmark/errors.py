"""Every exception that Trailmark raises on purpose.

Error:
├── UsageError                 a call that cannot be right; the message says what to do instead
│   ├── NoRunError             a function that needs a run was called before `init`
│   ├── RunFinishedError       a finished run was asked to record something
│   ├── LogTypeError           `log` got something that is not a mapping of str keys (also a TypeError)
│   ├── TooLargeError          a value is larger than a journal takes (also a ValueError)
│   ├── MediaError             an image, a table, … cannot be made of what was given, or not be read (also a ValueError)
│   ├── ArtifactError          an artifact cannot be made, found or read as asked (also a ValueError)
│   └── SettingsError          a setting has a value that it cannot have
├── ConfigError                a config value would change without `allow_val_change`
├── RunNotFoundError           no run, or more than one, has the name that was asked for
├── CommError                  a server did not answer, or refused
├── MissingPackageError        an optional package is needed (also an ImportError); the message has the pip command
└── JournalError               a journal cannot be read as one
    └── UnsupportedVersionError   it was written in a format newer than this version of Trailmark
"""

from __future__ import annotations


class Error(Exception):
    """The root of all errors that Trailmark raises on purpose."""


class UsageError(Error):
    """A call that cannot be right; the message says what to do instead."""


class NoRunError(UsageError):
    """A function that needs a run was called before `init`."""


class RunFinishedError(UsageError):
    """A finished run was asked to record something."""


class LogTypeError(UsageError, TypeError):
    """`log` got something that is not a mapping of str keys."""


class TooLargeError(UsageError, ValueError):
    """A value is larger than a journal takes."""


class MediaError(UsageError, ValueError):
    """An image, a table, … cannot be made of what was given, or not be read."""


class ArtifactError(UsageError, ValueError):
    """An artifact cannot be made, found or read as it was asked for."""


class SettingsError(UsageError):
    """A setting has a value that it cannot have."""


class ConfigError(Error):
    """A config value would change without `allow_val_change`."""


class RunNotFoundError(Error):
    """No run, or more than one, has the name that was asked for."""


class CommError(Error):
    """A server did not answer, or refused."""


class MissingPackageError(Error, ImportError):
    """An optional package is needed; the message has the pip command."""

    def __init__(self, package: str, purpose: str) -> None:
        shown = f"'{package}'" if "[" in package else package  # shells take brackets for patterns
        super().__init__(f"{purpose} needs the package {package!r}: run `pip install {shown}`")


class JournalError(Error):
    """A journal cannot be read as one."""


class UnsupportedVersionError(JournalError):
    """The journal was written in a format newer than this version of Trailmark."""
