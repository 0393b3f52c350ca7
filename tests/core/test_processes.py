"""Several processes that write one run: forks, spawned workers, ranks of a distributed job."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import trailmark
from trailmark._run.distributed import Place, find_place, join, publish
from trailmark.journal.runstate import RunState, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

SETTINGS = "{'console': 'off', 'system': False, 'git': False, 'requirements': False}"


def ranks(tmp_path: Path, source: str, world_size: int, **variables: str) -> list[str]:
    """Run `source` once for each rank, all at once, as torchrun would; return what each printed."""
    shared = {"TRAILMARK_DIR": str(tmp_path / "root"), "MASTER_ADDR": "localhost", "MASTER_PORT": "29500", **variables}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", source],
            env={**os.environ, **shared, "RANK": str(rank), "WORLD_SIZE": str(world_size)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(world_size)
    ]
    printed = []
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        printed.append(out)
    return printed


def runs(tmp_path: Path) -> list[RunState]:
    """Return the runs of project `p`."""
    folders = sorted((tmp_path / "root" / "p").glob("[!.]*"))
    return [state for folder in folders if (state := load(folder)) is not None]


JOB = f"""
import os, trailmark
run = trailmark.init(project='p', settings={SETTINGS})
rank = int(os.environ['RANK'])
for step in range(10 + rank):
    run.log({{'loss': float(rank), 'step': step}})
print(run.id)
"""


def test_ranks_of_a_job_write_one_run(tmp_path: Path) -> None:
    """Three processes give one run with three journals; the rows of other ranks do not overwrite those of rank 0."""
    printed = ranks(tmp_path, JOB, 3)
    assert len(set(printed)) == 1
    (state,) = runs(tmp_path)
    assert state.ranks == [0, 1, 2]
    assert state.summary == {"loss": 0.0, "step": 9}
    assert (state.state, state.rows, state.attempts) == ("finished", 10, 1)
    rows = {journal.header.rank: journal.rows for journal in state.journals.values() if journal.header}
    assert rows == {0: 10, 1: 11, 2: 12}


def test_the_next_job_of_the_same_name_writes_a_run_of_its_own(tmp_path: Path) -> None:
    """What an earlier job on the same port left behind is not joined."""
    first = ranks(tmp_path, JOB, 2)
    second = ranks(tmp_path, JOB, 2)
    assert len(set(first)) == len(set(second)) == 1
    assert first[0] != second[0]
    assert [state.ranks for state in runs(tmp_path)] == [[0, 1], [0, 1]]


def test_several_runs_of_one_job(tmp_path: Path) -> None:
    """The n-th init of each rank belongs to the n-th run."""
    source = f"""
import trailmark
for number in range(3):
    with trailmark.init(project='p', settings={SETTINGS}) as run:
        run.log({{'number': number}})
        print(run.id)
