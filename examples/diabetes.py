"""Gradient boosting on scikit-learn's diabetes data, one row a boosting round. Finishes in seconds.

pip install trailmark scikit-learn
python diabetes.py
"""

from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

import trailmark

config = {"n_estimators": 150, "learning_rate": 0.05, "max_depth": 3, "subsample": 0.7, "random_state": 0}
x_train, x_test, y_train, y_test = train_test_split(*load_diabetes(return_X_y=True), random_state=0)

with trailmark.init(project="diabetes", config=config, tags=["example"]) as run:
    run.define_metric("test/*", summary="min")
    run.define_metric("test/r2", summary="max")
    model = GradientBoostingRegressor(**run.config).fit(x_train, y_train)
    stages = zip(model.staged_predict(x_train), model.staged_predict(x_test), strict=True)
    for predicted_train, predicted in stages:
        run.log(
            {
                "train/rmse": root_mean_squared_error(y_train, predicted_train),
                "test/rmse": root_mean_squared_error(y_test, predicted),
                "test/mae": mean_absolute_error(y_test, predicted),
                "test/r2": r2_score(y_test, predicted),
            }
        )
    run.log({"residuals": trailmark.Histogram(y_test - model.predict(x_test))})
    best = run.summary["test/rmse"]["min"]
    print(f"best test RMSE: {best:.1f}")
