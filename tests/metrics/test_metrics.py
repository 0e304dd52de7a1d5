"""Counting right answers, BLEU against sacreBLEU on strings, alignment error by hand."""

import numpy as np
import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.alignment import alignment_error_rate
from core.metrics.overlap import corpus_bleu, sentence_bleu
from core.metrics.sequence import exact_match, token_accuracy

WORDS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=12)


@given(WORDS, WORDS)
def test_bleu_is_sacrebleus_on_tokens(output, reference):
    theirs = sacrebleu.sentence_bleu(" ".join(output), [" ".join(reference)], tokenize="none", use_effective_order=True)
    assert sentence_bleu(output, reference) == pytest.approx(theirs.score, abs=1e-9)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=2, max_size=6))
def test_corpus_bleu_sums_counts_before_the_ratio(pairs):
    outputs, references = zip(*pairs)
    theirs = sacrebleu.corpus_bleu([" ".join(o) for o in outputs], [[" ".join(r) for r in references]], tokenize="none")
    assert corpus_bleu(outputs, references) == pytest.approx(theirs.score, abs=1e-9)


def test_a_tail_that_is_too_long_costs_and_is_not_exact():
    assert token_accuracy([list("abcc")], [list("abc")]) == 0.75
    assert exact_match([list("abcc")], [list("abc")]) == 0.0
    assert exact_match([], []) == 0.0 and token_accuracy([[]], [[]]) == 0.0


def test_alignment_error_of_reversal_copy_and_one_wrong_link():
    gold = [(0, 2), (1, 1), (2, 0)]
    assert alignment_error_rate(np.fliplr(np.eye(3)), gold) == 0.0
    assert alignment_error_rate(np.eye(3), gold) == pytest.approx(2 / 3)
