"""Use the model that `train.py` logged: test it on noisy digits, and make it `production` if it is good enough.

python train.py && python evaluate.py
"""

import numpy as np
from sklearn.datasets import load_digits

import trailmark

GOOD_ENOUGH = 0.8  # accuracy under noise of 4 shades

with trailmark.init(project="digits-model", job_type="evaluate", tags=["example"]) as run:
    artifact = run.use_artifact("digits-classifier:candidate")
    weights = np.load(artifact.get_entry("weights.npz").local_path())
    x, y = load_digits(return_X_y=True)

    accuracies = {}
    for noise in range(9):
        noisy = x + np.random.default_rng(0).normal(scale=noise, size=x.shape)
        guesses = (noisy @ weights["coef"].T + weights["intercept"]).argmax(1)
        accuracies[noise] = float((guesses == y).mean())
        run.log({"noise": noise, "accuracy": accuracies[noise]})
    run.log(
        {
            "robustness": trailmark.plot.line_series(
                xs=list(accuracies), ys=[list(accuracies.values())], keys=["accuracy"], title="Accuracy under noise"
            )
        }
    )

    mistakes = artifact.get("test/predictions")
    wrong = [row for _, row in mistakes.iterrows() if row[1] != row[2]]
    print(f"{artifact.name} was wrong about {len(wrong)} test digits; with noise 4 it is right {accuracies[4]:.1%}")
    if accuracies[4] > GOOD_ENOUGH:
        run.link_artifact(artifact, "digits-model/digits-production", aliases=["production"])
