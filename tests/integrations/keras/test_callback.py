"""`WandbCallback`: histograms, predictions and the best model, against the model itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import trailmark
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run


def test_epochs_are_those_of_history(classes: Any, begin: Callable[..., Run], fit: Any, data: Any, stored: Any) -> None:
    """Keras's names are the keys, and `fit` returns its history untouched by the predictions."""
    run = begin()
    model = fit(classes.WandbCallback(validation_data=data, log_evaluation=True), validation_data=data)
    found = stored(run)
    assert len(model.history.history["val_loss"]) == 2
    for name, values in model.history.history.items():
        assert found.series(name).value.tolist() == values
    assert found.series("epoch").value.tolist() == [0, 1]


def test_the_best_epoch_is_in_the_summary(
    classes: Any, keras: Any, begin: Callable[..., Run], fit: Any, data: Any, root: Path
) -> None:
    """The summary has the best value and its epoch, and the artifact the model of then."""
    run = begin()
    model = fit(classes.WandbCallback(), epochs=3, validation_data=data)
    values = model.history.history["val_loss"]
    run.finish()
    api = trailmark.Api(root)
    summary = api.run(run.path).summary
    assert (summary["best_val_loss"], summary["best_epoch"]) == (min(values), int(np.argmin(values)))
    best = api.artifact(f"p/run_{run.id}_model:best")
    assert f"epoch_{np.argmin(values)}" in best.aliases
    loss = keras.models.load_model(best.file()).evaluate(*data, verbose=0)[0]
    assert loss == pytest.approx(min(values), rel=1e-4)


def test_weights_are_those_of_the_model(classes: Any, begin: Callable[..., Run], fit: Any, stored: Any) -> None:
    """The last histograms are of the final weights."""
    run = begin()
    model = fit(classes.WandbCallback(log_weights=True, save_model=False))
    found = stored(run)
    dense = [layer for layer in model.layers if layer.get_weights()]
    for layer in dense:
        for name, values in zip(("weights", "bias"), layer.get_weights(), strict=True):
            assert found.series(f"parameters/{layer.name}.{name}").value[-1] == trailmark.Histogram(values)


def test_gradients_are_those_of_the_loss(classes: Any, keras: Any, begin: Callable[..., Run], stored: Any) -> None:
    """Of a linear model with the mean squared error, the gradient is known."""
    run = begin()
    inputs, targets = np.array([[1.0, 2.0], [3.0, -1.0]], "float32"), np.array([[1.0], [0.0]], "float32")
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    callback = classes.WandbCallback(log_gradients=True, training_data=(inputs, targets), save_model=False)
    model.fit(inputs, targets, verbose=0, callbacks=[callback])
    weight = model.get_weights()[0]
    expected = 2 * inputs.T @ (inputs @ weight - targets) / 2
    found = stored(run)
    key = next(key for key in found.keys() if key.startswith("gradients/"))  # noqa: SIM118 (a method of runs)
    histogram = found.series(key).value[0]
    assert (histogram.bins[0], histogram.bins[-1]) == pytest.approx((expected.min(), expected.max()), rel=1e-4)


def images(keras: Any, outputs: Any) -> tuple[Any, Any]:
    """Return eight pictures of 6 x 6 pixels, and a model of them with the given layers."""
    keras.utils.set_random_seed(7)
    pictures = np.random.default_rng(0).uniform(size=(8, 6, 6, 1)).astype("float32")
    model = keras.Sequential([keras.layers.Input((6, 6, 1)), *outputs(keras.layers)])
    model.compile("adam", "mse")
    return pictures, model


def test_pictures_have_the_predicted_labels(classes: Any, keras: Any, begin: Callable[..., Run], stored: Any) -> None:
    """Captions name the class that `predict` gives, and the true one."""
    pictures, model = images(keras, lambda layers: [layers.Flatten(), layers.Dense(3, activation="softmax")])
    truth = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2, 0, 1]]
    run = begin()
    callback = classes.WandbCallback(
        validation_data=(pictures, truth),
        labels=["a", "b", "c"],
        input_type="image",
        output_type="label",
        predictions=4,
        log_evaluation=True,
    )
    model.fit(pictures, truth, verbose=0, callbacks=[callback])
    predicted = model.predict(pictures, verbose=0)
    found = stored(run)
    examples = found.series("examples").value[0]
    chosen = [0, 2, 5, 7]
    expected = [f"{'abc'[predicted[at].argmax()]}, truth: {'abc'[truth[at].argmax()]}" for at in chosen]
    assert [image.caption for image in examples] == expected
    assert np.abs(examples[0].numpy() / 255 - pictures[0, :, :, 0]).max() < 0.003
    table = found.series("validation_predictions").value[0]
    assert table.get_column("output:class") == ["abc"[row.argmax()] for row in predicted]
    assert table.get_column("target:class") == list("abcabcab")


