"""Whose mistake it is: by hand, and against every output of small tables of probabilities."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.decoding.batched import decode
from core.decoding.beam import BeamSearch
from core.decoding.exact import ExactSearch
from core.metrics.difference import difference
from core.metrics.rounding import adding_up, decimals
from core.metrics.search_error import Judgement, Sentence, Tag, judge, more_probable, preference
from tests.doubles import BEGIN, END, RandomTable, rules

RIGHT = Sentence((7, 8, 0), -2.0, right=True)
WRONG = Sentence((7, 0), -1.25, right=False)
WORSE = Sentence((9, 0), -3.0, right=False)
LONGEST = 4


def tags(one, optimum, reference=None):
    return judge([one], optimum, reference)[0].tags


def test_nothing_is_judged_without_a_proof():
    assert judge([RIGHT, WRONG], None, RIGHT) == (Judgement(), Judgement())


def test_the_most_probable_output_is_the_best_of_the_model_and_no_error_where_it_is_right():
    best = Sentence((7, 8, 0), -2.0, right=True)
    assert judge([best], best, RIGHT) == (Judgement((Tag.BEST,), 0.0, None),)


def test_a_wrong_output_that_the_model_prefers_to_the_reference_is_a_model_error():
    (one,) = judge([WRONG], WRONG, RIGHT)
    assert one.tags == (Tag.BEST, Tag.MODEL_ERROR) and one.preferred == 0.75


def test_the_reference_itself_can_be_a_search_error_but_never_a_model_error():
    (one,) = judge([RIGHT], WRONG, RIGHT)
    assert one.tags == (Tag.SEARCH_ERROR,) and one.gap == 0.75


def test_a_wrong_output_that_the_model_holds_for_worse_than_the_reference_is_the_search_s_error_alone():
    assert tags(WORSE, RIGHT, RIGHT) == (Tag.SEARCH_ERROR,)


def test_what_stands_behind_the_optimum_in_one_search_is_a_runner_up_and_no_error_of_that_search():
    assert [one.tags[0] for one in judge([WRONG, RIGHT], WRONG)] == [Tag.BEST, Tag.RUNNER_UP]
    assert [one.tags[0] for one in judge([RIGHT, WORSE], WRONG)] == [Tag.SEARCH_ERROR, Tag.SEARCH_ERROR]


def test_differences_as_small_as_rounding_are_none():
    near = WRONG._replace(tokens=(3, 0), logp=WRONG.logp - 5e-5)
    assert tags(near, WRONG)[0] is Tag.BEST
    assert tags(near._replace(logp=WRONG.logp - 5e-4), WRONG)[0] is Tag.SEARCH_ERROR
    assert preference(WRONG, RIGHT._replace(logp=WRONG.logp - 5e-5)) is None


def test_what_the_length_limit_cut_is_not_judged_and_does_not_make_others_runners_up():
    cut = Sentence((7, 7, 7), -0.5, right=False, ended=False)
    judged = judge([cut, RIGHT], WRONG, RIGHT)
    assert judged[0] == Judgement() and judged[1].tags == (Tag.SEARCH_ERROR,)


def test_the_reference_has_a_place_behind_each_different_output_that_is_more_probable():
    assert more_probable(RIGHT, [WRONG, WRONG, WORSE, RIGHT, Sentence((5, 5, 0), -1.5)]) == 2


def every_output(table):
    """Each output of at most LONGEST tokens, and its sum of log-probabilities, by walking all of them."""
    others = [token for token in range(table.vocabulary) if token not in (END, BEGIN)]
    for length in range(LONGEST):
        for body in product(others, repeat=length):
            fed = [(BEGIN, *body[:at]) for at in range(length + 1)]
            steps = zip(fed, (*body, END))
            yield (*body, END), sum(float(table.distribution(prefix)[token]) for prefix, token in steps)


@pytest.mark.parametrize("seed", range(12))
def test_tags_agree_with_looking_at_every_output(seed):
    table = RandomTable(3, seed)
    everything = dict(every_output(table))
    highest = max(everything.values())
    proof = decode(ExactSearch(), table, [[3]], [rules(LONGEST)])[0]
    assert proof.proved and proof.best.logp == pytest.approx(highest, abs=1e-5)
    optimum = Sentence(tuple(proof.best.tokens()), proof.best.logp)
    for width in (1, 2, 5):
        last = decode(BeamSearch(width=width), table, [[3]], [rules(LONGEST)])[0]
        found = [Sentence(tuple(node.tokens()), node.logp, ended=node.token == END) for node in last.finished]
        reached = any(highest - everything[one.tokens] < 1e-4 for one in found if one.ended)
        for one, judgement in zip(found, judge(found, optimum)):
            if one.ended:
                gap = highest - everything[one.tokens]
                below = Tag.RUNNER_UP if reached else Tag.SEARCH_ERROR
                assert judgement.tags == ((Tag.BEST if gap < 1e-4 else below),)
                assert judgement.gap == pytest.approx(gap, abs=1e-4)


numbers = st.floats(-1e3, 1e3)


@given(numbers, st.lists(numbers, max_size=5), st.integers(2, 6))
def test_rounded_terms_add_up_and_stay_within_one_unit(first, terms, digits):
    total = first + sum(terms)
    begin, shown, end = adding_up(first, terms, total, digits)
    unit = 10.0**-digits
    if terms:
        assert begin + sum(shown) == pytest.approx(end, abs=unit / 1000)
    assert begin == round(first, digits) or abs(begin - first) <= 0.5001 * unit
    assert abs(end - total) <= 0.5001 * unit
    assert all(abs(one - term) <= 1.0001 * unit for one, term in zip(shown, terms))


def test_a_unit_that_is_missing_goes_to_the_term_that_lost_most():
    assert adding_up(0.0, [0.1, 0.34, 0.26], 0.7, 1) == (0.0, [0.1, 0.3, 0.3], 0.7)
    assert adding_up(0.0, [0.24, 0.34, 0.1], 0.68, 1) == (0.0, [0.2, 0.4, 0.1], 0.7)  # 0.2 + 0.3 + 0.1 would be 0.6


def test_as_many_decimals_as_keep_the_smallest_value_from_looking_like_nothing():
    assert decimals([]) == 4 and decimals([0.0, -3.0]) == 4
    assert decimals([-2e-6, -3.0]) == 6 and decimals([-1e-30]) == 4


@pytest.mark.parametrize(
    ("output", "reference"), [("abc", "abc"), ("", "ab"), ("ab", ""), ("xaybz", "abz"), ("aab", "aba")]
)
def test_both_sides_can_be_read_out_of_a_difference(output, reference):
    pieces = difference(output, reference)
    assert "".join(piece.token for piece in pieces if piece.kind != "missing") == output
    assert "".join(piece.token for piece in pieces if piece.kind != "other") == reference


def test_a_difference_is_as_short_as_can_be():
    assert [piece.kind for piece in difference("abcd", "bcde")] == ["other", "same", "same", "same", "missing"]
