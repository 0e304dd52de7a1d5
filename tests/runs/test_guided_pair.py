"""Two trainings from one seed: the same until guidance is switched on, each the one it would have been alone."""

import pytest
import torch

from core.runs import guided_pair
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.runs.guided_pair import GUIDED, PLAIN, GuidedPair, pair_config
from core.training.events import StepDone


@pytest.fixture(autouse=True)
def one_pair(monkeypatch):
    monkeypatch.setattr(guided_pair, "pairs_of", lambda task: [("fa", "cai")])  # 132 take longer than the training


def config(strength: float = 10.0, task: str = "speech_like", model: str = "recurrent"):
    return pair_config(task, model, 3, strength).changed({"training.steps": 12, "training.evaluate_on": 4})


def weights(pair: GuidedPair, name: str) -> list[torch.Tensor]:
    return list(pair.sides[name].trainer.model.state_dict().values())


def test_both_begin_alike_and_only_one_is_guided():
    pair = GuidedPair(config(), every=5)
    assert all(torch.equal(one, other) for one, other in zip(weights(pair, PLAIN), weights(pair, GUIDED)))
    pair.go_on()
    assert pair.done and pair.step == 12
    assert any(not torch.equal(one, other) for one, other in zip(weights(pair, PLAIN), weights(pair, GUIDED)))
    for side in pair.sides.values():
        assert [look.step for look in side.looks] == [0, 5, 10, 12] and len(side.losses) == 12
        assert side.judged.n == 4 and [rung.times for rung in side.ladder] == [1, 2, 3, 4]
    assert pair.sides[PLAIN].losses[0] == pair.sides[GUIDED].losses[0]  # the same weights on the same batch
    assert pair.sides[PLAIN].looks[0].best == pair.sides[GUIDED].looks[0].best


def test_the_plain_side_is_the_training_it_would_have_been_alone():
    pair = GuidedPair(config(), every=5)
    pair.go_on()
    alone = config(strength=0.0)
    trainer = trainer_of(alone, Examples.of(alone.task))
    losses = [event.loss for event in trainer.events() if isinstance(event, StepDone)]
    assert losses == pair.sides[PLAIN].losses
    assert all(torch.equal(one, other) for one, other in zip(trainer.model.state_dict().values(), weights(pair, PLAIN)))


@pytest.mark.parametrize("model", guided_pair.PAIR_MODELS)
def test_until_guidance_is_switched_on_they_are_the_same_training_twice(model):
    pair = GuidedPair(config(strength=0.0, task="reverse", model=model), every=4)
    for _ in range(6):
        pair.advance()
    assert pair.sides[PLAIN].losses == pair.sides[GUIDED].losses
    pair.switch(20.0)
    pair.go_on()
    assert pair.switched == [(6, 20.0)] and pair.strength == 20.0
    assert pair.sides[PLAIN].losses[:7] == pair.sides[GUIDED].losses[:7]
    assert pair.sides[PLAIN].losses[7:] != pair.sides[GUIDED].losses[7:]
    assert pair.sides[PLAIN].ladder == ()  # reversal has none


def test_a_switch_before_the_first_step_is_a_setting_and_no_event():
    pair = GuidedPair(config(strength=0.0), every=5)
    pair.switch(10.0)
    assert pair.switched == []
    pair.go_on()
    other = GuidedPair(config(strength=10.0), every=5)
    other.go_on()
    assert pair.sides[GUIDED].losses == other.sides[GUIDED].losses


def test_it_is_aligned_at_the_first_look_that_finds_it_so(monkeypatch):
    pair = GuidedPair(config(), every=1)
    side = pair.sides[GUIDED]
    found = iter([0.3, 0.69, 0.7, 0.5])
    monkeypatch.setattr(
        guided_pair,
        "most_diagonal",
        lambda model, batch: guided_pair.HeadAlignment("decoder.cross_attention", 0, next(found)),
    )
    assert side.aligned_at is None
    for step in range(4):
        side.trainer.step = step
        side.look()
    assert side.aligned_at == 2
