"""A process that logs versions of one artifact until it is killed, or as many as it is told.

Arguments: the root, a folder of files at rest, a word, and how many versions (0: for ever). Each version has the files
of the folder, which are linked, two new ones, which are copied, and an alias of its own; every fifth is one that was
there already. What was logged is told on stdout: the version and its alias.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

from trailmark.artifacts import staging
from trailmark.artifacts.artifact import Artifact


def main(root: str, files: str, word: str, count: int) -> None:
    """Log."""
    staging.home = lambda: Path(root)
    for number in itertools.count() if count == 0 else range(count):
        draft = Artifact("x", "dataset")
        draft.add_dir(files)
        which = 0 if number % 5 == 4 else number
        for name in ("new", "large"):
            with draft.new_file(name) as file:
                file.write(f"{word} {which} {name}" * (1 if name == "new" else 100_000))
        version = draft.commit(root, "p", aliases=[f"{word}-{number}"])
        os.write(1, f"{version.version} {word}-{number}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
