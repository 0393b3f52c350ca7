"""Tests of the samples of predictions, for each kind of task, against what fastai predicts for the same items."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import torch
from fastai.basics import (
    CategoryBlock,
    ColReader,
    DataBlock,
    DataLoader,
    DataLoaders,
    FetchPredsCallback,
    IndexSplitter,
    L,
    Learner,
    MSELossFlat,
    MultiCategoryBlock,
    RegressionBlock,
    nn,
)
from fastai.callback.progress import no_bar  # noqa: F401 (a method of learners)
from fastai.collab import CollabDataLoaders, collab_learner
from fastai.data.transforms import Normalize
from fastai.losses import CrossEntropyLossFlat
from fastai.tabular.all import Categorify, FillMissing, TabularDataLoaders, tabular_learner
from fastai.tabular.all import Normalize as NormalizeColumns
from fastai.text.all import BaseTokenizer, TextBlock
from fastai.vision.all import BBoxBlock, BBoxLblBlock, ImageBlock, MaskBlock, PointBlock, imagenet_stats
from PIL import Image

import trailmark
from trailmark.fastai import WandbCallback

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

SIDE = 16
VALID = range(4, 14)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Return 24 pictures of seeded noise, in files."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (24, SIDE, SIDE, 3), dtype=np.uint8)
    paths = [folder / f"{number:02}.png" for number in range(len(noise))]
    for path, array in zip(paths, noise, strict=True):
        Image.fromarray(array).save(path)
    return paths


@pytest.fixture
def loaders(pictures: list[Path]) -> Callable[..., Any]:
    """Make loaders of the pictures for blocks of fastai."""

    def loaders(*blocks: Any, **arguments: Any) -> Any:
        block = DataBlock(
            blocks=blocks,
            get_items=lambda _: L(pictures),
            splitter=IndexSplitter(VALID),
            batch_tfms=Normalize.from_stats(*imagenet_stats),
            **arguments,
        )
        return block.dataloaders(pictures[0].parent, bs=8, num_workers=0)

    return loaders


@pytest.fixture
def logged(begin: Callable[..., Run], root: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Train a learner for an epoch and return what was logged; nothing may have gone wrong."""

    def logged(learn: Learner, warned: str | None = None, **arguments: Any) -> Any:
        run = begin()
        with learn.no_bar():
            learn.fit(1, cbs=WandbCallback(n_preds=6, **arguments))
        run.finish()
        said = capsys.readouterr().err
        assert (warned or "could not be") in said if warned else "could not be" not in said
        return trailmark.Api(root).run(run.path)

    return logged


def network(outputs: int) -> nn.Module:
    """Return a tiny network from pictures to numbers."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, outputs)
    )


def table_of(run: Any) -> trailmark.Table:
    """Return the table of predictions."""
    found: list[trailmark.Table] = run.series("Prediction_Samples").value
    assert len(found) == 1
    return found[0]


def drawn(count: int = 6, of: int = len(VALID)) -> list[int]:
    """Return the numbers of the items that are drawn, by the rule of W&B's callback."""
    return random.Random(12345).sample(range(of), count)


def predicted(learn: Learner) -> tuple[Any, Any]:
    """Return what fastai itself predicts for the drawn items, raw and decoded."""
    with learn.no_bar():
        preds, _, decoded = learn.get_preds(with_decoded=True)
    return preds[drawn()], decoded[drawn()]


def test_image_classes(loaders: Callable[..., Any], logged: Callable[..., Any], pictures: list[Path]) -> None:
    """Each row has the picture, the class and the predicted class, of the items that W&B would draw."""
    dls = loaders(ImageBlock, CategoryBlock, get_y=lambda path: "ab"[int(path.stem) % 2])
    learn = Learner(dls, network(2))
    table = table_of(logged(learn))
    assert table.columns == ["Input image", "Ground_Truth", "Predictions"]
    items = [pictures[VALID[number]] for number in drawn()]
    assert table.get_column("Ground_Truth") == ["ab"[int(path.stem) % 2] for path in items]
    assert table.get_column("Predictions") == [dls.vocab[number] for number in predicted(learn)[1]]
    for path, image in zip(items, table.get_column("Input image"), strict=True):
        assert np.abs(image.numpy().astype(int) - np.asarray(Image.open(path))).max() <= 1  # scaled and back again


