"""Frames of a spoken language to characters of another: a sentence by hand, its crossing, and halves that share their splits."""

from random import Random

import pytest

from core.errors import SettingError
from core.tasks.hokkien import Hokkien, Sentence
from core.tasks.task import held_out, split_of

SENTENCE = Sentence(("gua", "我"), ("lim", "喝"), ("te", "茶"), ("kinajit", "今天"))


def test_a_sentence_without_noise_worked_by_hand():
    example = Hokkien(source="phones").spoken(SENTENCE, Random(0))
    assert "".join(example.source) == "gualimtekinajit" and "".join(example.target) == "我今天喝茶"
    assert example.alignment == ((0, 0), (1, 8), (2, 8), (3, 3), (4, 6))  # the adverb is said last and written second


def test_phones_last_one_to_three_frames_and_links_begin_where_their_phone_does():
    example = Hokkien(noise=0.0, target="phones").spoken(SENTENCE, Random(3))
    phones, begins = "gualimtekinajit", [source for _, source in example.alignment]
    assert "".join(example.target) == phones and begins[0] == 0
    lengths = [after - at for at, after in zip(begins, [*begins[1:], len(example.source)])]
    assert set(lengths) == {1, 2, 3}
    assert list(example.source) == [phone for phone, length in zip(phones, lengths) for _ in range(length)]


def test_noise_replaces_its_share_of_frames():
    rng, wrong, count = Random(1), 0, 0
    for _ in range(300):
        example = Hokkien(noise=0.4, target="phones").spoken(SENTENCE, rng)
        begins = [source for _, source in example.alignment]
        for phone, at, after in zip(example.target, begins, [*begins[1:], len(example.source)]):
            wrong += sum(frame != phone for frame in example.source[at:after])
            count += after - at
    phones = len(Hokkien().vocabularies[0]) - 6
    assert wrong / count == pytest.approx(0.4 * (1 - 1 / phones), abs=0.02)  # four standard errors


def test_the_halves_of_a_cascade_hold_out_the_same_sentences():
    whole, first, second = Hokkien(), Hokkien(target="phones"), Hokkien(source="phones")
    for seed in range(200):
        examples = [task.sample(Random(seed)) for task in (whole, first, second)]
        keys = [tuple(task.held_out_by(one)) for task, one in zip((whole, first, second), examples)]
        assert keys[0] == keys[2] == examples[0].target and set(keys[1]) <= set("".join(keys[1]))
    spoken = [task.spoken(SENTENCE, Random(7)) for task in (whole, first, second)]
    assert {tuple(task.held_out_by(one)) for task, one in zip((whole, first, second), spoken)} == {tuple("我今天喝茶")}
    assert all(split_of(one.target) == "test" for one in held_out(whole, "test", 40))


def test_to_copy_phones_is_no_half():
    with pytest.raises(SettingError, match="which is copying: choose source=frames or target=characters"):
        Hokkien(source="phones", target="phones")
