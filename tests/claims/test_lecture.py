"""The lecture's steps: each has a claim, none is hidden, and tables are sorted by them."""

import pytest

from core.claims.lecture import LECTURE, claims_of, in_order
from core.claims.table import CLAIMS

STEPS = {row.number for row in LECTURE}


def test_steps_are_counted_from_1():
    assert [row.number for row in LECTURE] == list(range(1, 43)) and len({row.what for row in LECTURE}) == 42


@pytest.mark.parametrize("row", LECTURE, ids=lambda row: str(row.number))
def test_every_step_of_the_lecture_has_a_claim(row):
    assert claims_of(row.number), row.what


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_belongs_somewhere_and_nowhere_twice(name):
    lecture = CLAIMS[name].lecture
    assert lecture and len(set(lecture)) == len(lecture) and set(lecture) <= STEPS


def test_the_order_is_that_of_the_lecture_and_leaves_none_out():
    assert sorted(in_order()) == sorted(CLAIMS)
    first = [CLAIMS[name].lecture[0] for name in in_order()]
    assert first == sorted(first)


def test_what_begins_at_a_step_stands_before_what_only_belongs_there():
    assert claims_of(15)[0] == "feature_map_attention" and "detection" in claims_of(15)[1:]
