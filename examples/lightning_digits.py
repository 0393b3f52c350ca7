"""Train a small network on scikit-learn's digits with Lightning, and record the run with its best checkpoint.

pip install trailmark lightning scikit-learn
python lightning_digits.py
"""

import lightning.pytorch as pl
import torch
from lightning.pytorch.callbacks import LearningRateMonitor, ModelCheckpoint
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset, random_split

import trailmark
from trailmark.lightning import WandbLogger


class Digits(pl.LightningModule):
    """Tells the ten digits apart."""

    def __init__(self, hidden: int = 64, lr: float = 3e-3) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.lr = lr
        self.net = nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))

    def training_step(self, batch: list[Tensor], _index: int) -> Tensor:
        """Return the loss of a batch."""
        loss = cross_entropy(self.net(batch[0]), batch[1])
        self.log("train/loss", loss)
        return loss

    def validation_step(self, batch: list[Tensor], _index: int) -> None:
        """Log how well a batch is told apart."""
        logits = self.net(batch[0])
        accuracy = (logits.argmax(1) == batch[1]).float().mean()
        self.log_dict({"val/loss": cross_entropy(logits, batch[1]), "val/accuracy": accuracy})

    def configure_optimizers(self) -> dict[str, object]:
        """Return the optimizer and the schedule of its learning rate."""
        optimizer = torch.optim.AdamW(self.parameters(), lr=self.lr)
        return {"optimizer": optimizer, "lr_scheduler": torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)}


pl.seed_everything(0)
images, labels = load_digits(return_X_y=True)
data = TensorDataset(torch.tensor(images / 16, dtype=torch.float32), torch.tensor(labels))
train, val = random_split(data, [1400, 397])

logger = WandbLogger(project="lightning-digits", log_model=True, tags=["example"])
best = ModelCheckpoint(monitor="val/accuracy", mode="max")
callbacks = [best, LearningRateMonitor()]
trainer = pl.Trainer(max_epochs=10, logger=logger, callbacks=callbacks, accelerator="cpu", log_every_n_steps=5)
trainer.fit(Digits(), DataLoader(train, 64, shuffle=True), DataLoader(val, 397))

logger.log_image("val/samples", [val[i][0].reshape(8, 8) for i in range(8)])
trailmark.finish()
print(f"best validation accuracy {best.best_model_score:.1%}, kept as model-{logger.version}:best")
