"""Maps over words, by hand."""

import numpy as np

from core.data.pieces import are_pieces, joined, words
from core.metrics.over_words import over_words
from core.recording.matrix import AttentionMatrix
from core.recording.recorder import site_of


def test_pieces_are_joined_to_words() -> None:
    tokens = ["eng_Latn", "▁un", "believ", "able", "▁我", "爱", "</s>"]
    assert [joined(tokens, part) for part in words(tokens)] == ["eng_Latn", "unbelievable", "我", "爱", "</s>"]
    assert are_pieces(tokens) and are_pieces(["un", "##able"]) and not are_pieces(["a", "b", "<end>"])


def test_columns_are_summed_and_rows_are_meant() -> None:
    weights = np.array([[[0.1, 0.2, 0.3, 0.4], [0.5, 0.1, 0.4, 0.0], [0.25, 0.25, 0.25, 0.25]]], np.float32)
    matrix = AttentionMatrix(
        site_of("decoder.layers.0.cross_attention"), weights, ("▁Kat", "ze", "</s>"), ("▁c", "at", "▁s", "at")
    )
    found = over_words(matrix)
    assert found.queries == ("Katze", "</s>") and found.keys == ("cat", "sat")
    assert np.allclose(found.weights, [[[0.45, 0.55], [0.5, 0.5]]])
    assert np.allclose(found.sums, 1)


def test_words_that_are_whole_stay() -> None:
    weights = np.full((2, 2, 2), 0.5, np.float32)
    matrix = AttentionMatrix(site_of("encoder.layers.1.self_attention"), weights, ("a", "b"), ("a", "b"))
    assert np.array_equal(over_words(matrix).weights, weights)