"""
    printed = ranks(tmp_path, source, 2)
    assert printed[0] == printed[1]
    assert len(set(printed[0].split())) == 3
    assert all(state.ranks == [0, 1] for state in runs(tmp_path))


def test_separate_runs_in_one_group(tmp_path: Path) -> None:
    """With distributed="separate" each process has a run, and all are in one group."""
    printed = ranks(tmp_path, JOB.replace("project='p'", "project='p', distributed='separate'"), 2)
    assert len(set(printed)) == 2
    states = runs(tmp_path)
    assert len({state.group for state in states}) == 1
    assert states[0].group
    assert sorted(state.summary["loss"] for state in states) == [0.0, 1.0]


def test_ranks_with_a_given_id(tmp_path: Path) -> None:
    """With TRAILMARK_RUN_ID no rank waits for another."""
    printed = ranks(tmp_path, JOB, 2, TRAILMARK_RUN_ID="given")
    assert [line.strip() for line in printed] == ["given", "given"]
    (state,) = runs(tmp_path)
    assert (state.id, state.ranks) == ("given", [0, 1])


def test_all_ranks_go_on_where_the_job_was_resumed(tmp_path: Path) -> None:
    """A job that is started again continues on each rank, at the step at which rank 0 does."""
    source = JOB.replace("project='p'", "project='p', resume='allow'")
    for _ in range(2):
        ranks(tmp_path, source, 2, TRAILMARK_RUN_ID="given")
    run = trailmark.Api(tmp_path / "root").run("p/given")
    for rank in (0, 1):
        rows = [(row["_step"], row["step"]) for row in run.scan_history(rank=rank)]
        assert rows == list(enumerate([*range(10), *range(10 + rank)]))


def test_ranks_that_join_begin_at_the_step_of_rank_0(tmp_path: Path) -> None:
    """Also when they find each other by the job, and rank 0 has logged before the others come."""
    ranks(tmp_path, JOB.replace("project='p'", "project='p', id='x'"), 1)
    source = JOB.replace("project='p'", "project='p', id='x' if os.environ['RANK'] == '0' else None, resume='allow'")
    ranks(tmp_path, source, 2)
    run = trailmark.Api(tmp_path / "root").run("p/x")
    assert [row["_step"] for row in run.scan_history(rank=0)] == list(range(20))
    assert [row["_step"] for row in run.scan_history(rank=1)] == list(range(10, 21))


def test_a_rank_alone_begins_its_own_run(tmp_path: Path) -> None:
    """If rank 0 never comes, another rank waits no longer than it was told to."""
    environment = {
        **os.environ,
        "TRAILMARK_DIR": str(tmp_path / "root"),
        "TRAILMARK_JOIN_TIMEOUT_S": "0.2",
        "RANK": "1",
        "WORLD_SIZE": "2",
        "MASTER_PORT": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", JOB], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "no run of rank 0" in done.stderr
    assert len(runs(tmp_path)) == 1


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({}, (0, 1)),
        ({"RANK": "3", "WORLD_SIZE": "8", "MASTER_PORT": "1"}, (3, 8)),
        ({"SLURM_PROCID": "2", "SLURM_NTASKS": "4", "SLURM_JOB_ID": "7"}, (2, 4)),
        ({"SLURM_PROCID": "0", "SLURM_NTASKS": "1"}, (0, 1)),
        ({"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"}, (1, 2)),
        ({"RANK": "x", "WORLD_SIZE": "2"}, (0, 1)),
    ],
)
def test_place_from_the_launcher(variables: dict[str, str], place: tuple[int, int]) -> None:
    """Rank and size come from whichever launcher set them; a job of one process is none."""
    found = find_place(variables)
    assert (found.rank, found.world_size) == place


def test_two_jobs_have_two_names() -> None:
    """Jobs differ by what their launcher calls them."""
    first = find_place({"RANK": "0", "WORLD_SIZE": "2", "MASTER_PORT": "1"})
    second = find_place({"RANK": "0", "WORLD_SIZE": "2", "MASTER_PORT": "2"})
    assert first.job != second.job


def test_a_note_of_a_finished_run_is_not_joined(begin: Callable[..., Run]) -> None:
    """An old note counts only while its run is running."""
    run = begin(id="x")
    project, place = run.path_on_disk.parent, Place(1, 2, "job")
    publish(project, place, 1, "x")
    far_future = run.start_time + 1e6
    assert join(project, place, 1, 0.0, far_future) == "x"
    run.finish()
    assert join(project, place, 1, 0.0, far_future) is None
    assert join(project, place, 1, 0.0, run.start_time - 1e6) == "x"
    assert join(project, place, 2, 0.0, 0.0) is None


def test_forked_children_log_to_the_run(
    script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """Rows of the parent and of three forks are all there; a fork that ends does not finish the run."""
    source = f"""
import multiprocessing as mp, trailmark
run = trailmark.init(project='p', settings={SETTINGS})
def work(number):
    for index in range(50):
        run.log({{'child': number, 'index': index}})
run.log({{'parent': 0}})
children = [mp.get_context('fork').Process(target=work, args=(n,)) for n in range(3)]
for child in children: child.start()
for child in children: child.join()
run.log({{'parent': 1}})
print(run.finished)
"""
    done = script(source)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr
    (state,) = runs(tmp_path)
    assert (state.state, state.rows, state.attempts) == ("finished", 152, 1)
    assert state.summary["parent"] == 1
    assert len(state.journals) == 4


def test_spawned_workers_log_to_the_run(
    script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """A run that is pickled to a spawned process goes on there, with the step and config that it had."""
    source = f"""
import multiprocessing as mp, trailmark
def work(run, number):
    assert run.config.lr == 0.1 and run.step == 1, (run.config, run.step)
    for index in range(20):
        run.log({{'child': number, 'index': index}})
if __name__ == '__main__':
    run = trailmark.init(project='p', config={{'lr': 0.1}}, settings={SETTINGS})
    run.log({{'parent': 0}})
    children = [mp.get_context('spawn').Process(target=work, args=(run, n)) for n in range(2)]
    for child in children: child.start()
    for child in children: child.join()
    assert [child.exitcode for child in children] == [0, 0]
"""
    done = script(source)
    assert done.returncode == 0, done.stderr
    (state,) = runs(tmp_path)
    assert (state.state, state.rows, state.attempts) == ("finished", 41, 1)
    assert len(state.journals) == 3


def test_unpickled_in_its_own_process_a_run_is_itself(begin: Callable[..., Run]) -> None:
    """Pickle gives back the open run, not a second writer."""
    run = begin()
    assert pickle.loads(pickle.dumps(run)) is run


def test_a_killed_fork_ends_nothing(script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """SIGTERM to a forked child, as data loaders send it, kills that child alone."""
    source = f"""
import multiprocessing as mp, time, trailmark
run = trailmark.init(project='p', settings={SETTINGS})
child = mp.get_context('fork').Process(target=time.sleep, args=(60,))
child.start()
child.terminate()
child.join()
print(child.exitcode)
run.log({{'x': 1}})
"""
    done = script(source)
    assert (done.returncode, done.stdout) == (0, "-15\n"), done.stderr
    (state,) = runs(tmp_path)
    assert (state.state, state.rows, state.exit_signal) == ("finished", 1, None)
