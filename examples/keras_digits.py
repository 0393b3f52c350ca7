"""Train a small convolutional network on scikit-learn's digits with Keras, and record metrics and checkpoints.

pip install trailmark keras torch scikit-learn     (or jax, or tensorflow, instead of torch)
KERAS_BACKEND=torch python keras_digits.py --epochs 10 --lr 0.01
"""

import argparse

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import trailmark
from trailmark.keras import WandbMetricsLogger, WandbModelCheckpoint

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--lr", type=float, default=1e-2)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

keras.utils.set_random_seed(args.seed)
digits = load_digits()
x_train, x_val, y_train, y_val = train_test_split(
    digits.images[..., None] / 16, digits.target, test_size=0.25, random_state=args.seed
)

model = keras.Sequential(
    [
        keras.layers.Input((8, 8, 1)),
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
schedule = keras.optimizers.schedules.CosineDecay(args.lr, decay_steps=22 * args.epochs)
model.compile(keras.optimizers.Adam(schedule), loss="sparse_categorical_crossentropy", metrics=["accuracy"])

with trailmark.init(project="keras-digits", config=args, tags=["example"]) as run:
    run.define_metric("epoch/val_accuracy", step_metric="epoch/epoch", summary="max,last")
    model.fit(
        x_train,
        y_train,
        batch_size=64,
        epochs=args.epochs,
        validation_data=(x_val, y_val),
        callbacks=[
            WandbMetricsLogger(log_freq=5),
            WandbModelCheckpoint("digits.keras", monitor="val_accuracy", save_best_only=True),
        ],
    )
    run.summary["parameters"] = model.count_params()

best = trailmark.Api().artifact(f"keras-digits/run_{run.id}_model:best")
accuracy = keras.models.load_model(best.file()).evaluate(x_val, y_val, verbose=0)[1]
print(f"{best.name} classifies {accuracy:.1%} of the digits that it has not seen")
