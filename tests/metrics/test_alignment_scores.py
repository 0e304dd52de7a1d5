"""Scores of alignment maps: hand matrices, laws, ten thousand random maps in their order, published formulas that fail."""

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest

from core.errors import ShapeError
from core.metrics.alignment_scores import AlignmentScores, alignment_scores, diagonality, forward_path
from core.metrics.published import PUBLISHED
from tests.metrics.alignment_maps import KINDS, drawn, drawn_sparse

RANGES = {"correlation": (-1, 1), "slope": (-3, 3), "residual": (0, 99), "largest_jump": (0, 99),
          "coverage_deviation": (0, 999), "absentmindedness": (0, 9)}  # fmt: skip


def test_identity_has_everything():
    scores = alignment_scores(np.eye(6))
    for name in ("quality", "on_path", "coverage", "order", "diagonality", "monotonicity", "forward", "focus"):
        assert getattr(scores, name) == 1.0
    assert scores.correlation == pytest.approx(1) and scores.slope == pytest.approx(1)
    assert scores.residual == pytest.approx(0, abs=1e-12) and scores.entropy == 0 and scores.coverage_deviation == 0
    assert scores.largest_jump == 1


def test_reversal_is_as_focused_and_worth_nothing():
    scores = alignment_scores(np.eye(6)[::-1])
    assert (scores.focus, scores.order, scores.quality, scores.monotonicity) == (1, 0, 0, 0)
    assert scores.correlation == pytest.approx(-1) and scores.slope == pytest.approx(-1)


def test_even_weights_have_no_order_and_the_band_has_its_area():
    even = np.full((40, 40), 1 / 40)
    scores = alignment_scores(even)
    assert scores.focus == pytest.approx(1 / 40) and scores.entropy == pytest.approx(1) and scores.order == 0
    assert scores.absentmindedness == pytest.approx(np.log(40))
    assert scores.diagonality == pytest.approx(2 * 0.15 - 0.15**2, abs=0.03)  # 2b − b², but for the grid


def test_a_source_left_out_costs_its_share_of_the_coverage():
    kept = np.eye(8)[[0, 1, 2, 4, 5, 6, 7]]
    targets = np.repeat(kept, 2, axis=0)
    assert alignment_scores(targets).coverage == pytest.approx(7 / 8)


def test_fewer_outputs_than_sources_may_step_over_some():
    every_fourth = np.eye(40)[2::4]
    scores = alignment_scores(every_fourth)
    assert scores.coverage == 1.0 and scores.quality == 1.0
    assert alignment_scores(every_fourth[:5]).coverage < 0.8


def test_a_single_output_and_a_single_source_are_in_order():
    assert alignment_scores(np.array([[0.0, 1.0]])).order == 1
    assert alignment_scores(np.ones((3, 1))).quality == 0  # nothing to be read forward: all look at one place


def test_the_forward_path_is_the_best_of_all_that_never_go_back():
    chance = np.random.default_rng(1)
    for _ in range(20):
        rows = chance.random((4, 3))
        every = [
            (rows[0, a] + rows[1, b] + rows[2, c] + rows[3, d], [a, b, c, d])
            for a in range(3) for b in range(a, 3) for c in range(b, 3) for d in range(c, 3)
        ]  # fmt: skip
        assert forward_path(rows).tolist() == max(every)[1]


def in_order(draw: Callable[[int], dict[str, np.ndarray]], seeds: range) -> None:
    for seed in seeds:  # five maps each
        quality = {kind: alignment_scores(one).quality for kind, one in draw(seed).items()}
        worst = max(quality[kind] for kind in ("shuffled", "reversed", "stuck"))
        assert quality["diagonal"] > quality["skipping"] > worst, (seed, quality)


def test_ten_thousand_maps_stand_in_their_order_always():
    in_order(drawn, range(2000))


def test_five_thousand_maps_of_fewer_outputs_than_sources_stand_in_their_order_always():
    in_order(drawn_sparse, range(1000))


@pytest.mark.slow
@pytest.mark.parametrize("draw", [drawn, drawn_sparse])
def test_fifty_thousand_maps_stand_in_their_order_always(draw):
    in_order(draw, range(2000, 12_000))


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_formulas_do_not_tell_what_they_are_fooled_by_from_a_diagonal(name):
    formula, perfect = PUBLISHED[name], np.repeat(np.eye(20), 4, axis=0)
    others = {"shuffled": np.random.default_rng(2).permutation(perfect), "reversed": perfect[::-1],
              "stuck": np.eye(20)[[7] * 80]}  # fmt: skip
    fooled = {kind for kind, one in others.items() if formula(one) == formula(perfect) == 1.0}
    assert fooled == set(formula.fooled_by)
    assert all(alignment_scores(one).quality < 0.5 < alignment_scores(perfect).quality for one in others.values())


def test_padding_changes_the_published_score_of_sources_and_none_of_ours():
    perfect = np.eye(10)
    padded = np.pad(perfect, ((0, 3), (0, 10)))
    assert PUBLISHED["Coqui, alignment_diagonal_score"](padded) == 0.5
    assert alignment_scores(np.pad(perfect, ((0, 3), (0, 0)))) == alignment_scores(perfect)  # rows without weight


@pytest.mark.parametrize("seed", range(20))
def test_every_score_stays_in_its_range_and_is_one_for_one_scale_of_rows(seed):
    for kind, one in drawn(seed).items():
        scores = asdict(alignment_scores(one))
        for name, value in scores.items():
            low, high = RANGES.get(name, (0, 1))
            assert low - 1e-9 <= value <= high + 1e-9, (kind, name, value)
        assert asdict(alignment_scores(3 * one)) == pytest.approx(scores)


def test_every_score_is_described():
    assert set(AlignmentScores.described()) == set(asdict(alignment_scores(np.eye(2))))
    assert all(len(words) > 20 for words in AlignmentScores.described().values())


def test_kinds_are_drawn_each_in_its_shape():
    maps = drawn(5)
    assert tuple(maps) == KINDS and len({one.shape for one in maps.values()}) == 1
    assert diagonality(maps["diagonal"]) > diagonality(maps["reversed"])


@pytest.mark.parametrize(
    ("weights", "words"),
    [(np.zeros((0, 3)), "at least one of each"),
     (np.array([[np.nan, 1.0]]), "finite"), (np.array([[-0.1, 1.1]]), "at least 0"), (np.zeros((2, 2)), "no weight anywhere")],
)  # fmt: skip
def test_what_is_no_map_is_refused(weights, words):
    with pytest.raises(ShapeError, match=words):
        alignment_scores(weights)
