"""Fill a root with runs of every kind: what a person would have after a day of training, small.

python showcase.py ROOT
"""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np

import trailmark

PROJECT = "digits"
STEPS = 120
SPIKE = 123_457  # the step of the one point of the long run that stands out
SETTINGS = {"silent": True, "system_interval_s": 0.2, "requirements": True, "save_code": True}
TRIALS = {
    "alpha": {"lr": 0.1, "layers": 2, "model": "vit", "optimizer": {"name": "adam", "beta": 0.9}},
    "beta": {"lr": 0.03, "layers": 4, "model": "vit", "optimizer": {"name": "adam", "beta": 0.99}},
    "gamma": {"lr": 0.01, "layers": 2, "model": "resnet", "optimizer": {"name": "sgd", "beta": 0.0}},
    "delta": {"lr": 0.003, "layers": 8, "model": "resnet", "optimizer": {"name": "sgd", "beta": 0.0}},
}
PLOTLY = {"data": [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}], "layout": {"title": {"text": "A Plotly figure"}}}


def train(root: str, name: str, config: dict[str, object]) -> None:
    """Train one model, which gets better in a wavering way."""
    noise = np.random.default_rng(sum(map(ord, name)))
    tags = ["baseline", "small"] if name == "alpha" else ["small"]
    with trailmark.init(
        project=PROJECT,
        id=name,
        name=f"{name} run",
        config=config,
        tags=tags,
        group=str(config["model"]),
        notes=f"How *{name}* went.",
        dir=root,
        settings=SETTINGS,
        reinit="finish_previous",
    ) as run:
        run.define_metric("val/*", step_metric="epoch")
        run.define_metric("val/accuracy", step_metric="epoch", summary="max")
        rate = float(str(config["lr"]))
        for step in range(STEPS):
            loss = math.exp(-step * rate / 4) + 0.05 * noise.random()
            run.log({"train/loss": loss, "train/lr": rate * (1 - step / STEPS), "grad_norm": 1 / (step + 1)})
            if step % 20 == 0:
                epoch = step // 20
                run.log({"epoch": epoch, "val/accuracy": 1 - loss / 2, "val/loss": loss * 1.1}, commit=False)
                run.log(pictures(noise, epoch), commit=False)
                print(f"\x1b[32mepoch {epoch}\x1b[0m loss {loss:.4f}")
        print("a warning that one looks for", file=sys.stderr)
        run.log(results(noise))
        use_artifacts(run, root)
        run.summary["parameters"] = 1000 * int(str(config["layers"]))
    with trailmark.init(project=PROJECT, id=name, resume="must", dir=root, settings={**SETTINGS, "system": False}):
        pass


def pictures(noise: np.random.Generator, epoch: int) -> dict[str, object]:
    """Return what is logged in every epoch: images with boxes and masks, and histograms."""
    pixels = noise.integers(0, 255, (32, 48, 3), dtype=np.uint8)
    mask = np.zeros((32, 48), np.uint8)
    mask[8:24, 8:24] = 1
    labels = {0: "nothing", 1: "digit"}
    box = {
        "position": {"minX": 0.1, "maxX": 0.6, "minY": 0.2, "maxY": 0.8},
        "class_id": 1,
        "box_caption": "a digit",
        "scores": {"confidence": 0.9},
    }
    image = trailmark.Image(
        pixels,
        caption=f"epoch {epoch}",
        masks={"prediction": {"mask_data": mask, "class_labels": labels}},
        boxes={"truth": {"box_data": [box], "class_labels": labels}},
    )
    return {
        "samples": [image, trailmark.Image(pixels[::-1])],
        "weights": trailmark.Histogram(noise.normal(epoch, 1, 500)),
    }


def results(noise: np.random.Generator) -> dict[str, object]:
    """Return what is logged at the end: one of each kind of media."""
    table = trailmark.Table(columns=["image", "guess", "probability"])
    for row in range(60):
        table.add_data(trailmark.Image(noise.integers(0, 255, (8, 8), dtype=np.uint8)), f"digit {row % 10}", row / 60)
    truth = noise.integers(0, 3, 90)
    rate = 8000
    tone = np.sin(np.arange(rate) * 440 * 2 * math.pi / rate) * 0.3
    return {
        "predictions": table,
        "confusion": trailmark.plot.confusion_matrix(y_true=truth, preds=(truth + (noise.random(90) < 0.2)) % 3),
        "figure": trailmark.Plotly(PLOTLY),
        "page": trailmark.Html("<h1>A page</h1><script>document.title='taken over'</script>"),
        "tone": trailmark.Audio(tone, sample_rate=rate, caption="a tone"),
        "points": trailmark.Object3D(noise.random((100, 3))),
        "remark": "a text that was logged",
    }


def use_artifacts(run: trailmark.Run, root: str) -> None:
    """Use the data, and keep a model."""
    data = Path(root, "..", "data.txt")
    data.write_text("0 1 2\n")
    dataset = trailmark.Artifact("digits-data", type="dataset")
    dataset.add_file(str(data))
    run.use_artifact(dataset) if run.id != "alpha" else run.log_artifact(dataset)
    model = trailmark.Artifact("classifier", type="model", metadata={"of": run.name})
    with model.new_file("weights.txt") as file:
        file.write(f"weights of {run.name}\n")
    run.log_artifact(model, aliases=[run.id])
    Path(run.dir, "notes.md").write_text("# Notes\nwritten by the run\n")


def others(root: str) -> None:
    """Add runs that ended otherwise, and one that is long."""
    quiet = {**SETTINGS, "system": False}
    failed = trailmark.init(project=PROJECT, id="failed", config={"lr": 1.0, "model": "vit"}, dir=root, settings=quiet)
    failed.log({"train/loss": float("nan")})
    failed.finish(exit_code=1)
    code = (
        f"import os, trailmark; run = trailmark.init(project={PROJECT!r}, id='crashed', dir={root!r});"
        "run.log({'train/loss': 0.5}); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False, stderr=subprocess.DEVNULL)
    with trailmark.init(project="long", id="million", dir=root, settings=quiet) as run:
        for step in range(1_000_000):
            run.log({"loss": 100.0 if step == SPIKE else 1 / (1 + step / 1000)})


def main() -> None:
    """Fill the root that is given."""
    root = sys.argv[1]
    for name, config in TRIALS.items():
        train(root, name, dict(config))
    others(root)


if __name__ == "__main__":
    main()
