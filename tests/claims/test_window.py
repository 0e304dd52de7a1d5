"""Window: the sentences of the experiment by hand, and that it shows."""

import torch

from core.claims.experiment import run
from core.claims.window import BANDED, LENGTH, SAW, Window, about_saw, sentences


def test_a_saw_is_labelled_by_the_first_word_and_other_words_by_themselves():
    batch = sentences(torch.Generator().manual_seed(1), batch=40)
    for words, labels in zip(batch.tokens.tolist(), batch.labels.tolist()):
        assert words[0] in (0, 1) and all(word > 1 for word in words[1:])
        assert labels == [2 + words[0] if word == SAW else word % 2 for word in words]
    far = about_saw(batch, 10)
    assert (far.tokens[far.asked] == SAW).all() and not far.asked[:, :10].any() and far.asked.any()


def test_no_window_that_does_not_reach_is_above_chance_and_self_attention_is():
    finding = run(Window(), [0], budget=0.6)
    assert finding.verdict == "shown" and finding.effect - finding.baseline >= 0.35
    far = {row["network"]: row for row in finding.rows if row["distance"] == "≥ 10"}
    assert far[f"window ±{LENGTH}"]["accuracy"] >= 0.95, "a window that covers all can do it"
    assert far["self-attention"]["parameters"] < far[f"window ±{LENGTH}"]["parameters"] / 2
    assert far[BANDED]["accuracy"] <= 0.6, "two layers of ±4 carry 8 places"
    near = {row["network"]: row["accuracy"] for row in finding.rows if row["distance"] == "2"}
    assert near["window ±3"] >= 0.95 > 0.7 > near["window ±0"], "within its reach a window is enough"
    assert near[BANDED] >= 0.95
