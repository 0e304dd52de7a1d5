"""Phrases: two right ones of three words each, and no mixture of them is right."""

from itertools import product
from random import Random

import pytest

from core.errors import SettingError
from core.tasks.phrases import _LEXICON, WORDS_OF_A_PHRASE, Phrases


def test_no_mixture_of_two_phrases_is_a_phrase_and_they_differ_at_every_place():
    task = Phrases(words=len(_LEXICON))
    for english, phrases in _LEXICON.items():
        one, other = (phrase.split() for phrase in phrases)
        assert len(one) == len(other) == WORDS_OF_A_PHRASE
        for mixed in product(*zip(one, other)):
            known = task.meaning(mixed) == (english,)
            assert known == (list(mixed) in (one, other))
    every = [phrase for phrases in _LEXICON.values() for phrase in phrases]
    assert len(set(every)) == len(every)


def test_both_phrases_are_equally_frequent():
    task, rng = Phrases(words=2, shortest=1, longest=1), Random(3)
    targets = [" ".join(task.sample(rng).target) for _ in range(4000)]
    for phrases in list(_LEXICON.values())[:2]:
        assert targets.count(phrases[0]) == pytest.approx(1000, abs=110)  # four standard deviations
        assert targets.count(phrases[1]) == pytest.approx(1000, abs=110)


def test_an_output_is_right_phrase_by_phrase():
    task = Phrases()
    example = task.sample(Random(1))
    assert task.right(example, task.reference(example.source))
    assert not task.right(example, example.target[:-1]) and not task.right(example, (*example.target, "Dank"))
    assert task.reference(("thanks", "unheard")) is None
    assert [source for _, source in example.alignment] == [at // 3 for at in range(len(example.target))]


def test_lengths_that_cannot_be_are_refused():
    with pytest.raises(SettingError, match="shortest=5 is more than longest=4"):
        Phrases(shortest=5)
