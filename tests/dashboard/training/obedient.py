"""A training script that does what it is told: each line of its standard input is what to log, as JSON.

It answers each line with another one. `{"!": "finish"}` ends it.

python obedient.py ROOT PROJECT ID
"""

from __future__ import annotations

import json
import sys

import trailmark


def main() -> None:
    """Log until the input ends."""
    root, project, name = sys.argv[1:]
    settings = {"silent": True, "console": "off", "system": False, "requirements": False, "git": False}
    with trailmark.init(project=project, id=name, dir=root, config={"told": True}, settings=settings) as run:
        print("begun", flush=True)
        for line in sys.stdin:
            told = json.loads(line)
            if "!" in told:
                break
            run.log(told)
            print("logged", flush=True)


if __name__ == "__main__":
    main()