def test_several_labels(loaders: Callable[..., Any], logged: Callable[..., Any]) -> None:
    """Several labels of a picture are one text, as fastai shows them."""
    names = ["cat", "dog", "fox"]
    dls = loaders(ImageBlock, MultiCategoryBlock, get_y=lambda path: names[: int(path.stem) % 4])
    learn = Learner(dls, network(3))
    table = table_of(logged(learn))
    truth = [";".join(names[: VALID[number] % 4]) for number in drawn()]
    assert table.get_column("Ground_Truth") == truth
    guesses = [";".join(np.array(list(dls.vocab))[row.numpy().astype(bool)]) for row in predicted(learn)[1]]
    assert table.get_column("Predictions") == guesses


def test_a_number_of_a_picture(loaders: Callable[..., Any], logged: Callable[..., Any]) -> None:
    """Numbers stand below the pictures, under W&B's three keys."""
    learn = Learner(loaders(ImageBlock, RegressionBlock, get_y=lambda path: float(path.stem)), network(1))
    run = logged(learn)
    assert [image.caption for image in run.series("Ground_Truth").value[0]] == [
        f"Ground_Truth: {VALID[n]:.1f}" for n in drawn()
    ]
    told = [float(image.caption.split(": ")[1]) for image in run.series("Predictions").value[0]]
    assert told == pytest.approx(predicted(learn)[0].flatten().tolist())
    assert len(run.series("Inputs").value[0]) == 6


def test_points(loaders: Callable[..., Any], logged: Callable[..., Any]) -> None:
    """Points are drawn on the pictures where they are."""
    dls = loaders(ImageBlock, PointBlock, get_y=lambda _: torch.tensor([[3.0, 10.0]]))
    run = logged(Learner(dls, network(2), loss_func=MSELossFlat()))
    for image in run.series("Ground_Truth").value[0]:
        assert image.numpy()[10, 3].tolist() == [255, 0, 0]
    assert len(run.series("Predictions").value[0]) == 6


def test_segmentation(loaders: Callable[..., Any], logged: Callable[..., Any], pictures: list[Path]) -> None:
    """True and predicted masks are kept as ids with the names of the classes."""

    def truth(path: Path | str) -> Any:
        return (np.asarray(Image.open(path))[..., 0] > 100).astype(np.uint8)

    dls = loaders(
        ImageBlock, MaskBlock(codes=["ground", "sky"]), get_y=lambda path: truth(str(path))
    )  # fastai reads annotations, and would need Path for it
    learn = Learner(dls, nn.Conv2d(3, 2, 1))
    table = table_of(logged(learn))
    assert table.columns == ["Input Image", "Ground_Truth", "Predictions"]
    guesses = predicted(learn)[1]
    for row, number in enumerate(drawn()):
        mask = table.get_column("Ground_Truth")[row].masks["Ground_Truth"]
        assert (mask.mask_data == truth(pictures[VALID[number]])).all()
        assert mask.class_labels == {0: "ground", 1: "sky"}
        assert (table.get_column("Predictions")[row].masks["Prediction"].mask_data == guesses[row].numpy()).all()


def test_pictures_of_pictures(loaders: Callable[..., Any], logged: Callable[..., Any], pictures: list[Path]) -> None:
    """A model that makes pictures has them logged beside inputs and truths."""
    run = logged(
        Learner(loaders(ImageBlock, ImageBlock, get_y=lambda path: path), nn.Conv2d(3, 3, 1), loss_func=MSELossFlat())
    )
    truth = run.series("Ground_Truth").value[0]
    assert np.abs(truth[0].numpy().astype(int) - np.asarray(Image.open(pictures[VALID[drawn()[0]]]))).max() <= 1
    assert run.series("Predictions").value[0][0].numpy().shape == (SIDE, SIDE, 3)


