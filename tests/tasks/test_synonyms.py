"""Synonyms: several right wordings, some training targets left empty."""

import math
from collections import Counter
from random import Random

import pytest

from core.data.batch import Example
from core.errors import SettingError
from core.tasks.synonyms import _WORDINGS, Synonyms
from core.tasks.task import held_out


def test_no_german_word_stands_for_two_english_ones():
    german = [word for wordings in _WORDINGS.values() for word in wordings]
    assert len(german) == len(set(german)) == 5 * len(_WORDINGS)


def test_every_wording_of_a_sentence_is_right_and_nothing_else():
    task = Synonyms(synonyms=2, fewest=2)
    example = Example(("dog", "eats", "dog"), ("Hund", "isst", "Köter"))
    for right in (("Köter", "speist", "Hund"), ("Hund", "isst", "Hund"), example.target):
        assert task.right(example, right)
    for wrong in (
        (),
        ("Hund", "isst"),
        ("isst", "Hund", "Köter"),
        ("Hund", "isst", "Köter", "Köter"),
        ("dog", "isst", "Hund"),
    ):
        assert not task.right(example, wrong)
    assert not task.right(example, ("Kläffer", "isst", "Hund"))  # a third synonym, which this task does not teach


def test_synonyms_are_equally_frequent_in_targets():
    """χ² with two degrees of freedom: above 13.8 once in a thousand seeds."""
    rng, task, counts = Random(1), Synonyms(), Counter()
    for _ in range(3000):
        example = task.sample(rng)
        counts.update(german for english, german in zip(example.source, example.target) if english == "dog")
    expected = sum(counts.values()) / 3
    assert set(counts) == {"Hund", "Köter", "Kläffer"}
    assert sum((count - expected) ** 2 / expected for count in counts.values()) < 13.8


@pytest.mark.parametrize(("fewest", "counts"), [(3, [3, 3, 3, 3]), (2, [2, 3, 2, 3]), (1, [1, 2, 3, 1])])
def test_words_differ_in_how_many_synonyms_they_have(fewest, counts):
    task = Synonyms(words=4, synonyms=3, fewest=fewest)
    targets = Counter(task.meaning([word])[0] for word in task.vocabularies[1].tokens[6:])
    assert [targets[first] for first in ("Hund", "isst", "groß", "Haus")] == counts


def test_the_share_of_empty_targets_is_that_of_the_settings_and_in_training_only():
    rng, task = Random(2), Synonyms(empty=0.1)
    empty = sum(task.draw("train", rng).target == () for _ in range(4000))
    assert abs(empty / 4000 - 0.1) < 4 * math.sqrt(0.1 * 0.9 / 4000)
    for split in ("validation", "test"):
        assert all(task.right(example, task.reference(example.source)) for example in held_out(task, split, 200))
        assert all(task.draw(split, rng).target for _ in range(100))


def test_a_target_left_empty_is_aligned_with_nothing():
    rng, task = Random(3), Synonyms(empty=0.5)
    drawn = [task.draw("train", rng) for _ in range(50)]
    assert {len(example.alignment) == len(example.target) for example in drawn} == {True}
    assert {bool(example.target) for example in drawn} == {True, False}


def test_a_source_with_a_word_that_is_not_taught_has_no_reference():
    task = Synonyms(words=4)
    assert task.reference(("dog", "cat")) is None
    assert task.reference(task.tokenize(" Big  DOG\n")) == ("groß", "Hund")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"shortest": 11}, "shortest=11 is more than longest=10"),
        ({"fewest": 4}, "fewest=4 is more than synonyms=3"),
        ({"empty": 0.7}, "empty=0.7 is out of range"),
        ({"words": 17}, "words=17 is out of range"),
    ],
)
def test_settings_that_cannot_be_are_named(settings, message):
    with pytest.raises(SettingError, match=message):
        Synonyms(**settings)


def test_where_one_wording_is_right_only_the_target_is():
    task = Synonyms(synonyms=1, fewest=1)
    example = task.sample(Random(4))
    assert task.reference(example.source) == example.target and task.meaning(("Köter",)) == ("Köter",)
