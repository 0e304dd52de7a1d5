"""Reversal, copying and sorting: letters in another order."""

from random import Random

import pytest

from core.errors import DataError, SettingError
from core.tasks.copying import Copying
from core.tasks.reversal import Reversal
from core.tasks.sorting import Sorting

LETTERS = (Reversal, Copying, Sorting)


@pytest.mark.parametrize(("task", "answer"), [(Reversal, "ananab"), (Copying, "banana"), (Sorting, "aaabnn")])
def test_a_word_worked_by_hand(task, answer):
    assert "".join(task().reference("banana")) == answer


def test_equal_letters_are_aligned_from_left_to_right():
    source = ("b", "a", "b", "a")
    assert list(enumerate(Sorting().arrange(source))) == [(0, 1), (1, 3), (2, 0), (3, 2)]


@pytest.mark.parametrize("task", LETTERS)
def test_each_target_letter_is_the_source_letter_it_is_aligned_with(task):
    rng = Random(1)
    for example in (task(alphabet=4, shortest=1, longest=9).sample(rng) for _ in range(100)):
        assert all(example.target[at] == example.source[origin] for at, origin in example.alignment)
        assert len({origin for _, origin in example.alignment}) == len(example.source)


@pytest.mark.parametrize("task", LETTERS)
def test_all_lengths_and_letters_that_the_settings_allow_occur_and_no_others(task):
    rng = Random(2)
    drawn = [task(alphabet=3, shortest=2, longest=5).sample(rng).source for _ in range(300)]
    assert {len(source) for source in drawn} == {2, 3, 4, 5}
    assert {letter for source in drawn for letter in source} == set("abc")


def test_capitals_and_spaces_do_not_matter():
    assert Reversal().tokenize(" Ab  C\n") == ["a", "b", "c"]


def test_a_shortest_above_the_longest_names_both():
    with pytest.raises(SettingError, match=r"shortest=13 is more than longest=12"):
        Copying(shortest=13)


def test_too_few_sources_for_a_split_are_an_error_and_no_endless_loop():
    with pytest.raises(DataError, match="no example in the split"):
        for split in ("validation", "test"):
            Reversal(alphabet=2, shortest=1, longest=1).draw(split, Random(0))
