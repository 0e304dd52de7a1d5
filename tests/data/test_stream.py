"""The stream: a batch is a function of its step."""

import random
from collections import Counter

import pytest
import torch

from core.data.stream import Stream
from core.data.vocabulary import PAD
from core.errors import SettingError
from core.seeds import Seeds
from core.tasks.reversal import Reversal
from core.tasks.task import split_of

TASK = Reversal(alphabet=5, shortest=3, longest=11)


def test_a_step_has_the_same_batch_whatever_was_asked_before():
    forward, jumping = Stream(TASK, 4, Seeds(1), pool_batches=3), Stream(TASK, 4, Seeds(1), pool_batches=3)
    batches = {step: forward.batch(step) for step in range(1, 11)}
    for step in (10, 2, 7, 1, 10, 4):
        one, other = jumping.batch(step), batches[step]
        assert all(torch.equal(first, second) for first, second in zip(one[:5], other[:5])) and one.added == other.added


def test_other_seeds_and_other_pools_give_other_batches():
    stream = Stream(TASK, 8, Seeds(1), pool_batches=2)
    assert stream.examples(1) != stream.examples(3)
    assert stream.examples(1) != Stream(TASK, 8, Seeds(2), pool_batches=2).examples(1)


def test_only_training_examples_are_served_and_batches_are_full():
    stream = Stream(TASK, 7, Seeds(3), pool_batches=5)
    for step in range(1, 16):
        examples = stream.examples(step)
        assert len(examples) == 7
        assert {split_of(example.source) for example in examples} == {"train"}


def test_a_pool_serves_what_the_task_draws_and_each_example_once():
    stream = Stream(TASK, 6, Seeds(3), pool_batches=4)
    rng = Seeds(3).random("data", 1)
    drawn = Counter(TASK.draw("train", rng) for _ in range(24))
    assert Counter(example for step in range(5, 9) for example in stream.examples(step)) == drawn


def test_bucketing_leaves_few_pads():
    stream = Stream(TASK, 32, Seeds(4))
    batches = [stream.batch(step) for step in range(1, 17)]
    pads = sum(int((batch.source == PAD).sum()) for batch in batches)
    assert pads < 0.05 * sum(batch.source.numel() for batch in batches)


def test_long_batches_do_not_all_come_last():
    stream = Stream(TASK, 32, Seeds(4))
    lengths = [stream.batch(step).source.shape[1] for step in range(1, 17)]
    assert lengths != sorted(lengths)


def test_a_batch_is_encoded_with_the_vocabularies_of_the_task():
    stream = Stream(TASK, 2, Seeds(5))
    example, batch = stream.examples(1)[0], stream.batch(1)
    assert batch.source[0, : len(example.source)].tolist() == TASK.vocabularies[0].encode(example.source)


def test_steps_are_counted_from_one():
    with pytest.raises(SettingError, match="no step 0"):
        Stream(TASK, 2, Seeds(1)).batch(0)


@pytest.mark.parametrize(("batch_size", "pool_batches"), [(0, 1), (1, 0)])
def test_sizes_are_at_least_one(batch_size, pool_batches):
    with pytest.raises(SettingError, match="at least 1"):
        Stream(TASK, batch_size, Seeds(1), pool_batches)


def test_batches_neither_read_nor_move_the_global_generators():
    before = torch.get_rng_state()
    drawn = []
    for seed in (1, 2):
        random.seed(seed)  # its state cannot be compared: the type checker of the tests draws from it
        drawn.append(Stream(TASK, 3, Seeds(1)).examples(1))
    assert drawn[0] == drawn[1]
    assert torch.equal(torch.get_rng_state(), before)
