"""The coverage loss by hand, as a term of a training, and what it is refused with."""

import pytest
import torch

from core.data.batch import collate
from core.data.stream import Stream
from core.errors import SettingError
from core.models.build import build
from core.runs.config import ExperimentConfig
from core.training.coverage import Covering, coverage
from core.training.likelihood import Likelihood


def config(model=None, training=None, task="reverse"):
    return ExperimentConfig.from_dict({
        "task": {"name": task}, "model": {"name": "recurrent", "width": 8, **(model or {})},
        "training": {"batch_size": 4, **(training or {})},
    })  # fmt: skip


def test_what_is_looked_at_again_is_counted_by_hand():
    weights = torch.tensor([
        [[0.6, 0.4, 0.0], [0.5, 0.2, 0.3], [0.1, 0.1, 0.8]],  # again: min with nothing, 0.5 + 0.2, 0.1 + 0.1 + 0.3
        [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]],  # the last one is a pad
    ])  # fmt: skip
    valid = torch.tensor([[True, True, True], [True, True, False]])
    assert float(coverage(weights, valid)) == pytest.approx((0.7 + 0.5 + 1.0) / 5)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_a_diagonal_costs_nothing_and_staying_put_costs_one_a_step_but_the_first(steps):
    valid = torch.ones(1, steps, dtype=torch.bool)
    stay = torch.zeros(1, steps, 4)
    stay[..., 2] = 1.0
    assert float(coverage(torch.eye(steps)[None], valid)) == 0.0
    assert float(coverage(stay, valid)) * steps == pytest.approx(steps - 1)


@pytest.mark.parametrize("model", [
    {}, {"score": "general"}, {"alignment": "coverage"}, {"copy": "pointer_generator", "alignment": "coverage"}, {"copy": "copynet"},
])  # fmt: skip
def test_the_term_is_named_and_moves_the_attention(model):
    made = config(model)
    net = build(made.model, *made.task.vocabularies, made.seeds)
    batch = Stream(made.task, 4, made.seeds).batch(1)
    plain = Likelihood()(net, batch, 1)
    same = Covering(Likelihood(), 0.0)(net, batch, 1)
    assert same.terms.keys() == {"likelihood"} and torch.equal(same.terms["likelihood"], plain.terms["likelihood"])
    once, twice = (Covering(Likelihood(), price)(net, batch, 1).terms for price in (1.0, 2.0))
    paid, doubled = (float(terms["coverage"].detach()) for terms in (once, twice))
    assert set(once) == {"likelihood", "coverage"} and torch.equal(once["likelihood"], plain.terms["likelihood"])
    assert doubled == pytest.approx(2 * paid) and 0 < paid < 1
    once["coverage"].backward()
    moved = {name for name, one in net.named_parameters() if one.grad is not None and one.grad.abs().sum() > 0}
    assert any(name.startswith(("decoder.cross_attention", "decoder.copy")) for name in moved)


def test_coverage_of_a_batch_is_that_of_its_items_by_tokens():
    made = config()
    net, stream = build(made.model, *made.task.vocabularies, made.seeds), Stream(made.task, 4, made.seeds)
    examples = stream.examples(1)
    whole, parts = stream.batch(1), [collate([one], *made.task.vocabularies) for one in examples]

    def term(given):
        return float(Covering(Likelihood(), 1.0)(net, given, 1).terms["coverage"].detach())

    summed = sum(term(part) * part.target_tokens for part in parts)
    assert term(whole) * whole.target_tokens == pytest.approx(summed, abs=1e-4)


def test_what_cannot_be_counted_is_refused_with_what_would_work():
    with pytest.raises(SettingError, match="copy=pointer_generator, or the model recurrent"):
        config({"name": "transformer", "heads": 2}, {"coverage": 1.0})
    config({"name": "transformer", "heads": 2, "copy": "pointer_generator"}, {"coverage": 1.0})
    with pytest.raises(SettingError, match="choose coverage=0, or alignment=content"):
        config({"alignment": "monotonic"}, {"coverage": 1.0})
    with pytest.raises(SettingError, match="choose label_smoothing=0, or copy=none"):
        config({"copy": "copynet"}, {"label_smoothing": 0.1})


def test_what_a_decoder_cannot_copy_with_is_refused_with_what_would_work():
    with pytest.raises(SettingError, match="choose score=additive, or copy=pointer_generator"):
        config({"copy": "copynet", "score": "dot"})
    with pytest.raises(SettingError, match="choose alignment=content, location or coverage"):
        config({"copy": "pointer_generator", "alignment": "mocha"})
    with pytest.raises(SettingError, match="choose normalizer=softmax or sparsemax"):
        config({"copy": "pointer", "normalizer": "relu"})
    with pytest.raises(SettingError, match="copynet"):
        config({"name": "transformer", "copy": "copynet"})
