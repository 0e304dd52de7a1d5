"""Heads: the labels of the experiment by hand, and that it shows."""

import torch

from core.claims.experiment import run
from core.claims.heads import Heads, pairs


def test_a_token_is_asked_for_the_one_before_and_the_one_two_places_after():
    batch = pairs(torch.Generator().manual_seed(1), batch=3)
    for at in range(batch.tokens.shape[1]):
        assert batch.asked[:, at].all() == batch.asked[:, at].any() == (1 <= at < batch.tokens.shape[1] - 2)
        if batch.asked[0, at]:
            assert batch.labels[:, at].tolist() == batch.tokens[:, [at - 1, at + 2]].tolist()


def test_two_heads_keep_apart_what_one_head_averages_away():
    finding = run(Heads(), [0], budget=0.5)
    assert finding.verdict == "shown" and finding.effect - finding.baseline >= 0.5
    assert [finding.rows[0]["heads"], finding.rows[-1]["heads"]] == [1, 2]
