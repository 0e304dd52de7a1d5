"""Degeneration: the texts follow their law, the verdict follows its rule, and a model that has learned little is measured too."""

from itertools import pairwise

import pytest
import torch

from core.claims.claim import Measured
from core.claims.degeneration import Degeneration, walks
from core.claims.experiment import run


def test_every_word_of_a_text_is_one_that_may_follow_the_last_one():
    ring = torch.eye(40).roll(1, 1)  # after word 0 comes word 1, after the last one word 0
    texts = walks(ring, torch.Generator().manual_seed(1), 8)
    for one in texts:
        places = [int(word[1:]) for word in (*one.source, *one.target)]
        assert all((last + 1) % 40 == now for last, now in pairwise(places))
        assert (len(one.source), len(one.target)) == (26, 60)
    assert len({one.source[0] for one in texts}) > 1
    assert walks(ring, torch.Generator().manual_seed(1), 8) == texts


def found(greedy: float, beam: float, drawn: float, text: float = 0.01) -> Measured:
    shares = {"the text itself": text, "greedy": greedy, "beam of 8": beam, "drawn by chance": drawn}
    return Measured(
        greedy, drawn, tuple({"outputs": name, "repeated 4-grams": share} for name, share in shares.items())
    )


GOOD = found(0.8, 0.8, 0.0)


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [
        ([GOOD, found(0.5, 0.5, 0.06)], "shown"),
        ([GOOD, found(0.49, 0.8, 0.0)], "not shown"),
        (
            [GOOD, found(0.8, 0.49, 0.0)],
            "not shown",
        ),  # search alone is not enough: it must be every search for the most probable
        ([GOOD, found(0.8, 0.8, 0.07)], "not shown"),
        ([found(0.8, 0.8, 0.25, text=0.2)], "shown"),  # a text that repeats itself may be repeated
        ([found(0.1, 0.1, 0.1)], "not shown"),
        ([GOOD, found(0.1, 0.8, 0.2)], "not shown"),
        ([found(0.1, 0.8, 0.2)], "contradicted"),
    ],
)
def test_search_must_repeat_itself_and_chance_no_more_than_the_text(measured, verdict):
    assert Degeneration().verdict(measured) == verdict


def test_all_ways_write_as_many_words_and_the_known_probabilities_run_in_circles():
    rows = {row["outputs"]: row for row in run(Degeneration(), [2], budget=0.05).rows}
    assert next(iter(rows)) == "the text itself" and len(rows) == 7
    assert rows["the text itself"]["repeated 4-grams"] <= 0.02
    assert rows["most probable next word, known probabilities"]["repeated 4-grams"] > 0.5
    for row in rows.values():
        assert 0 <= row["repeated 4-grams"] < 1 and row["longest repeated"] < 60 and 1 <= row["different words"] <= 40
        assert row["log p a word, known probabilities"] < 0


def test_it_shows():
    finding = run(Degeneration(), [0], budget=0.5)
    assert finding.verdict == "shown" and finding.effect > 0.5 > finding.baseline + 0.4
