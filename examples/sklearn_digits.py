"""Handwritten digits and diabetes with scikit-learn: one call draws all charts of a model. Finishes in seconds.

pip install trailmark scikit-learn
python sklearn_digits.py
"""

from sklearn.datasets import load_diabetes, load_digits
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import trailmark.sklearn

digits = load_digits()
X_train, X_test, y_train, y_test = train_test_split(digits.data, digits.target, random_state=0, stratify=digits.target)

config = {"C": 0.02, "max_iter": 1000}
with trailmark.init(project="sklearn-digits", config=config, tags=["example"]) as run:
    model = make_pipeline(StandardScaler(), LogisticRegression(**run.config)).fit(X_train, y_train)
    run.summary["test/accuracy"] = model.score(X_test, y_test)
    charts = trailmark.sklearn.plot_classifier(
        model, X_train, X_test, y_train, y_test, feature_names=digits.feature_names
    )
    areas = charts["roc"].table
    area, digit = min(zip(areas.get_column("auc"), areas.get_column("class"), strict=True))
    print(f"digits: accuracy {run.summary['test/accuracy']:.1%}, the hardest digit is {digit} (AUC {area:.4f})")

diabetes = load_diabetes()
X_train, X_test, y_train, y_test = train_test_split(diabetes.data, diabetes.target, random_state=0)

with trailmark.init(project="sklearn-diabetes", config={"alphas": [0.01, 0.1, 1, 10, 100]}, tags=["example"]) as run:
    model = make_pipeline(StandardScaler(), RidgeCV(**run.config)).fit(X_train, y_train)
    run.summary["test/r2"] = model.score(X_test, y_test)
    trailmark.sklearn.plot_regressor(model, X_train, X_test, y_train, y_test)
    trailmark.sklearn.plot_feature_importances(model, feature_names=diabetes.feature_names)
    print(f"diabetes: R² {run.summary['test/r2']:.3f}")
