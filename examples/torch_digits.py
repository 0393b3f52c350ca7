"""Train a small network on scikit-learn's digits with PyTorch, and record the run.

pip install trailmark torch scikit-learn
python torch_digits.py --epochs 20 --lr 0.003
"""

import argparse

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

import trailmark

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--lr", type=float, default=3e-3)
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

torch.manual_seed(args.seed)
images, labels = load_digits(return_X_y=True)
x_train, x_val, y_train, y_val = (
    torch.as_tensor(part) for part in train_test_split(images / 16, labels, test_size=0.25, random_state=args.seed)
)
x_train, x_val = x_train.float(), x_val.float()

model = nn.Sequential(nn.Linear(64, args.hidden), nn.ReLU(), nn.Linear(args.hidden, 10))
optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
loss_of = nn.CrossEntropyLoss()

with trailmark.init(project="torch-digits", config=args, tags=["example"]) as run:
    run.define_metric("val/*", step_metric="epoch")
    run.define_metric("val/accuracy", step_metric="epoch", summary="max,last")
    run.define_metric("val/loss", step_metric="epoch", summary="best")
    run.watch(model, log="all", log_freq=22, log_graph=True)  # once an epoch, which has 22 steps
    for epoch in range(args.epochs):
        model.train()
        for batch in torch.randperm(len(x_train)).split(args.batch_size):
            loss = loss_of(model(x_train[batch]), y_train[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            run.log({"train/loss": loss})
        model.eval()
        with torch.no_grad():
            logits = model(x_val)
            accuracy = (logits.argmax(1) == y_val).float().mean()
            run.log({"epoch": epoch, "val/loss": loss_of(logits, y_val), "val/accuracy": accuracy})
        print(f"epoch {epoch}: validation accuracy {accuracy:.1%}")
    run.summary["parameters"] = sum(parameter.numel() for parameter in model.parameters())
    torch.save(model.state_dict(), "digits.pt")
    run.save("digits.pt", policy="now")
