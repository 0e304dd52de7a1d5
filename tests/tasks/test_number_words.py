"""Number words: num2words' own, composed; readable without it."""

import sys
from random import Random

import pytest

from core.errors import MissingExtra
from core.tasks import number_words
from core.tasks.number_words import ALPHABETS, NumberWords, words

NUMBERS = (0, 1, 21, 99, 100, 101, 999, 1000, 1001, 1100, 2000, 9999, 10_000, 21_021, 80_000, 100_000, 999_999)


@pytest.mark.parametrize("language", ALPHABETS)
def test_composed_words_are_those_of_num2words(language):
    from num2words import num2words

    rng = Random(language)
    for number in (*NUMBERS, *(rng.randrange(1000, 1_000_000) for _ in range(150))):
        assert words(number, language) == num2words(number, lang=language)


@pytest.mark.parametrize("language", ALPHABETS)
def test_the_alphabet_is_exactly_that_of_all_words_below_a_million(language):
    thousands, rests = number_words._table(language)
    spelled = {sign for text in (*thousands, *rests, *number_words._small(language)) for sign in text}
    assert spelled == set(ALPHABETS[language])


@pytest.mark.parametrize("language", ALPHABETS)
def test_the_reference_reads_every_kind_of_number(language):
    task = NumberWords(language=language, highest=999_999)
    for number in NUMBERS:
        assert task.reference(tuple(words(number, language))) == tuple(str(number))


def test_german_says_the_units_first():
    assert words(47, "de") == "siebenundvierzig"
    assert NumberWords().reference(tuple("fünfundzwanzig")) == ("2", "5")
    assert NumberWords().reference(tuple("zwanzigundfünf")) is None


def test_no_number_is_above_the_highest_and_short_ones_are_not_rare():
    rng, task = Random(1), NumberWords(highest=4321)
    drawn = [int("".join(task.sample(rng).target)) for _ in range(2000)]
    assert 4000 < max(drawn) <= 4321
    assert sum(number < 100 for number in drawn) > 150


def test_capitals_and_spaces_do_not_matter():
    assert "".join(NumberWords(language="en").tokenize(" Forty-Seven \n  thousand")) == "forty-seven thousand"


def test_without_num2words_text_is_still_read_and_drawing_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "num2words", None)
    for cached in (number_words._small, number_words._table):
        cached.cache_clear()
    task = NumberWords(highest=500)
    assert len(task.vocabularies[0]) == 6 + len(ALPHABETS["de"])
    assert task.join(task.tokenize("elf")) == "elf"
    assert task.reference(task.tokenize("elf")) is None
    with pytest.raises(MissingExtra, match=r"attention-lab\[numbers\]"):
        task.sample(Random(1))
