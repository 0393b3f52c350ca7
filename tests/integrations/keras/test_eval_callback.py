"""`WandbEvalCallback`: tables that a user's class fills, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import trailmark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run


def answers(classes: Any, data: Any, **options: Any) -> Any:
    """Return a callback that logs what the model says of three samples."""

    class Answers(classes.WandbEvalCallback):
        def add_ground_truth(self, logs: Any = None) -> None:
            del logs
            for number in range(3):
                self.data_table.add_data(number, float(data[1][number]))

        def add_model_predictions(self, epoch: int, logs: Any = None) -> None:
            del logs
            scores = self.model.predict(data[0][:3], verbose=0)[:, 0]
            for index in self.data_table_ref.get_index():
                number, truth = self.data_table_ref.data[index]
                self.pred_table.add_data(epoch, number, truth, float(scores[index]))

    return Answers(["number", "truth"], ["epoch", "number", "truth", "score"], **options)


def test_tables_hold_what_predict_says(
    classes: Any, begin: Callable[..., Run], fit: Any, data: Any, root: Path
) -> None:
    """The last table has the last epoch's predictions, beside the samples of the first."""
    run = begin(mode="offline")
    model = fit(answers(classes, data), epochs=2)
    run.finish()
    api = trailmark.Api(root)
    assert [one.collection_name for one in api.run(run.path).used_artifacts()] == ["val"]
    table = api.artifact(f"p/run_{run.id}_pred:latest").get("eval_data")
    scores = model.predict(data[0][:3], verbose=0)[:, 0]
    assert table.data == [[1, number, float(data[1][number]), float(scores[number])] for number in range(3)]
    assert len(api.run(run.path).logged_artifacts()) == 2


def test_a_disabled_run_keeps_no_table(
    classes: Any, begin: Callable[..., Run], fit: Any, data: Any, root: Path
) -> None:
    """With a run that writes nothing, the class is called as ever."""
    begin(mode="disabled")
    callback = answers(classes, data)
    fit(callback)
    assert len(callback.pred_table) == 3
    assert not [path for path in root.rglob("*") if path.is_file() and path.name != ".gitignore"]


def test_it_is_abstract(classes: Any) -> None:
    """A class that fills no tables cannot be made."""
    with pytest.raises(TypeError, match="abstract"):
        classes.WandbEvalCallback(["a"], ["b"])
