"""Normalizers: what is asked by hand, what the rows of the table say, and that it shows."""

import pytest
import torch

from core.attention.normalizers import NORMALIZERS
from core.claims.experiment import run
from core.claims.normalizers import Normalizers, shifted


def test_a_token_is_asked_for_the_one_before_it():
    batch = shifted(torch.Generator().manual_seed(1), batch=3, length=7)
    assert torch.equal(batch.labels[:, 1:], batch.tokens[:, :-1])
    assert batch.asked.tolist() == [[False] + [True] * 6] * 3
    lengths = {shifted(torch.Generator().manual_seed(seed)).tokens.shape[1] for seed in range(200)}
    assert min(lengths) == 5 and max(lengths) == 20


@pytest.mark.slow
def test_all_normalizers_learn_and_only_rows_that_promise_it_sum_to_one():
    finding = run(Normalizers(), [0])
    assert finding.verdict == "shown"
    for row in finding.rows:
        sums_to_one = abs(row["smallest row sum"] - 1) < 1e-4 and abs(row["largest row sum"] - 1) < 1e-4
        assert sums_to_one == NORMALIZERS[row["normalizer"]].sums_to_one
    zeros = {row["normalizer"]: row["exact zeros"] for row in finding.rows}
    assert zeros["sparsemax"] > zeros["entmax15"] > zeros["softmax"] == 0