def test_masks_lie_over_pictures(classes: Any, keras: Any, begin: Callable[..., Run], stored: Any) -> None:
    """The mask of the prediction is the largest score of each pixel."""
    pictures, model = images(keras, lambda layers: [layers.Conv2D(2, 1, activation="softmax")])
    truth = (pictures[..., 0] > 0.5).astype("int32")
    run = begin()
    callback = classes.WandbCallback(
        validation_data=(pictures, truth), input_type="image", output_type="segmentation_mask", labels=["no", "yes"]
    )
    model.fit(pictures, np.eye(2, dtype="float32")[truth], verbose=0, callbacks=[callback])
    predicted = model.predict(pictures, verbose=0).argmax(axis=-1)
    for number, image in enumerate(stored(run).series("examples").value[0]):
        assert np.array_equal(image.masks["prediction"].mask_data, predicted[number])
        assert np.array_equal(image.masks["ground truth"].mask_data, truth[number])


def test_pictures_that_come_out_lie_beside(classes: Any, keras: Any, begin: Callable[..., Run], stored: Any) -> None:
    """Of an autoencoder each sample has three pictures, which belong together."""
    pictures, model = images(keras, lambda layers: [layers.Conv2D(1, 1, activation="sigmoid")])
    run = begin()
    callback = classes.WandbCallback(
        validation_data=(pictures, pictures), input_type="image", output_type="image", predictions=2
    )
    model.fit(pictures, pictures, verbose=0, callbacks=[callback])
    examples = stored(run).series("examples").value[0]
    assert [image.caption for image in examples] == [None, "prediction", "ground truth"] * 2
    assert [image.grouping for image in examples] == [3, None, None] * 2
    assert np.array_equal(examples[0].numpy(), examples[2].numpy())


def test_processors_add_columns(classes: Any, begin: Callable[..., Run], fit: Any, data: Any, stored: Any) -> None:
    """What the processors return for a sample and its prediction are further columns."""
    run = begin()
    callback = classes.WandbCallback(
        validation_data=iter([(data[0][:3], data[1][:3])]),
        log_evaluation=True,
        validation_indexes=[7, 8, 9],
        validation_row_processor=lambda number, row: {"total": float(row["input"].sum()), "number": number},
        prediction_row_processor=lambda _, row: {"sure": bool(abs(row["output"][0] - 0.5) > 0.4)},
    )
    model = fit(callback)
    table = stored(run).series("validation_predictions").value[-1]
    assert table.get_column("val_row") == [7, 8, 9]
    assert table.get_column("number") == [0, 1, 2]
    assert table.get_column("total") == pytest.approx(data[0][:3].sum(axis=1).tolist())
    assert table.get_column("output") == pytest.approx(model.predict(data[0][:3], verbose=0)[:, 0].tolist())


def test_training_ends_the_same_with_everything_on(
    classes: Any, begin: Callable[..., Run], fit: Any, data: Any
) -> None:
    """Predictions, gradients and saving between epochs change no weight."""
    alone = fit(validation_data=data, epochs=3).get_weights()
    begin()
    together = fit(
        classes.WandbCallback(
            log_weights=True,
            log_gradients=True,
            training_data=data,
            validation_data=data,
            log_evaluation=True,
            log_evaluation_frequency=1,
            log_batch_frequency=2,
        ),
        classes.WandbMetricsLogger("batch"),
        classes.WandbModelCheckpoint("m.keras", save_freq=2),
        validation_data=data,
        epochs=3,
    ).get_weights()
    assert all(np.array_equal(*pair) for pair in zip(alone, together, strict=True))


def test_what_cannot_be_drawn_is_no_end(
    classes: Any, begin: Callable[..., Run], fit: Any, data: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Inputs that are no pictures are one warning, and training goes on."""
    begin()
    model = fit(classes.WandbCallback(validation_data=data, input_type="image", output_type="label"), epochs=3)
    assert len(model.history.history["loss"]) == 3
    assert capsys.readouterr().err.count("predictions are not drawn") == 1


def test_the_graph_has_the_layers(classes: Any, begin: Callable[..., Run], fit: Any, root: Path) -> None:
    """The summary keeps the layers of the model."""
    run = begin()
    model = fit(classes.WandbCallback(save_model=False), epochs=1)
    assert run.summary["graph"]["framework"] == "keras"
    assert len(trailmark.Graph.from_keras(model).nodes) == len(model.layers)
    del root


def test_another_type_is_refused(classes: Any) -> None:
    """A type of inputs that is none raises where the callback is made, and names those that are."""
    with pytest.raises(UsageError, match="input_type is one of image, images"):
        classes.WandbCallback(input_type="sound")
