"""Dates: Babel's patterns, one answer each, whole days held out."""

from datetime import date
from random import Random

import pytest
from babel.dates import format_date

from core.errors import SettingError
from core.tasks.dates import LOCALES, Dates, readable
from core.tasks.task import held_out

MIXED = Dates()
ALL = [Dates(locale=locale) for locale in LOCALES]


def _days(count: int) -> list[date]:
    rng, first, last = Random(3), date(1900, 1, 1).toordinal(), date(2099, 12, 31).toordinal()
    return [date.fromordinal(rng.randint(first, last)) for _ in range(count)]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("March 4, 2018", "2018-03-04"),
        ("So., 4. März 2018", "2018-03-04"),
        ("dimanche 4 mars 2018", "2018-03-04"),
        ("domingo, 4 de marzo de 2018", "2018-03-04"),
        ("4 марта 2018 г.", "2018-03-04"),
        ("الأحد، 4 مارس 2018", "2018-03-04"),
        ("2018年3月4日星期日", "2018-03-04"),
        ("2018/3/4(日)", "2018-03-04"),
        ("04.03.2018", "2018-03-04"),
    ],
)
def test_a_date_of_each_locale_read_by_hand(text, iso):
    assert MIXED.join_target(MIXED.reference(MIXED.tokenize(text))) == iso


@pytest.mark.parametrize("text", ["3/4/2018", "31. Februar 2018", "4 марта", "", "March 4, 18"])
def test_what_has_no_single_answer_has_no_reference(text):
    assert MIXED.reference(MIXED.tokenize(text)) is None


def test_three_slash_four_is_march_in_english_and_april_in_spanish():
    assert "".join(Dates(locale="en").reference("3/4/2018")) == "2018-03-04"
    assert "".join(Dates(locale="es").reference("3/4/2018")) == "2018-04-03"


@pytest.mark.parametrize("task", ALL, ids=LOCALES)
def test_patterns_write_what_babel_writes(task):
    for pattern in task.patterns[0]:
        for day in _days(20):
            expected = readable(format_date(day, pattern.pattern, locale=pattern.locale))
            assert pattern.write(day) == expected, pattern.pattern


@pytest.mark.parametrize("task", [*ALL, MIXED], ids=[*LOCALES, "mixed"])
def test_every_month_and_day_in_every_pattern_has_one_reading(task):
    days = [date(2018, month, day) for month in range(1, 13) for day in (1, 5, month, 28)]
    for pattern in (pattern for group in task.patterns for pattern in group):
        for day in days:
            assert task.reference(tuple(pattern.write(day))) == tuple(day.isoformat()), (pattern, day)


def test_mixed_keeps_several_patterns_of_every_locale_and_all_show_four_digits_of_the_year():
    assert len(MIXED.patterns) == len(LOCALES) and min(map(len, MIXED.patterns)) >= 4
    assert all("2018" in pattern.write(date(2018, 3, 4)) for group in MIXED.patterns for pattern in group)


def test_vocabularies_hold_every_character_of_every_name():
    known = set(MIXED.vocabularies[0].tokens)
    for pattern in (pattern for group in MIXED.patterns for pattern in group):
        for ordinal in range(date(2018, 1, 1).toordinal(), date(2018, 12, 31).toordinal(), 5):
            assert known.issuperset(pattern.write(date.fromordinal(ordinal)))


def test_a_day_of_the_test_split_is_never_trained_on_in_any_notation():
    rng = Random(1)
    task = Dates(earliest=2018, latest=2020)
    tested = {example.target for example in held_out(task, "test", 200)}
    assert len(tested) > 10
    assert tested.isdisjoint(task.draw("train", rng).target for _ in range(3000))


def test_only_years_of_the_settings_occur():
    rng = Random(1)
    task = Dates(locale="en", earliest=1999, latest=2001)
    assert {"".join(task.sample(rng).target[:4]) for _ in range(200)} == {"1999", "2000", "2001"}


def test_the_first_and_the_last_day_occur():
    rng = Random(1)
    task = Dates(locale="zh", earliest=2018, latest=2018)
    assert {"2018-01-01", "2018-12-31"} <= {"".join(task.sample(rng).target) for _ in range(5000)}


def test_years_in_the_wrong_order_name_both():
    with pytest.raises(SettingError, match="earliest=2001 is after latest=2000"):
        Dates(earliest=2001, latest=2000)


def test_signs_nobody_can_type_are_made_readable():
    assert MIXED.tokenize("  3\u00a0мая\u202f2018  г.\u200f") == list("3 мая 2018 г.")
