"""Images with masks and boxes, a table of predictions, charts, and the model as an artifact that `evaluate.py` uses.

A classifier of handwritten digits labels every inked pixel of small scenes of sixteen digits. Finishes in seconds.

pip install trailmark scikit-learn
python train.py && python evaluate.py
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

import trailmark

PIXEL = 8  # each pixel of a digit becomes 8 x 8 pixels of a scene
INK = 0.25  # what is darker than this is part of a digit
NAMES = {0: "paper", **{digit + 1: str(digit) for digit in range(10)}}


def scene(digits: np.ndarray) -> np.ndarray:
    """Lay out sixteen digits of 8 x 8 as one picture of 256 x 256, with values up to 1."""
    rows = digits.reshape(4, 4, 8, 8).swapaxes(1, 2).reshape(32, 32) / 16
    return np.kron(rows, np.ones((PIXEL, PIXEL)))


def mask(digits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the class of each pixel of a scene: 0 for paper, else the label of its digit and one."""
    inked = scene(digits) > INK
    classes = np.kron(labels.reshape(4, 4) + 1, np.ones((8 * PIXEL, 8 * PIXEL)))
    return np.where(inked, classes, 0).astype(np.uint8)


def boxes(labels: np.ndarray, scores: np.ndarray) -> list[dict[str, object]]:
    """Return a box around each of a scene's digits."""
    return [
        {
            "position": {"minX": column / 4, "maxX": (column + 1) / 4, "minY": row / 4, "maxY": (row + 1) / 4},
            "class_id": int(labels[4 * row + column]) + 1,
            "scores": {"probability": float(scores[4 * row + column])},
        }
        for row in range(4)
        for column in range(4)
    ]


x, y = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=320, random_state=0, stratify=y)

with trailmark.init(project="digits-model", job_type="train", config={"C": 0.01}, tags=["example"]) as run:
    model = LogisticRegression(C=run.config.C, max_iter=2000).fit(x_train, y_train)
    probabilities = model.predict_proba(x_test)
    predicted, score = probabilities.argmax(1), probabilities.max(1)
    run.log({"test/accuracy": float((predicted == y_test).mean())})

    for number, part in enumerate(np.split(np.arange(64), 4)):
        truth, guess = mask(x_test[part], y_test[part]), mask(x_test[part], predicted[part])
        picture = trailmark.Image(
            scene(x_test[part]),
            caption=f"{(predicted[part] == y_test[part]).sum()} of 16 right",
            masks={
                "truth": {"mask_data": truth, "class_labels": NAMES},
                "prediction": {"mask_data": guess, "class_labels": NAMES},
            },
            boxes={"prediction": {"box_data": boxes(predicted[part], score[part]), "class_labels": NAMES}},
        )
        run.log({"scenes": picture, "scene": number})

    table = trailmark.Table(columns=["image", "truth", "prediction", "probability"])
    for pixels, truth, guess, probability in zip(x_test, y_test, predicted, score, strict=True):
        table.add_data(trailmark.Image(pixels.reshape(8, 8) / 16), int(truth), int(guess), float(probability))
    names = [str(digit) for digit in range(10)]
    run.log(
        {
            "predictions": table,
            "confusion": trailmark.plot.confusion_matrix(y_true=y_test, preds=predicted, class_names=names),
            "roc": trailmark.plot.roc_curve(y_test, probabilities, labels=names),
        }
    )

    artifact = trailmark.Artifact("digits-classifier", type="model", metadata={"C": run.config.C})
    with artifact.new_file("weights.npz", "wb") as file:
        np.savez(file, coef=model.coef_, intercept=model.intercept_)
    artifact.add(table, "test/predictions")
    run.log_artifact(artifact, aliases=["candidate"])
    print(f"{artifact.name}: {run.summary['test/accuracy']:.1%} of the test digits right")
