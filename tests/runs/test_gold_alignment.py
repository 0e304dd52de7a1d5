"""Maps between words and their agreement with gold links: pieces by hand, shipped models, pairs that cannot be read."""

import numpy as np
import pytest

from core.data.linked_sentences import LinkedPair, read_linked
from core.data.word_links import GoldLinks
from core.errors import InputError
from core.metrics.alignment import alignment_error_rate
from core.metrics.link_extraction import largest_in_row
from core.runs.gold_alignment import best_of, diagonal_agreement, head_agreements, known_pairs, linked_maps
from core.runs.trained import load
from core.runs.word_maps import BETWEEN, between_words, words_of


def test_pieces_of_words_are_found_whatever_the_model_cuts():
    assert words_of(["▁qu", "'", "il", "▁dort"], ["qu'", "il", "dort"]) == [0, 0, 1, 2]
    assert words_of(list("le chat"), ["Le", "chat"]) == [0, 0, BETWEEN, 1, 1, 1, 1]
    with pytest.raises(InputError, match="'ab' is no part of one word"):
        words_of(["ab"], ["a", "b"])
    with pytest.raises(InputError, match="'x' is no part of one word"):
        words_of(["a", "x"], ["ab"])
    with pytest.raises(InputError, match="without its end “b”"):
        words_of(["a"], ["ab"])


def test_weight_on_a_word_is_summed_over_its_pieces_and_a_word_looks_as_its_pieces_do_on_average():
    weights = np.array([[[0.5, 0.2, 0.2, 0.1], [0.1, 0.3, 0.4, 0.2], [0.0, 0.0, 0.9, 0.1], [0.25, 0.25, 0.25, 0.25]]])
    found = between_words(weights, [0, 0, 1], [0, 0, 1], (2, 2))  # the last row and column are of <end>
    assert found[0] == pytest.approx(np.array([[0.55, 0.3], [0.0, 0.9]]))


def test_every_head_of_a_shipped_model_has_the_error_of_its_links_on_held_out_examples():
    trained = load("demo/reverse-transformer")
    pairs = known_pairs(trained, 12)
    *_, found = linked_maps(trained, pairs, cut=True)
    agreements = head_agreements(found, largest_in_row)
    assert [one.head for one in agreements] == [0, 1, 2, 3, None] and found.done == found.total == 12
    assert best_of(agreements).links.error_rate == min(one.links.error_rate for one in agreements[:4]) < 0.3
    assert diagonal_agreement(pairs).error_rate > 0.8  # a reversal is not along the diagonal
    (matrix,) = trained.matrices("".join(pairs[3].source), "".join(pairs[3].target), "*cross*")
    rows = matrix.weights[2][: len(pairs[3].target), : len(pairs[3].source)]
    assert found.pairs[3].weights(0, 2) == pytest.approx(rows)
    own = alignment_error_rate(rows, pairs[3].links.sure)
    (alone,) = linked_maps(trained, pairs[3:4], cut=True)
    assert head_agreements(alone, largest_in_row)[2].links.error_rate == own


def test_sentences_that_somebody_brings_are_the_same_as_the_task_s_own():
    trained = load("demo/synonyms-transformer")
    own = known_pairs(trained, 5)
    *_, cut = linked_maps(trained, own, cut=True)
    *_, brought = linked_maps(trained, own)
    for one, other in zip(cut.pairs, brought.pairs, strict=True):
        assert one.maps[0] == pytest.approx(other.maps[0])


def test_pairs_that_cannot_be_read_are_left_out_and_unknown_target_words_said():
    trained = load("demo/synonyms-transformer")
    pairs = read_linked("dog eats\n☃\ndog", "Hund Wolkenkratzer\nHund\nWolkenkratzer", "0-0 1p1\n0-0\n0-0")
    *_, found = linked_maps(trained, pairs)
    assert [number for number, _ in found.left_out] == [2, 3] and found.pairs[0].unknown == ("Wolkenkratzer",)
    with pytest.raises(
        InputError, match="not one of the 2 sentence pairs can be read; the first is 2: the model has never"
    ):
        list(linked_maps(trained, pairs[1:]))


def test_a_task_without_links_and_too_many_pairs_are_refused():
    with pytest.raises(InputError, match="the task dates does not say which source token"):
        known_pairs(load("demo/dates-transformer"), 3)
    pair = LinkedPair(1, ("dog",), ("Hund",), GoldLinks.of())
    with pytest.raises(InputError, match="1,001 sentence pairs cannot be looked at here; bring from 1 to 1,000"):
        next(linked_maps(load("demo/synonyms-transformer"), [pair] * 1001))
