"""Every oddity of a map is found and said; what is done about it is what is said."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.adapters.dumps import read_dump
from core.adapters.mending import Reading, mend, survey
from core.adapters.reduction import reduced
from core.errors import DataError
from core.recording.alignment import AlignmentMap, Place
from tests.adapters.written import npy, soft

NOWHERE = Place("map")


def mended(values: np.ndarray, tokens: tuple[int, ...] = (), **reading: object) -> AlignmentMap:
    return mend(values, NOWHERE, Reading(**reading), tokens)


def told(one: AlignmentMap) -> str:
    return " | ".join(one.notes)


def test_a_clean_map_is_left_alone_and_nothing_is_said():
    one = mended(soft(11, 7))
    np.testing.assert_array_equal(one.weights, soft(11, 7))
    assert one.notes == () and one.shape == (11, 7) and one.block == (1, 1)


def test_nan_and_infinity_count_as_zero_and_the_first_is_named():
    values = soft(11, 7)
    values[2, 4] = np.nan
    values[5, 1:3] = np.inf, -1e9
    one = mended(values)
    assert "3 of 77 cells are NaN, infinite or beyond a million (first: row 3, column 5)" in told(one)
    assert one.weights[2, 4] == one.weights[5, 1] == one.weights[5, 2] == 0 and np.isfinite(one.weights).all()


def test_negative_weights_stay_and_are_said():
    values = soft(11, 7)
    values[3, 2] = -0.25
    one = mended(values)
    assert one.signed and "1 weight below 0 (down to -0.25)" in told(one)


def test_a_map_on_its_side_is_turned_and_said_so():
    one = mended(soft(11, 7).T)
    np.testing.assert_array_equal(one.weights, soft(11, 7))
    assert "transposed, rows are outputs now: its columns sum to one and its rows do not" in told(one)
    left = mended(soft(11, 7).T, turned=False)
    assert left.shape == (7, 11) and "left as you say" in told(left)
    forced = mended(soft(11, 7), turned=True)
    assert forced.shape == (7, 11) and "as you say" in told(forced)


def test_a_map_of_which_nothing_tells_that_it_lies_on_its_side_is_not_turned():
    assert mended(np.eye(5)[[1, 2, 0, 4, 3]]).notes == ()
    assert mended(np.full((6, 4), 0.7)).shape == (6, 4)


def test_nan_are_named_where_they_are_after_turning():
    values = soft(40, 7)
    values[30, 2] = np.nan
    assert "(first: row 31, column 3)" in told(mended(values.T))


def test_rows_that_do_not_sum_to_one_are_counted():
    values = soft(11, 7)
    values[:4] *= 0.5
    one = mended(values)
    assert "4 of 11 rows do not sum to one (from 0.5 to 1)" in told(one)
    np.testing.assert_array_equal(one.weights, values)
    half = soft(11, 1500, sharp=1).astype(np.float16)
    assert mended(half).notes == (), "rounding of float16 is no oddity"


def test_one_row_is_drawn_and_said_to_have_no_order():
    one = mended(soft(1, 7))
    assert one.weights.shape == (1, 7) and "one row only" in told(one)
    column = mended(np.full((7, 1), 1.0))
    assert column.weights.shape == (7, 1)


def test_logarithms_are_recognized():
    with np.errstate(divide="ignore"):
        one = mended(np.log(np.where(soft(11, 7) < 0.01, 0, soft(11, 7))))
    np.testing.assert_allclose(one.weights, np.where(soft(11, 7) < 0.01, 0, soft(11, 7)), atol=1e-6)
    assert "exp was taken" in told(one)


def test_the_softmax_of_scores_is_taken_when_somebody_says_they_are_scores():
    scores = np.random.default_rng(1).normal(size=(11, 7)).astype(np.float32) * 4
    assert "where these are scores before a softmax, say so" in told(mended(scores))
    one = mended(scores, softmax=True)
    np.testing.assert_allclose(one.weights.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(one.weights.argmax(axis=1), scores.argmax(axis=1))


def test_scores_that_are_all_below_zero_can_only_be_shown_after_a_softmax():
    scores = -3 - np.random.default_rng(1).random((11, 7), np.float32)
    with pytest.raises(DataError, match="where these are scores before a softmax, say so"):
        mended(scores)
    assert (mended(scores, softmax=True).weights > 0).all()


def test_empty_columns_alone_are_not_cut_since_nobody_may_have_read_them():
    values = np.hstack([soft(11, 7), np.zeros((11, 3), np.float32)])
    kept = mended(values)
    assert kept.shape == (11, 10) and "the last 3 columns got no weight at all" in told(kept)
    cut = mended(values, tokens=(3, 8))
    assert cut.shape == (11, 8) and "2 empty columns" in told(cut)


def test_padding_is_cut_to_the_tokens_that_were_given():
    values = np.zeros((14, 10), np.float32)
    values[:11, :7] = soft(11, 7)
    assert mended(values).shape == (11, 7)
    assert mended(values, tokens=(9,)).shape == (11, 9)


def test_a_map_of_20000_by_5000_is_made_smaller_and_said_so():
    rows = np.arange(20_000)
    values = np.zeros((20_000, 5_000), np.float16)
    values[rows, rows // 4] = 1
    dump = read_dump([("long.npy", npy(values))])
    (one,) = dump.maps
    assert one.weights.shape == (2000, 1667) and one.shape == (20_000, 5_000) and one.block == (10, 3)
    assert any(re.search(r"20,000 × 5,000 cells .* made smaller to 2,000 × 1,667", note) for note in dump.done)
    np.testing.assert_allclose(one.weights.sum(axis=1), 1, atol=1e-5)
    expected = 10 * np.arange(2000) / 4 / 3
    assert np.abs(one.weights @ np.arange(1667) - expected).max() < 1.5, "it is still the diagonal"


@settings(max_examples=60, deadline=None)
@given(
    values=arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.floats(0, 1, width=32)),
    tall=st.integers(1, 4),
    wide=st.integers(1, 4),
)
def test_a_smaller_map_is_the_mean_of_rows_of_sums_of_columns(values, tall, wide):
    rows, columns = values.shape
    by_hand = [
        [values[r : r + tall, c : c + wide].sum() / len(values[r : r + tall]) for c in range(0, columns, wide)]
        for r in range(0, rows, tall)
    ]
    np.testing.assert_allclose(reduced(values, (tall, wide)), by_hand, rtol=1e-5, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    values=arrays(
        np.float64,
        st.tuples(st.integers(1, 6), st.integers(1, 6)),
        elements=st.floats(allow_nan=True, allow_infinity=True),
    )
)
def test_whatever_numbers_come_the_weights_are_finite_or_the_map_is_refused(values):
    assert survey(values).nans == int((~(np.abs(values) <= 1e6)).sum())
    try:
        assert np.isfinite(mended(values).weights).all()
    except DataError as error:
        assert "every" in str(error) or "no weight is above 0" in str(error)


@pytest.mark.parametrize("kind", ["<f2", "<f4", "<f8", "<i4", "?"])
def test_every_kind_of_number_gives_the_same_map(kind):
    np.testing.assert_array_equal(mended(np.eye(4, 6).astype(kind)).weights, np.eye(4, 6))
