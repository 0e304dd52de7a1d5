"""Order-free targets: what is right next, by hand; and a loss that knows a set alone."""

import pytest
import torch

from core.data.batch import Example, collate
from core.data.vocabulary import END
from core.errors import SettingError
from core.models.build import build
from core.models.transformer_settings import TransformerSettings
from core.runs.presets import preset_of
from core.seeds import Seeds
from core.training.likelihood import Likelihood
from core.training.order_free import OrderFreeLikelihood, missing, shuffled
from tests.laws.models import LETTERS

SETS = [("d", "b", "g"), ("a",), ()]
SEEDS = Seeds(4)


def batch(sets=SETS):
    return collate([Example(("a", "b"), one) for one in sets], LETTERS, LETTERS)


def net():
    return build(TransformerSettings(width=16, layers=1, heads=2, longest=16), LETTERS, LETTERS, Seeds(1)).eval()


def test_missing_labels_share_what_is_right_and_the_end_comes_last():
    found = missing(batch(), len(LETTERS))
    b, d, g, a = (LETTERS.numbers[one] for one in "bdga")
    assert found[0, 0, [b, d, g]].tolist() == pytest.approx([1 / 3] * 3) and float(found[0, 0, END]) == 0
    assert found[0, 1, [b, d, g]].tolist() == [0.5, 0.0, 0.5] and found[0, 2, [b, d, g]].tolist() == [0.0, 0.0, 1.0]
    assert float(found[0, 3, END]) == float(found[1, 1, END]) == float(found[2, 0, END]) == float(found[1, 0, a]) == 1.0
    assert found.sum(-1)[batch().target_valid].tolist() == pytest.approx([1.0] * 7)


def test_the_order_is_another_at_other_steps_and_the_same_for_the_same_set():
    orders = {tuple(shuffled(batch(), SEEDS, step).target_out[0].tolist()) for step in range(40)}
    assert len(orders) == 6 and all(one[-1] == END for one in orders)
    one, other = shuffled(batch(), SEEDS, 7), shuffled(batch([("g", "d", "b"), ("a",), ()]), SEEDS, 7)
    assert torch.equal(one.target_out, other.target_out) and torch.equal(one.target_in, other.target_in)
    assert torch.equal(one.target_in[:, 1:][one.target_valid[:, 1:]], one.target_out[:, :-1][one.target_valid[:, 1:]])


def test_the_loss_of_a_set_is_the_same_in_whichever_order_it_stands():
    model, weigh = net(), OrderFreeLikelihood(SEEDS)
    sets = [SETS, [("b", "g", "d"), ("a",), ()], [("b", "g", "c"), ("a",), ()]]
    losses = [float(weigh(model, batch(one), 3).terms["likelihood"].detach()) for one in sets]
    assert losses[0] == losses[1] != losses[2]


def test_with_one_label_it_is_teacher_forcing():
    model, given = net(), batch([("c",), ("h",)])
    own, usual = OrderFreeLikelihood(SEEDS)(model, given, 1), Likelihood()(model, given, 1)
    assert float(own.terms["likelihood"].detach()) == pytest.approx(float(usual.terms["likelihood"].detach()), abs=1e-6)
    assert own.token_accuracy == pytest.approx(usual.token_accuracy)


def test_targets_that_have_an_order_are_refused():
    with pytest.raises(
        SettingError, match="the targets of task=dates have one: choose objective=likelihood, or task=labels"
    ):
        preset_of("dates").changed({"objective.name": "order_free"})
