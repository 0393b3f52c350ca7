"""Train a small CNN with fastai on pictures of scikit-learn's digits; predictions and the best model are in the run.

pip install trailmark fastai
python fastai_digits.py
"""

import tempfile
from pathlib import Path

import numpy as np
from fastai.vision.all import (
    ConvLayer,
    EarlyStoppingCallback,
    Flatten,
    ImageDataLoaders,
    Learner,
    PILImageBW,
    accuracy,
    nn,
    set_seed,
)
from PIL import Image
from sklearn.datasets import load_digits

import trailmark
from trailmark.fastai import WandbCallback

set_seed(0)
digits = load_digits()

with tempfile.TemporaryDirectory() as folder:
    paths = []
    for number, (pixels, label) in enumerate(zip(digits.images[:400], digits.target, strict=False)):
        paths.append(Path(folder, f"{label}_{number}.png"))
        Image.fromarray(np.uint8(pixels * 255 / 16)).save(paths[-1])

    dls = ImageDataLoaders.from_lists(
        folder,
        paths,
        [path.name[0] for path in paths],
        img_cls=PILImageBW,
        valid_pct=0.25,
        seed=0,
        bs=32,
        num_workers=0,
    )
    model = nn.Sequential(ConvLayer(1, 16), ConvLayer(16, 32, stride=2), Flatten(), nn.Linear(512, dls.c))
    learn = Learner(dls, model, metrics=accuracy, cbs=WandbCallback(log_model=True, model_name="digits"))

    with trailmark.init(project="fastai-digits", tags=["example"]) as run:
        learn.fit_one_cycle(4, 1e-2, cbs=EarlyStoppingCallback(patience=2))
        print(f"validation accuracy: {run.summary['accuracy']:.1%}")
