"""A run on storage that is memory, and the copies of it that tests compare."""

from pathlib import Path

from core.runs import checkpoint, journal, snapshots, status
from core.runs.folder import RunFolder
from core.runs.journal import Journal
from tests.runs.made import matrices, step_done, weights

AT = "memory://bucket/runs/first"


def work(run: RunFolder, step: int) -> None:
    """A step as a training takes it."""
    snapshots.write(run, step, matrices(sites=1))
    with Journal(run) as writer:
        writer.append(step_done(step))
    status.write(run, "running", step=step, steps=9)
    if step % 2 == 0:
        checkpoint.save(run, step, weights(step), weights(step), {"is": step}, keep=1)


def there(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "there" / "first", "first", "first")


def equal(one: RunFolder, other: RunFolder) -> bool:
    """Whether two folders hold the same run."""
    here, there = checkpoint.load(one), checkpoint.load(other)
    return (
        journal.read(one) == journal.read(other)
        and snapshots.steps(one) == snapshots.steps(other)
        and status.written(one) == status.written(other)
        and (here and here.step) == (there and there.step)
    )
