"""Runs, events and matrices for tests, and processes that use them."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from core.recording.matrix import AttentionMatrix, Site
from core.runs import jobs, store
from core.runs.folder import SCHEMA, RunFolder
from core.training.events import StepDone

ROOT = Path(__file__).resolve().parents[2]
CONFIG = {"schema": SCHEMA, "task": {"name": "reverse"}, "model": {"name": "transformer", "width": 64}}


def a_run(name: str = "first") -> RunFolder:
    """A run that was just made."""
    return store.create(name, CONFIG)


def step_done(step: int, loss: float = 0.5) -> StepDone:
    """An event."""
    return StepDone(step, loss, {"likelihood": loss}, 0.9, 1e-3, 1.25, 321, 0.0123)


def matrices(sites: int = 12, heads: int = 4, queries: int = 12, keys: int = 12) -> tuple[AttentionMatrix, ...]:
    """Matrices with labels that are hard to keep: repeated, Chinese, a zero byte."""
    rng = np.random.default_rng(3)
    rows, columns = tuple("注意力a\0bcaxyzw"[:queries]), tuple(f"k{n % 5}" for n in range(keys))
    return tuple(
        AttentionMatrix(
            Site("decoder", n, "cross", f"decoder.layers.{n}.cross"),
            rng.random((heads, queries, keys), dtype=np.float32), rows, columns,
        )
        for n in range(sites)
    )  # fmt: skip


def weights(seed: int = 0) -> dict[str, torch.Tensor]:
    """Weights by name."""
    generator = torch.Generator().manual_seed(seed)
    return {"embedding": torch.randn(7, 5, generator=generator), "output.bias": torch.randn(3, generator=generator)}


def close_spare(command: tuple[str, ...]) -> None:
    """End a server's spare process now: that of the tests lives on for long."""
    spare = jobs._spares.pop(command, None)
    if spare is not None and spare.stdin is not None:
        spare.stdin.close()
        spare.kill()
        spare.wait()


_started: "list[subprocess.Popen[str]]" = []


def python(script: str, *arguments: str) -> "subprocess.Popen[str]":
    """A process of its own that runs a script with the clone on its path."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    _started.append(process)
    return process


def end_processes() -> None:
    """End what `python` started and a failing test left."""
    while _started:
        process = _started.pop()
        process.kill()
        process.wait()


def eventually(true: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return true()