class Detector(nn.Module):
    """Two boxes a picture, with scores for three classes."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes, self.classes = network(8), network(6)

    def forward(self, pictures: Any) -> tuple[Any, Any]:
        """Return boxes (items, 2, 4) and scores (items, 2, 3)."""
        return self.boxes(pictures).view(-1, 2, 4).tanh(), self.classes(pictures).view(-1, 2, 3)


def detection(loaders: Callable[..., Any]) -> Any:
    """Return loaders of pictures with two objects."""
    boxes = [[1, 2, 9, 6], [2, 4, 8, 12]]
    return loaders(ImageBlock, BBoxBlock, BBoxLblBlock, n_inp=1, get_y=[lambda _: boxes, lambda _: ["cat", "dog"]])


def test_objects(loaders: Callable[..., Any], logged: Callable[..., Any]) -> None:
    """True and predicted boxes are kept as boxes, with the names of the classes and scores."""
    learn = Learner(detection(loaders), Detector(), loss_func=lambda preds, *_: preds[0].mean())
    table = table_of(logged(learn))
    truth = table.get_column("Ground_Truth")[0].boxes["Ground_Truth"]
    first, second = (box["position"] for box in truth.box_data)
    assert [first[key] * SIDE for key in ("minX", "minY", "maxX", "maxY")] == pytest.approx([1, 2, 9, 6], abs=1e-4)
    assert [second[key] * SIDE for key in ("minX", "minY", "maxX", "maxY")] == pytest.approx([2, 4, 8, 12], abs=1e-4)
    assert [truth.class_labels[box["class_id"]] for box in truth.box_data] == ["cat", "dog"]
    pictures = learn.dls.valid.new(shuffle=False, get_idxs=drawn, bs=6).one_batch()[0]
    with torch.no_grad():
        boxes, scores = learn.model(pictures)
    for row, found in enumerate(table.get_column("Predictions")):
        data = found.boxes["Prediction"].box_data
        kept = [n for n in range(2) if scores[row, n].argmax() > 0]  # class 0 is none
        assert [box["class_id"] for box in data] == scores[row, kept].argmax(-1).tolist()
        assert [box["scores"]["score"] for box in data] == pytest.approx(scores[row, kept].amax(-1).tolist(), abs=1e-5)
        assert [box["position"]["minX"] for box in data] == pytest.approx(
            ((boxes[row, kept, 0] + 1) / 2).tolist(), abs=1e-5
        )


def test_objects_of_a_model_without_boxes(loaders: Callable[..., Any], logged: Callable[..., Any]) -> None:
    """A model whose outputs are no boxes still has the true ones logged, and a warning says so."""
    learn = Learner(detection(loaders), network(2), loss_func=lambda preds, *_: preds.mean())
    table = table_of(logged(learn, warned="only true boxes are shown"))
    assert len(table.get_column("Ground_Truth")[0].boxes["Ground_Truth"].box_data) == 2
    assert table.get_column("Predictions")[0].boxes["Prediction"].box_data == []


def texts() -> Any:
    """Return 40 short texts with labels; the last quarter is for validation."""
    rows = [
        {"words": f"film number {n} was {'good' if n % 2 else 'bad'}", "tone": "pos" if n % 2 else "neg"}
        for n in range(40)
    ]
    return pd.DataFrame(rows)


class Bag(nn.Module):
    """Classifies a text by the words in it."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.words, self.tone = nn.EmbeddingBag(words, 4), nn.Linear(4, 2)

    def forward(self, text: Any) -> Any:
        """Return the scores of two classes."""
        return self.tone(self.words(torch.Tensor(text).long()))


