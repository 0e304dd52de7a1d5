"""One source in several ways, on the shipped runs: what is told is what the models give."""

from copy import deepcopy
from dataclasses import replace

import pytest

import core
from core.decoding.mask_predict import AtOnce, MaskPredict
from core.runs.all_at_once import LENGTHS, all_places, costs, token_by_token
from core.tasks.task import held_out
from core.training.evaluation import rules_for

SOURCE = "thanks hello never"


@pytest.fixture(scope="module")
def left():
    return core.load("demo/phrases-transformer")


@pytest.fixture(scope="module")
def once():
    return core.load_parallel("demo/phrases-parallel")


@pytest.fixture(scope="module")
def masked():
    return core.load_parallel("demo/phrases-masked")


def test_left_to_right_is_a_call_for_every_word_and_each_has_one_more(left):
    told = token_by_token(left, SOURCE, "left")
    assert told.output == left.output(SOURCE) and told.right is True and told.mixtures == ()
    assert told.calls == len(told.output.split()) + 1 == 10
    for at, stage in enumerate(told.stages):
        assert [bool(token) for token in stage.tokens] == [place <= at for place in range(10)]
        assert stage.written.index(True) == at
    # greedy: the word that was written is the most probable one
    assert [top[0][0] for top in told.tops] == list(told.stages[-1].tokens)


def test_all_at_once_is_one_call_and_its_mixtures_are_named(once):
    told = all_places(once, SOURCE, AtOnce(), "once")
    assert told.calls == 1 and told.output == once.output(SOURCE)
    assert [top[0][0] for top in told.tops] == list(told.stages[0].tokens)
    sources = [once.config.task.join(one.source) for one in held_out(once.config.task, "test", 30)]
    found = [all_places(once, source, AtOnce(), "once") for source in sources]
    wrong = [one for one in found if not one.right]
    assert len(wrong) > 10 and all(one.mixtures for one in wrong)
    assert all("is neither" in word for one in wrong for word in one.mixtures)


def test_passes_are_told_as_they_were_made(masked):
    how = MaskPredict(passes=4)
    told, writing = all_places(masked, SOURCE, how, "masks"), masked.written(SOURCE, how)
    assert told.calls == writing.calls == len(told.stages)
    assert [stage.confidences for stage in told.stages] == [one.confidences for one in writing.passes]
    assert [sum(stage.again) for stage in told.stages] == [10 * (4 - t) // 4 for t in (1, 2, 3, 4)]


def test_calls_grow_with_the_length_left_to_right_and_not_at_all_at_once(left, once, masked):
    found = costs(left, once, masked, SOURCE, passes=3)
    calls = {name: [one.calls for one in found if one.name == name] for name in {one.name for one in found}}
    assert calls == {
        "left to right": list(LENGTHS), "all at once": [1] * len(LENGTHS), "mask-predict, 3 passes": [3] * len(LENGTHS),
    }  # fmt: skip
    assert all(one.milliseconds > 0 for one in found)


def test_what_is_stopped_at_its_limit_has_written_no_end(left):
    model = deepcopy(left.model)
    model.decoder.output.bias[model.end] = -1e9
    told = token_by_token(replace(left, model=model), "hello", "left")
    assert told.calls == len(told.stages[-1].tokens) == len(told.tops) and "<end>" not in told.stages[-1].tokens
    assert told.calls == rules_for(model, [0, 0]).max_new_tokens


def test_words_that_were_copied_are_told_by_their_own_text():
    told = token_by_token(core.load("demo/chat-pointer"), "do you know ada lovelace ?", "left")
    assert told.output == "no, who is ada lovelace?" and told.right is True
    assert [top[0][0] for top in told.tops] == list(told.stages[-1].tokens)
