"""Truncated: frames and phones by hand, and that it shows."""

import pytest
import torch

from core.claims.experiment import run
from core.claims.truncated import Truncated, utterances


def test_a_phone_lasts_six_frames_and_is_heard_right_about_half_of_the_time():
    batch = utterances(torch.Generator().manual_seed(1), batch=200)
    changes = (batch.labels[:, 1:] != batch.labels[:, :-1]).nonzero()
    for row in range(5):
        places = changes[changes[:, 0] == row, 1]
        assert len({int(place) % 6 for place in places}) == 1, "a phone begins where none should"
    right = (batch.tokens == batch.labels).double().mean().item()
    assert right == pytest.approx(0.37 + 0.63 / 6, abs=0.02)


@pytest.mark.slow
def test_a_small_window_is_as_good_as_all_and_scores_a_tenth_of_the_pairs():
    finding = run(Truncated(), [0])
    assert finding.verdict == "shown"
    pairs = {row["window"]: row["pairs scored"] for row in finding.rows}
    assert pairs[1] == 298 and pairs[4] < pairs[99] / 10 and pairs[99] == 10_000
