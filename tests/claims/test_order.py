"""The claims about positions: their tasks by hand, and that each shows."""

import pytest
import torch

from core.claims.alibi import AlibiLonger
from core.claims.claim import Measured
from core.claims.experiment import run
from core.claims.order import Order
from core.claims.ordered import BOTH, NOUN, PAD, VERB, WORDS, sentences, shifted
from core.claims.positions import ABSOLUTE, FAR, HOLDING, TRAINED, Positions
from core.seeds import Seeds


def chance() -> torch.Generator:
    return Seeds(2).generator("data")


def test_a_token_is_asked_for_the_one_before_it_and_the_first_and_padding_for_nothing():
    batch = shifted(chance(), 17, (3, 9))
    assert len(set(batch.valid.sum(dim=1).tolist())) > 3
    for tokens, valid, labels, asked in zip(batch.tokens, batch.valid, batch.labels, batch.asked):
        length = int(valid.sum())
        assert valid[:length].all() and (tokens[length:] == PAD).all() and (tokens[:length] != PAD).all()
        assert asked.tolist() == [False] + [True] * (length - 1) + [False] * (9 - length)
        assert labels[1:length].tolist() == tokens[: length - 1].tolist()


def test_a_word_that_can_be_both_is_a_verb_before_an_article_and_a_noun_after_it():
    batch = sentences(chance(), 20, (2, 3))
    for tokens, labels, asked in zip(batch.tokens, batch.labels, batch.asked):
        words = [WORDS[token] for token in tokens if token != PAD]
        assert 1 <= words.count("and") <= 2 and words[-1] != "and"
        expected, kind = [], VERB
        for word in words:
            kind = NOUN if word in ("a", "the") else VERB if word == "and" else kind
            expected += [kind] if word in BOTH else []
        assert labels[asked].tolist() == expected
        assert [WORDS[token] in BOTH for token in tokens] == asked.tolist()


def test_verbs_and_nouns_are_asked_equally_often_so_that_guessing_is_a_half():
    batch = sentences(chance(), 30, (1, 3))
    assert batch.labels[batch.asked].double().mean().item() == 0.5


def test_the_verb_is_told_from_the_noun_with_positions_only():
    finding = run(Order(), [0])
    assert finding.verdict == "shown" and finding.effect - finding.baseline >= 0.35


@pytest.mark.slow
def test_alibi_trains_short_and_tests_long_in_one_direction_only():
    finding = run(AlibiLonger(), [0])
    assert finding.verdict == "shown" and finding.effect - finding.baseline >= 0.25


@pytest.mark.slow
def test_positions_counted_from_the_query_hold_in_longer_texts():
    finding = run(Positions(), [0])
    assert finding.verdict == "shown" and finding.effect - finding.baseline >= 0.15


def measured(near: float, holding: float, absolute: float) -> Measured:
    rows = [{"positions": name, "size": size, "accuracy": near} for name in ABSOLUTE for size in (TRAINED, FAR)]
    return Measured(holding, absolute, tuple(rows))


@pytest.mark.parametrize(
    ("near", "holding", "absolute", "verdict"),
    [
        (1.0, 0.9, 0.4, "shown"),
        (0.5, 0.9, 0.4, "not shown"),
        (1.0, 0.7, 0.4, "not shown"),
        (1.0, 0.9, 0.95, "contradicted"),
    ],
)
def test_what_was_not_learned_at_all_is_no_evidence_that_it_does_not_hold(near, holding, absolute, verdict):
    assert Positions().verdict([measured(near, holding, absolute)]) == verdict
    assert set(HOLDING).isdisjoint(ABSOLUTE)