def test_text_classes(logged: Callable[..., Any]) -> None:
    """Each row has the text, its class and the predicted class."""
    text = TextBlock.from_df("words", tok=BaseTokenizer(), min_freq=1, seq_len=8)
    block = DataBlock(
        blocks=(text, CategoryBlock),
        get_x=ColReader("text"),
        get_y=ColReader("tone"),
        splitter=IndexSplitter(range(30, 40)),
    )
    dls = block.dataloaders(texts(), bs=8, num_workers=0)
    table = table_of(logged(Learner(dls, Bag(len(dls.vocab[0])))))
    assert table.columns == ["Text", "Target", "Prediction"]
    for number, text_, target in zip(drawn(), table.get_column("Text"), table.get_column("Target"), strict=True):
        row = texts().iloc[30 + number]
        assert row["words"] in text_
        assert target == row["tone"]
    assert {*table.get_column("Prediction")} <= {"pos", "neg"}


@pytest.mark.parametrize("bs", [4, 3])
def test_language_models(logged: Callable[..., Any], bs: int) -> None:
    """Each row has a text, the text one word on, and the predicted words; odd remainders are no obstacle."""
    text = TextBlock.from_df("words", tok=BaseTokenizer(), min_freq=1, seq_len=8, is_lm=True)
    block = DataBlock(blocks=text, get_x=ColReader("text"), splitter=IndexSplitter(range(30, 40)))
    dls = block.dataloaders(texts(), bs=bs, seq_len=7, num_workers=0)
    model = nn.Sequential(nn.Embedding(len(dls.vocab), 4), nn.Linear(4, len(dls.vocab)))
    table = table_of(logged(Learner(dls, model, loss_func=CrossEntropyLossFlat())))
    assert 1 <= len(table) <= 6
    for source, target, guess in zip(
        *(table.get_column(name) for name in ("Text", "Target", "Prediction")), strict=True
    ):
        assert source.split()[1:] == target.split()[:-1]
        assert len(guess.split()) == len(target.split())


def frame() -> Any:
    """Return 40 rows with a category, a number, a class and a value."""
    return pd.DataFrame(
        {
            "colour": ["red", "green"] * 20,
            "size": np.arange(40.0),
            "kind": ["high", "low"] * 20,
            "value": np.arange(40.0) * 2,
        }
    )


@pytest.mark.parametrize("target", ["kind", "value"])
def test_tables(logged: Callable[..., Any], target: str) -> None:
    """Each row is that of the data frame as it was given, with the prediction beside it."""
    dls = TabularDataLoaders.from_df(
        frame(),
        procs=[Categorify, FillMissing, NormalizeColumns],
        cat_names=["colour"],
        cont_names=["size"],
        y_names=target,
        bs=8,
        valid_idx=list(range(10)),
    )
    learn = tabular_learner(dls, layers=[4])
    table = table_of(logged(learn))
    assert table.columns == ["colour", "size", target, f"{target}_pred"]
    truth = frame().iloc[drawn()]
    assert table.get_column("colour") == truth["colour"].tolist()
    assert table.get_column("size") == pytest.approx(truth["size"].tolist(), abs=1e-4)
    guesses = table.get_column(f"{target}_pred")
    if target == "kind":
        assert table.get_column("kind") == truth["kind"].tolist()
        assert guesses == [dls.vocab[number] for number in predicted(learn)[1].flatten().tolist()]
    else:
        assert guesses == pytest.approx(predicted(learn)[0].flatten().tolist())


def test_collaborative_filtering(logged: Callable[..., Any]) -> None:
    """Each row has user, item, rating and the predicted rating."""
    ratings = pd.DataFrame(
        {"user": np.arange(60) % 7, "title": [f"t{n % 5}" for n in range(60)], "rating": np.arange(60) % 5 * 1.0}
    )
    dls = CollabDataLoaders.from_df(ratings, bs=8, seed=1)
    learn = collab_learner(dls, n_factors=4, y_range=(0, 5.5))
    table = table_of(logged(learn))
    assert table.columns == ["user", "title", "rating", "rating_pred"]
    with learn.no_bar():
        preds = learn.get_preds()[0][drawn(of=len(dls.valid_ds))]
    assert table.get_column("rating_pred") == pytest.approx(preds.flatten().tolist(), abs=1e-5)
    assert all(title.startswith("t") for title in table.get_column("title"))


