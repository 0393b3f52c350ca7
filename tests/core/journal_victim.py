"""A process that logs until it is killed, and tells in shared memory which rows were acknowledged.

Arguments: the run's directory, the file of counters, and how many processes and threads of each there are. Each thread
logs rows with its number and a count from 1, and after each stores the count at its place of the counters, 8 bytes a
thread. Every tenth row is no packed one, and every hundredth has a key set of its own.
"""

from __future__ import annotations

import mmap
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from trailmark.journal.records import Header, Row
from trailmark.journal.writer import Writer


def main(directory: str, counters: str, processes: int, threads: int) -> None:
    """Open the run, fork, and log for ever."""
    writer = Writer(Path(directory), Header(run="r1", writer="w", time=time.time()))
    writer.open()
    shared = mmap.mmap(os.open(counters, os.O_RDWR), 8 * processes * threads)
    place = 0
    for number in range(1, processes):
        if os.fork() == 0:
            place = number
            break
    loggers = [
        threading.Thread(target=log_for_ever, args=(writer, shared, place * threads + thread))
        for thread in range(threads)
    ]
    for logger in loggers:
        logger.start()
    for logger in loggers:
        logger.join()


def log_for_ever(writer: Writer, shared: mmap.mmap, number: int) -> None:
    """Log rows of one thread, and acknowledge each in its place."""
    counts = memoryview(shared).cast("Q")
    count = 0
    while True:
        count += 1
        log(writer, number, count)
        counts[number] = count


def log(writer: Writer, number: int, count: int) -> None:
    """Log one row."""
    if count % 10 == 0:
        writer.append(Row(step=count, time=time.time(), data={"thread": number, "count": count, "note": "x" * 50}))
        return
    data: dict[str, Any] = {"thread": number, "count": count}
    if count % 100 == 1:
        data[f"key{count}"] = 0
    with writer.lock:
        layout = writer.layout(tuple(data), "i" * len(data))
        if layout is None:
            raise SystemExit("the disk refused a key set")
        writer.append_row(layout, count, time.time(), tuple(data.values()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
