"""What logging an image costs the training loop, and what is paid afterwards.

Each step makes the tracker's image of an array of 1024 x 1024 x 3 and logs it, timed apart and together, since
some trackers compress when the image is made, some when it is logged, and some later. The picture is smooth with noise,
as photographs are. `total` is from the first call to the end of `finish`, so that work put off is seen too. Making an
image copies the array into new memory, which can take longer than the copy itself: the system has to clear it first.
"""

from __future__ import annotations

import gc
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from harness import OURS, Bar, Benchmark, answer, median, parser, ratio, scratch, work
from trackers import TRACKERS

SIDE = 1024
IMAGES = 40
CASES = {"uint8": "an image of 1024 x 1024 x 3, uint8", "float32": "an image of 1024 x 1024 x 3, float32 in [0, 1]"}
ONLY_BYTES = {"trackio"}  # takes uint8 alone


def make_image(case: str, number: int) -> np.ndarray[Any, Any]:
    """Return picture `number`, (SIDE, SIDE, 3), RGB."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    waves = [np.sin(3 * x + number + k) * np.cos(4 * y + k) for k in range(3)]
    noise = np.random.default_rng(number).normal(scale=0.02, size=(SIDE, SIDE, 3))
    pixels = np.clip(np.stack(waves, axis=2) / 2 + 0.5 + noise, 0, 1)
    return (pixels * 255).astype(np.uint8) if case == "uint8" else pixels.astype(np.float32)


def measure(case: str, tracker_name: str, folder: Path) -> dict[str, Any]:
    """Log images in this process, and return times."""
    tracker = TRACKERS[tracker_name]
    tracker.load()
    log = tracker.begin(folder)
    log({"image": tracker.image(make_image(case, IMAGES))})  # what is imported then is paid once
    pictures = [make_image(case, number) for number in range(IMAGES)]
    making, logging = [], []
    gc.collect()
    clock = time.perf_counter_ns
    begun = clock()
    for pixels in pictures:
        before = clock()
        image = tracker.image(pixels)
        made = clock()
        log({"image": image})
        logging.append(clock() - made)
        making.append(made - before)
        del image
    tracker.finish()
    ended = clock()
    together = [sum(pair) for pair in zip(making, logging, strict=True)]
    return {
        "make_ms": statistics.median(making) / 1e6,
        "log_ms": statistics.median(logging) / 1e6,
        "p50_ms": statistics.median(together) / 1e6,
        "max_ms": max(together) / 1e6,
        "total_s": (ended - begun) / 1e9,
    }


def run(benchmark: Benchmark) -> None:
    """Measure every case in rounds."""
    for case, title in CASES.items():
        refusing = ONLY_BYTES if case != "uint8" else set()
        names = [name for name in benchmark.present if TRACKERS[name].has_images and name not in refusing]
        results: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        benchmark.results[case] = results
        for number in range(benchmark.arguments.rounds):
            for name in (name for name in benchmark.order(number) if name in results):
                benchmark.say(f"{case}: round {number + 1}, {name}")
                with scratch() as place:
                    folder = Path(place) / "data"
                    result = work(__file__, folder, case=case, tracker=name)
                    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
                    result["mb"] = sum(path.stat().st_size for path in files) / 1e6
                results[name].append(result)
        ours = median(results[OURS], "p50_ms")
        rows = {
            name: [
                f"{median(rounds, 'make_ms'):.2f}",
                f"{median(rounds, 'log_ms'):.2f}",
                f"{median(rounds, 'p50_ms'):.2f}",
                ratio(median(rounds, "p50_ms"), ours),
                f"{median(rounds, 'max_ms'):.1f}",
                f"{median(rounds, 'total_s'):.2f}",
                f"{median(rounds, 'mb'):.0f}",
            ]
            for name, rounds in results.items()
        }
        benchmark.table(f"log(): {title}", ["make ms", "log ms", "p50 ms", "/ours", "max ms", "total s", "MB"], rows)


def bars(benchmark: Benchmark) -> list[Bar]:
    """Return what is asked of the call."""
    rounds = benchmark.results["uint8"][OURS]
    return [
        Bar("log() of an image, uint8, p50", median(rounds, "log_ms"), 2, "ms"),
        Bar("making the image and log(), uint8, p50", median(rounds, "p50_ms"), 2, "ms"),
    ]


def main() -> None:
    """Run the benchmark, or one worker of it."""
    arguments = parser(__doc__ or "", rounds=3).parse_args()
    if arguments.worker:
        task = arguments.worker
        answer(measure(task["case"], task["tracker"], Path(task["folder"])))
        return
    Benchmark("media", arguments).complete(run, bars)


if __name__ == "__main__":
    main()