def test_what_no_task_fits_is_shown_item_by_item(learner: Callable[..., Any], logged: Callable[..., Any]) -> None:
    """Plain tensors are texts and numbers in a table, equal to what fastai predicts."""
    learn = learner(valid=len(VALID))
    table = table_of(logged(learn))
    assert table.columns == ["Input", "Ground_Truth", "Predictions"]
    guesses = [eval(text) if isinstance(text, str) else text for text in table.get_column("Predictions")]
    assert np.ravel(guesses) == pytest.approx(predicted(learn)[0].flatten().tolist())


def test_models_that_return_several_things(learner: Callable[..., Any], logged: Callable[..., Any]) -> None:
    """Each of several outputs has its column."""

    class Twins(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = nn.Linear(3, 1)

        def forward(self, x: Any) -> tuple[Any, Any]:
            return self.one(x), -self.one(x)

    learn = learner()
    learn.model, learn.loss_func = Twins(), lambda preds, target: (preds[0] - target).abs().mean()
    assert table_of(logged(learn)).columns == ["Input", "Ground_Truth", "Predictions", "Predictions 2"]


def test_loaders_of_torch(logged: Callable[..., Any]) -> None:
    """Loaders that are torch's own have their first items shown."""
    data = torch.utils.data.TensorDataset(torch.arange(24.0).view(-1, 3), torch.zeros(8, 1))
    dls = DataLoaders(*(torch.utils.data.DataLoader(data, batch_size=4) for _ in range(2)))
    table = table_of(logged(Learner(dls, nn.Linear(3, 1), loss_func=MSELossFlat())))
    assert table.get_column("Input")[0] == "[0.0, 1.0, 2.0]"
    assert len(table) == 6


def test_a_loader_of_the_users_own(learner: Callable[..., Any], logged: Callable[..., Any]) -> None:
    """With `valid_dl` its first items are shown, and its order stays its own."""
    learn = learner()
    own = DataLoader(torch.utils.data.TensorDataset(torch.arange(30.0).view(-1, 3), torch.zeros(10, 1)), bs=4)
    table = table_of(logged(learn, valid_dl=own))
    assert table.get_column("Input")[:2] == ["[0.0, 1.0, 2.0]", "[3.0, 4.0, 5.0]"]
    assert len(table) == 6


def test_every_epoch(learner: Callable[..., Any], begin: Callable[..., Run], root: Path) -> None:
    """With `log_preds_every_epoch` there is a table at the last step of each epoch; with `log_preds=False` none."""
    runs = [begin(), begin(reinit="create_new")]
    learner().fit(
        3, cbs=[WandbCallback(log_preds_every_epoch=True, run=runs[0]), WandbCallback(log_preds=False, run=runs[1])]
    )
    for run in runs:
        run.finish()
    api = trailmark.Api(root)
    assert list(api.run(runs[0].path).series("Prediction_Samples").step) == [5, 11, 17]
    assert "Prediction_Samples" not in list(api.run(runs[1].path).keys())


def test_other_callbacks_that_fetch_predictions_stay(learner: Callable[..., Any], begin: Callable[..., Run]) -> None:
    """A `FetchPredsCallback` of the user's works on and is not removed."""
    begin()
    theirs = FetchPredsCallback()
    learn = learner(cbs=[theirs, WandbCallback(log_preds_every_epoch=True)])
    learn.fit(2)
    assert theirs in learn.cbs
    assert theirs.preds[0].shape == (8, 1)


def test_a_task_that_cannot_be_shown_is_told_once(
    learner: Callable[..., Any], begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]
) -> None:
    """If predicting fails, there is one warning, and training goes to its end."""

    class Broken(DataLoader):
        def __iter__(self) -> Any:
            raise ValueError("no such file")

    begin()
    learn = learner()
    learn.fit(3, cbs=WandbCallback(log_preds_every_epoch=True, valid_dl=Broken([1, 2], bs=1)))
    said = capsys.readouterr().err
    assert said.count("could not be logged") == 1
    assert "no such file" in said
    assert len(learn.recorder.values) == 3
    assert learn.model.training is False
