"""Attention of a step comes back bit for bit."""

import io
from dataclasses import replace

import numpy as np
import pytest

from core.errors import RunError
from core.runs import snapshots
from tests.runs.made import a_run, matrices


def same(one, other) -> bool:
    return (one.site, one.queries, one.keys) == (other.site, other.queries, other.keys) and all(
        (a is None and b is None) or (a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True))
        for a, b in ((one.weights, other.weights), (one.scores, other.scores))
    )


def test_matrices_come_back_bit_for_bit():
    run = a_run()
    first, second, third = matrices(3, 2, 5, 7)
    scores = np.full((2, 5, 7), -np.inf, dtype=np.float32)
    kept = (
        replace(first, scores=scores),
        replace(second, weights=second.weights.astype(np.float64) / 3),
        replace(third, weights=third.weights.astype(np.float16)),
    )
    snapshots.write(run, 10, kept)
    assert all(same(one, other) for one, other in zip(kept, snapshots.read(run, 10)))
    assert {m.site.layer for m in snapshots.read(run, 10)} == {0, 1, 2}


def test_no_matrices_and_no_rows_are_kept_too():
    run = a_run()
    snapshots.write(run, 10, ())
    snapshots.write(run, 20, matrices(1, 2, 0, 3))
    assert snapshots.read(run, 10) == () and snapshots.read(run, 20)[0].weights.shape == (2, 0, 3)


def test_steps_are_in_order_and_a_missing_one_is_named():
    run = a_run()
    assert snapshots.steps(run) == []
    for step in (1_000_000, 20, 10):
        snapshots.write(run, step, matrices(1))
    (run.path / "snapshots" / "stray.npz").write_bytes(b"")
    assert snapshots.steps(run) == [10, 20, 1_000_000]
    with pytest.raises(RunError, match="no snapshot of step 30; steps with one: 10, 20, 1000000"):
        snapshots.read(run, 30)


def test_any_program_with_numpy_can_read_one():
    file = np.load(io.BytesIO(snapshots.pack(matrices(2))), allow_pickle=False)
    assert file["numbers"].dtype == np.float32 and b"decoder.layers.0.cross" in file["header"].item()
