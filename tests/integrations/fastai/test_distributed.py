"""Tests of fastai's distributed training: two processes on the CPU, one run, no hanging."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import pytest

import trailmark

pytest.importorskip("accelerate", reason="fastai's distributed training stands on it")

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

# fastai sends the order of items by the GPU alone; on the CPU, the test sends it.
TRAINING = """
import os, warnings
warnings.simplefilter("ignore")
import torch
from fastai.basics import DataLoaders, Learner, MSELossFlat, TfmdDL, rank_distrib
from fastai.callback.progress import no_bar
from fastai.distributed import DistributedDL
import trailmark
from trailmark.fastai import WandbCallback

def send(self, numbers, rank):
    numbers = torch.LongTensor(numbers)
    torch.distributed.broadcast(numbers, rank)
    return numbers.tolist()

DistributedDL._broadcast = send

def train(name, everywhere):
    torch.manual_seed(0)
    x = torch.randn(32, 3)
    data = [(row, row.sum(0, keepdim=True)) for row in x]
    dls = DataLoaders(TfmdDL(data, bs=4, num_workers=0), TfmdDL(data[:8], bs=4, num_workers=0), device="cpu")
    # The batch norm has buffers, which its ranks exchange in each forward pass.
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 1))
    learn = Learner(dls, model, loss_func=MSELossFlat())
    cbs = []
    if everywhere or rank_distrib() == 0:
        run = trailmark.init(project="p", id=name)
        cbs = [WandbCallback(log_preds_every_epoch=True, log_model=True, n_preds=5)]
    with learn.distrib_ctx(cpu=True, sync_bn=False):
        learn.fit(2, cbs=cbs)
        learn.fit(1, cbs=cbs)
    assert [type(cb).__name__ for cb in learn.cbs].count("DistributedTrainer") == 0
    if cbs:
        run.finish()
"""
TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=0", "--standalone")


def test_torchrun(script: Callable[..., subprocess.CompletedProcess[str]], root: Path) -> None:
    """Under torchrun there is one run with one row a step, whether all ranks have a callback or the main one alone."""
    calls = 'train("all", True)\ntrain("main", False)\n'
    done = script(TRAINING + calls, command=TORCHRUN, timeout_s=300, OMP_NUM_THREADS="1")
    assert done.returncode == 0, done.stderr
    check(root, ["all", "main"])


NOTEBOOK = """
from accelerate import notebook_launcher
if __name__ == "__main__":
    notebook_launcher(train, args=("cell", True), num_processes=2, use_port="{port}")
"""


def test_a_launcher_of_notebooks(script: Callable[..., subprocess.CompletedProcess[str]], root: Path) -> None:
    """Processes that a notebook's launcher forks join one run."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = script(TRAINING + NOTEBOOK.format(port=port), timeout_s=300, OMP_NUM_THREADS="1")
    assert done.returncode == 0, done.stderr
    check(root, ["cell"])


def check(root: Path, ids: list[str]) -> None:
    """Check what three epochs of four batches logged to each of these runs, and that there are no others."""
    api = trailmark.Api(root)
    assert sorted(run.id for run in api.runs("p")) == ids
    for run in api.runs("p"):
        assert list(run.series("raw_loss").step) == list(range(12))
        assert len(run.series("valid_loss").value) == 3
        assert [len(table) for table in run.series("Prediction_Samples").value] == [5, 5, 5]
        assert {artifact.type for artifact in run.logged_artifacts()} == {"model"}
