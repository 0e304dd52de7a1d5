"""The 发财 ladder: what is trained on, who listens, and what is reported."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.models.speaker_settings import SpeakerSettings
from core.seeds import Seeds
from core.training.spoken_ladder import WORDS, Ladder, LadderPlan, corpus_of, listen, recording

TINY = SpeakerSettings(width=16, reduction=5, prenet=8)


def made(plan: LadderPlan) -> Ladder:
    return Ladder(plan, TINY, corpus_of(plan, Seeds(1)), Seeds(1))


def test_texts_have_as_many_words_as_the_plan_says_and_some_repeat_one():
    texts = LadderPlan(utterances=400).texts(Seeds(0))
    counts = [len(text) // 2 for text in texts]
    assert set(counts) == {4, 5, 6} and texts == LadderPlan(utterances=400).texts(Seeds(0))
    repeated = [len({text[at : at + 2] for at in range(0, len(text), 2)}) == 1 for text in texts]
    assert 0.2 < np.mean(repeated) < 0.4
    assert {text[at : at + 2] for text in texts for at in range(0, len(text), 2)} == set(WORDS)


def test_the_recognizer_hears_espeak_itself_and_speech_that_is_slower_or_blurred():
    noise = np.random.default_rng(0)
    for word, times in (("发财", 1), ("发财", 4), ("苹果", 3)):
        frames = recording(word, times)
        assert listen(frames, word, times) == ((word, times), 0.0)
        slow = np.repeat(frames, 2, axis=0)[: int(1.2 * len(frames)) * 2 : 2]
        blurred = slow + noise.normal(0, 0.5, slow.shape)
        assert listen(blurred, word, times)[0] == (word, times)


def test_the_recognizer_hears_too_many_too_few_and_another_word():
    assert listen(recording("发财", 3), "发财", 4)[0] == ("发财", 3)
    assert listen(recording("发财", 5), "发财", 4)[0] == ("发财", 5)
    assert listen(recording("老师", 2), "发财", 2)[0] == ("老师", 2)


def test_a_ladder_goes_on_in_slices_and_says_its_rungs_at_any_time():
    plan = LadderPlan(utterances=8, steps=3)
    ladder, at_once = made(plan), made(plan)
    while not ladder.done:
        ladder.go_on(1e-9)
        ladder.rungs(["发财"], [1])  # to listen in between changes nothing
    at_once.go_on()
    assert ladder.losses == at_once.losses and len(ladder.losses) == 3
    rungs = ladder.rungs(["发财", "你好"], [1, 2])
    assert [(one.word, one.times) for one in rungs] == [("发财", 1), ("你好", 1), ("发财", 2), ("你好", 2)]
    for one in rungs:
        assert one.frames.shape == (len(one.weights) * 5, 80) and one.weights.shape[1] == 2 * one.times + 1
        assert one.weights.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
        assert one.length == len(one.frames) / len(recording(one.word, one.times))
        assert one.true.text == one.word * one.times
        sound = one.sound
        assert np.isfinite(sound.samples).all() and len(sound.samples) / sound.rate == pytest.approx(
            len(one.frames) / 100, abs=0.03
        )


def test_a_rung_is_right_where_word_number_and_end_are():
    (rung,) = made(LadderPlan(utterances=8, steps=1)).rungs(["发财"], [2])
    right = replace(rung, stopped=True, heard=("发财", 2))
    assert right.right
    assert not replace(right, stopped=False).right
    assert not replace(right, heard=("发财", 3)).right and not replace(right, heard=("你好", 2)).right


def test_with_chance_it_says_the_same_word_in_different_ways():
    ladder = made(LadderPlan(utterances=8, steps=1))
    once, again, other = (
        ladder.rungs(["发财"], [1], torch.Generator().manual_seed(seed))[0].frames[:5] for seed in (1, 1, 2)
    )
    assert np.array_equal(once, again) and not np.array_equal(once, other)


@pytest.mark.slow
def test_a_guided_speaker_learns_words_that_can_be_heard():
    plan = LadderPlan(guidance=5.0, steps=600)
    ladder = Ladder(plan, SpeakerSettings(reduction=5), corpus_of(plan, Seeds(0)), Seeds(0))
    ladder.go_on()
    rungs = ladder.rungs(times=[4])
    assert sum(one.right for one in rungs) >= 8  # of twelve
    for one in rungs:
        assert np.sqrt(np.mean(one.sound.samples**2)) > 0.02
