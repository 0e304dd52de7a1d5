"""Scores of alignment maps: hand matrices, laws, ten thousand random maps in their order, published formulas that fail."""

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest
import torch

from core.errors import ShapeError
from core.metrics.alignment_scores import AlignmentScores, alignment_scores, diagonality, forward_path, guided_cost
from core.metrics.published import PUBLISHED
from core.training.attention_losses import guided_attention
from tests.metrics.alignment_maps import KINDS, drawn, drawn_sparse

RANGES = {"correlation": (-1, 1), "slope": (-3, 3), "residual": (0, 99), "largest_jump": (0, 99),
          "coverage_deviation": (0, 999), "absentmindedness": (0, 9), "source_absentmindedness": (0, 9),
          "coverage_penalty": (-99, 0), "backward_jumps": (0, 99), "longest_stay": (1, 99)}  # fmt: skip


def test_identity_has_everything():
    scores = alignment_scores(np.eye(6))
    for name in ("quality", "on_path", "coverage", "order", "diagonality", "monotonicity", "forward", "focus"):
        assert getattr(scores, name) == 1.0
    assert scores.correlation == pytest.approx(1) and scores.slope == pytest.approx(1)
    assert scores.residual == pytest.approx(0, abs=1e-12) and scores.entropy == 0 and scores.coverage_deviation == 0
    assert scores.largest_jump == 1 and scores.longest_stay == 1 and scores.end_reached == 1
    for name in ("guided_cost", "backward_jumps", "skipped", "repeated", "coverage_penalty", "source_absentmindedness"):
        assert getattr(scores, name) == 0


def test_reversal_is_as_focused_and_worth_nothing():
    scores = alignment_scores(np.eye(6)[::-1])
    assert (scores.focus, scores.order, scores.quality, scores.monotonicity) == (1, 0, 0, 0)
    assert scores.correlation == pytest.approx(-1) and scores.slope == pytest.approx(-1)
    assert scores.backward_jumps == 5 and scores.end_reached == pytest.approx(1 / 6)
    assert (scores.skipped, scores.repeated, scores.coverage_penalty) == (0, 0, 0), "they say nothing of order"
    assert scores.guided_cost > alignment_scores(np.full((6, 6), 1 / 6)).guided_cost > 0


def test_even_weights_have_no_order_and_the_band_has_its_area():
    even = np.full((40, 40), 1 / 40)
    scores = alignment_scores(even)
    assert scores.focus == pytest.approx(1 / 40) and scores.entropy == pytest.approx(1) and scores.order == 0
    assert scores.absentmindedness == pytest.approx(np.log(40))
    assert scores.diagonality == pytest.approx(2 * 0.15 - 0.15**2, abs=0.03)  # 2b − b², but for the grid
    assert scores.source_absentmindedness == pytest.approx(np.log(40)) and scores.skipped == 1
    assert scores.coverage_penalty == pytest.approx(0) == scores.coverage_deviation, "even, and worth nothing"


def test_a_source_left_out_costs_its_share_of_the_coverage():
    kept = np.eye(8)[[0, 1, 2, 4, 5, 6, 7]]
    targets = np.repeat(kept, 2, axis=0)
    assert alignment_scores(targets).coverage == pytest.approx(7 / 8)


@pytest.mark.parametrize(
    ("name", "places", "expected"),
    [  # eight outputs, eight sources
        ("a column skipped", [0, 1, 2, 2, 4, 5, 6, 7], {"skipped": 1 / 8, "longest_stay": 2}),
        ("a column read again", [0, 1, 2, 1, 4, 5, 6, 7], {"skipped": 1 / 8, "repeated": 1 / 8, "backward_jumps": 1}),
        ("stuck", [0, 1, 2, 2, 2, 2, 2, 7], {"skipped": 4 / 8, "longest_stay": 5}),
        ("ended early", [0, 0, 1, 1, 2, 2, 3, 3], {"skipped": 4 / 8, "longest_stay": 2, "end_reached": 4 / 8}),
    ],
)
def test_each_count_sees_its_own_fault_and_no_other(name, places, expected):
    healthy = {"skipped": 0.0, "repeated": 0.0, "backward_jumps": 0, "longest_stay": 1, "end_reached": 1.0}
    scores = asdict(alignment_scores(np.eye(8)[places]))
    assert {name: scores[name] for name in healthy} == pytest.approx(healthy | expected)


def test_a_source_that_gets_twice_its_weight_costs_as_much_as_one_that_gets_none():
    rows = np.eye(4)[[0, 0, 2, 3]]  # totals 2, 0, 1, 1
    assert alignment_scores(rows).coverage_penalty == pytest.approx(-np.log(2) / 2)
    halves = np.repeat(np.eye(4), 2, axis=0)  # two outputs on each, in equal parts
    assert alignment_scores(halves).source_absentmindedness == pytest.approx(np.log(2))
    assert alignment_scores(halves).coverage_deviation == 0 > alignment_scores(halves).coverage_penalty


def test_the_guided_cost_is_that_of_the_loss():
    rows = np.random.default_rng(1).dirichlet(np.ones(5), 7)
    every = [torch.ones(1, size, dtype=torch.bool) for size in rows.shape]
    loss = guided_attention([torch.from_numpy(rows)[None, None]], *every, width=0.2)
    assert guided_cost(rows) / 5 == pytest.approx(float(loss))


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
