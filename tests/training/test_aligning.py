"""The most diagonal head of a model, over held-out examples of different lengths."""

import numpy as np
import pytest
import torch

from core.data.batch import collate
from core.metrics.alignment_scores import BAND, diagonality
from core.models.build import build
from core.models.transformer_settings import TransformerSettings
from core.recording.tap import Tap, editing
from core.seeds import Seeds
from core.tasks.speech_like import SpeechLike
from core.training.aligning import most_diagonal

TASK = SpeechLike()
TEXTS = ("fa cai ni hao s m le gui", "m le fa ni s r")  # 17 and 9 frames
BATCH = collate([TASK.spoken(text.split()) for text in TEXTS], *TASK.vocabularies)


def model():
    settings = TransformerSettings(width=8, layers=2, heads=2)
    return build(settings, *TASK.vocabularies, Seeds(0))


def test_the_head_that_walks_along_the_source_is_found_with_its_place():
    net = model()
    tap = net.decoder.layers[1].cross_attention.attention.tap_weights

    def walk(at: Tap, weights: torch.Tensor) -> torch.Tensor:
        if at is not tap:
            return weights
        changed = torch.zeros_like(weights)
        for item, (rows, columns) in enumerate(
            zip(BATCH.target_valid.sum(1).tolist(), BATCH.source_valid.sum(1).tolist())
        ):
            for row in range(weights.shape[2]):
                changed[item, 1, row, min(columns - 1, round(row * columns / rows))] = (
                    1.0  # the other head sees nothing
                )
        return changed

    with editing(walk):
        best = most_diagonal(net, BATCH)
    assert (best.path, best.head) == ("decoder.layers.1.cross_attention.attention", 1)
    assert best.diagonality == pytest.approx(1.0) and best.label == "cross · layer 2 · head 2"


def test_pads_do_not_count_and_the_model_is_left_as_it_was(monkeypatch):
    net, cut = model().train(), []
    monkeypatch.setattr(
        "core.training.aligning.diagonality", lambda weights: cut.append(weights.shape) or weights.sum()
    )
    best = most_diagonal(net, BATCH)
    assert net.training and cut == [(18, 9), (10, 7)] * 4  # <end> is counted; two layers of two heads
    assert best.diagonality == pytest.approx((18 + 10) / 2, rel=1e-5)  # every row of every item has all its weight


@pytest.mark.parametrize("shape", [(20, 20), (31, 11)])
def test_evenly_spread_weights_have_about_the_area_of_the_band(shape):
    assert diagonality(np.ones(shape)) == pytest.approx(2 * BAND - BAND**2, abs=0.05)
    assert diagonality(np.eye(20)) == 1.0 and diagonality(np.eye(20)[::-1]) <= 0.2
