"""A pair of trainings from the same weights: equal at the start, and each on its own way from the first step."""

from random import Random

import pytest

from core.data.noise import Noised
from core.runs.beginning import fine_tuning
from core.runs.reward_pair import CROSS_ENTROPY, OBJECTIVES_SHOWN, REWARDED, RewardPair, pair_config
from core.runs.trained import load
from core.tasks.copying import Copying


@pytest.mark.parametrize("objective", OBJECTIVES_SHOWN)
def test_both_begin_with_the_run_and_are_looked_at_alike(objective):
    before = load("demo/pinyin-gru")
    config = pair_config(fine_tuning(before), objective, "edits", seed=3, steps=3)
    pair = RewardPair(config, before.model.state_dict(), before.examples, noise=0.25, every=2)
    pair.advance()
    first = {name: side.looks[0] for name, side in pair.sides.items()}
    assert first[CROSS_ENTROPY] == first[REWARDED] and first[REWARDED].greedy > 0.9
    pair.go_on()
    assert pair.done and pair.step == 3
    assert [look.step for look in pair.sides[REWARDED].looks] == [0, 2, 3]
    assert pair.sides[CROSS_ENTROPY].looks[-1].loss != pair.sides[REWARDED].looks[-1].loss
    assert len(pair.sides[REWARDED].rewards) == 3 and pair.sides[CROSS_ENTROPY].rewards == []


def test_noise_is_in_training_targets_alone_and_as_much_as_was_asked_for():
    task, share = Copying(), 0.25
    noised, tokens, wrong = Noised(task, share), 0, 0
    for seed in range(300):
        right, given = task.draw("train", Random(seed)), noised.draw("train", Random(seed))
        assert right.source == given.source and len(right.target) == len(given.target)
        tokens += len(right.target)
        wrong += sum(one != other for one, other in zip(right.target, given.target))
    letters = len(task.vocabularies[1]) - 6
    expected = share * (1 - 1 / letters)  # a letter may be replaced by itself
    assert abs(wrong / tokens - expected) < 4 * (expected * (1 - expected) / tokens) ** 0.5
    assert noised.draw("validation", Random(1)) == task.draw("validation", Random(1))
