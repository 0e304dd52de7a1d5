"""The claims about mechanisms: their texts and answers by hand, and verdicts that follow their rules."""

import pytest
import torch

from core.attention.mechanisms import MECHANISMS
from core.claims.claim import Measured
from core.claims.convolution import ALPHAS, KERNELS, Convolution
from core.claims.experiment import run
from core.claims.listops import LONGEST, OPERATORS, TOKENS, ListOps, evaluate, lists
from core.claims.performer import FEATURES, PerformerError
from core.claims.recall import KEYS, NO_VALUE, PAIRS, VALUES, Recall, lookups


def _errors(*errors):
    return Measured(errors[-1], errors[0], tuple({"error": error} for error in errors))


@pytest.mark.parametrize(
    ("claim", "found", "verdict"),
    [
        (Recall(), [Measured(0.95, 0.5)], "shown"),
        (Recall(), [Measured(0.95, 0.5), Measured(0.95, 0.6)], "not shown"),
        (Recall(), [Measured(0.8, 0.1)], "not shown"),
        (Recall(), [Measured(1.0, 1.0)], "contradicted"),
        (ListOps(), [Measured(0.46, 0.40)], "shown"),
        (ListOps(), [Measured(0.42, 0.40)], "not shown"),
        (ListOps(), [Measured(0.40, 0.46)], "contradicted"),
        (Convolution(), [Measured(9e-6, 0.02)], "shown"),
        (Convolution(), [Measured(2e-5, 0.02)], "not shown"),
        (Convolution(), [Measured(0.1, 0.02)], "contradicted"),
        (PerformerError(), [_errors(0.8, 0.6, 0.3)], "shown"),
        (PerformerError(), [_errors(0.8, 0.9, 0.3)], "not shown"),
        (PerformerError(), [_errors(0.8, 0.6, 0.5)], "not shown"),
        (PerformerError(), [_errors(0.8, 0.9)], "contradicted"),
    ],
)
def test_verdicts_follow_their_rules(claim, found, verdict):
    assert claim.verdict(found) == verdict


def test_every_key_is_asked_once_and_its_answer_is_the_value_it_came_with():
    batch = lookups(torch.Generator().manual_seed(1), 6, 5)
    for tokens, labels, asked in zip(batch.tokens.tolist(), batch.labels.tolist(), batch.asked.tolist()):
        said = dict(divmod(token, VALUES + 1) for token in tokens[:6])
        assert len(said) == 6 and max(said) < KEYS and NO_VALUE not in said.values()
        assert asked == [False] * 6 + [True] * 6
        asking = [divmod(token, VALUES + 1) for token in tokens[6:]]
        assert sorted(key for key, _ in asking) == sorted(said) and {value for _, value in asking} == {NO_VALUE}
        assert labels[6:] == [said[key] for key, _ in asking]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[SM 7 8 ]", 5), ("[MED 9 2 4 ]", 4), ("[MED 9 2 4 5 ]", 4), ("[MIN 3 [MAX 1 2 ] ]", 2),
        ("[SM [MED 1 9 9 ] [MIN 8 [SM 9 9 ] ] ]", 7),
    ],
)  # fmt: skip
def test_lists_have_the_value_that_one_finds_by_hand(text, value):
    assert evaluate(text.split()) == value


def test_lists_are_asked_at_their_first_token_for_their_value_and_are_short_and_shallow_enough():
    batch = lists(torch.Generator().manual_seed(2), 60)
    deepest = 0
    for tokens, valid, labels in zip(batch.tokens, batch.valid, batch.labels):
        text = [TOKENS[token] for token in tokens[valid].tolist()]
        assert len(text) <= LONGEST and evaluate(text) == labels[0]
        depth = 0
        for token in text:
            depth += (token in OPERATORS) - (token == "]")
            deepest = max(deepest, depth)
        assert depth == 0
    assert deepest == 3 and batch.asked[:, 0].all() and not batch.asked[:, 1:].any()


def test_rows_have_every_case():
    assert [row["features"] for row in run(PerformerError(), [0]).rows] == list(FEATURES)
    rows = run(Convolution(), [0]).rows
    assert [(row["kernel"], row["alpha"]) for row in rows] == [
        (kernel, alpha) for kernel in KERNELS for alpha in ALPHAS
    ]
    assert all((row["border_without_zeros"] is None) == (row["kernel"] == 1) for row in rows)
    assert [row["attention"] for row in run(ListOps(), [0], 0.001).rows] == list(MECHANISMS)
    assert {row["pairs"] for row in run(Recall(), [0], 0.001).rows} == set(PAIRS)


@pytest.mark.slow
def test_more_pairs_than_the_state_holds_are_forgotten_and_looked_up():
    assert run(Recall(), [1]).verdict == "shown"
