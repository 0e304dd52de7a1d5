"""Diversity by hand, and self-BLEU against sacreBLEU one output at a time."""

import math

import numpy as np
import pytest

from core.metrics.diversity import Passage, distinct_n, longest_repeated, repeated_share, self_bleu
from core.metrics.overlap import BLEU


def one_by_one(outputs: list[str]) -> float:
    metric = BLEU(tokenize="none", effective_order=True)
    scores = [
        metric.sentence_score(" ".join(output), [" ".join(o) for at2, o in enumerate(outputs) if at2 != at]).score
        for at, output in enumerate(outputs)
    ]
    return sum(scores) / len(scores)


def test_distinct_n_counts_over_all_outputs_together():
    assert distinct_n(["abc", "abd"], 1) == 4 / 6
    assert distinct_n(["abc", "abd"], 2) == 3 / 4
    assert distinct_n(["abc", "abd"], 3) == 1.0


@pytest.mark.parametrize("outputs", [[], [""], ["a", "b"]])
def test_where_there_is_no_pair_of_tokens_the_share_of_different_pairs_is_unknown(outputs):
    assert math.isnan(distinct_n(outputs, 2))


@pytest.mark.parametrize("seed", range(20))
def test_self_bleu_is_what_sacrebleu_gives_one_output_at_a_time(seed):
    rng = np.random.default_rng(seed)
    outputs = ["".join(rng.choice(list("abc"), size=rng.integers(1, 9))) for _ in range(12)]
    assert self_bleu(outputs) == pytest.approx(one_by_one(outputs), abs=1e-9)


def test_a_second_copy_of_an_n_gram_counts_only_as_often_as_another_output_has_it():
    outputs = ["aaaa", "aab", "bbbb"]  # the largest count of "a" is the first output's own
    assert self_bleu(outputs) == pytest.approx(one_by_one(outputs), abs=1e-9)


def test_self_bleu_needs_two_outputs_and_an_empty_one_agrees_with_empty_ones_only():
    assert math.isnan(self_bleu([])) and math.isnan(self_bleu(["abc"]))
    assert self_bleu(["", "", "ab"]) == pytest.approx(200 / 3)
    assert self_bleu(["", "ab"]) == 0.0


def test_repetition_is_counted_in_n_grams_of_one_output():
    assert repeated_share("abcabc", 3) == 1 - 3 / 4
    assert repeated_share("abcdef", 3) == 0.0
    assert repeated_share("aaaa", 1) == 0.75
    assert math.isnan(repeated_share("ab", 3))


@pytest.mark.parametrize(
    ("output", "passage"),
    [
        ("", (0, 0, 0)), ("abc", (0, 0, 0)), ("abcXabcY", (0, 4, 3)), ("aaa", (0, 1, 2)), ("xyabzab", (2, 5, 2)),
        ("abXabcYabc", (3, 7, 3)),
    ],
)  # fmt: skip
def test_the_longest_repeated_passage_is_found_with_both_its_places(output, passage):
    assert longest_repeated(output) == Passage(*passage)
