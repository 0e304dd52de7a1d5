"""How good an alignment map is, as numbers: one headline that only a map read forward from end to end can get, and the parts.

A map is [target, source]: row t says where output t looked. Rows are first scaled to shares, and rows without any weight
count nothing; so padding must be cut away before, and a map whose rows do not sum to one is judged by its shape alone.

    quality = on_path · coverage · order

`on_path` is the weight near the best path that never goes back, `coverage` the share of sources on that path, `order` how far
two outputs stand in the order of the places they look at. Each of the three alone is fooled: by a map stuck on one source,
by a shuffled one, by a smear. Formulas of other toolkits, and what fools them, stand in published.py.

Sources: focus, Ren et al. 2019, section 3.3, arXiv:1905.09263; the band, ESPnet's and Tachibana et al. 2018's idea of a diagonal,
arXiv:1710.08969, whose section 3.3 has the guided cost; order, Goodman & Kruskal 1954; absentmindedness, Rikters & Fishel 2017,
section 3, arXiv:1710.03743. What is counted along strongest sources stands in strongest_sources.py, how sources are used in
source_coverage.py.
"""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from core.errors import ShapeError
from core.language import mark, tr
from core.metrics.entropy import entropy, entropy_share
from core.metrics.source_coverage import coverage_deviation, coverage_penalty, source_absentmindedness
from core.metrics.strongest_sources import backward_jumps, end_reached, longest_stay, repeated, skipped

BAND = 0.15  # half the width of the diagonal's band, as a share of both axes
GUIDE = 0.2  # g of the guided cost
NEAR = 20  # of so many sources one is near the path
_TINY = 1e-12  # where there is no weight at all, none is near
HALF = 0.5  # places closer than this are the same place

Map = Float[np.ndarray, "target source"]


def _described(summary: str) -> Any:
    """A score with what it says and its range, for tables on screen."""
    return field(metadata={"summary": summary})


@dataclass(frozen=True)
class AlignmentScores:
    """All scores of one map; `described` says of each what it is."""

    quality: float = _described(mark("on path · coverage · order, 0…1: 1 for a map read forward from end to end"))
    on_path: float = _described(mark("share of weight near the best path that never goes back, 0…1"))
    coverage: float = _described(mark("share of sources on that path, 0…1"))
    order: float = _described(
        mark("outputs in the order of the places they look at, less those out of it, 0…1; 0 where all look at one")
    )
    diagonality: float = _described(
        mark("share of weight within {band} of the straight diagonal, 0…1; even weights get about 0.28")
    )
    guided_cost: float = _described(
        mark("what guided attention of g = {guide} charges an output, 0…1: 0 on the straight diagonal")
    )
    correlation: float = _described(mark("of output and source place under the weights, −1…1; −1 reads backwards"))
    slope: float = _described(
        mark("of the place looked at over outputs, both as shares of their axis; 1 from end to end")
    )
    residual: float = _described(mark("root mean square distance of places from the fitted line, in sources"))
    monotonicity: float = _described(
        mark("share of outputs whose strongest source is not before that of the output before, 0…1")
    )
    forward: float = _described(mark("the same in expectation, each row drawn from on its own, 0…1"))
    largest_jump: float = _described(
        mark("the longest way between the places of two outputs one after the other, in sources")
    )
    backward_jumps: float = _described(
        mark("how many outputs have their strongest source before that of the output before")
    )
    longest_stay: float = _described(mark("most outputs one after the other on one strongest source"))
    end_reached: float = _described(
        mark("how far along the sources the last output looks, 0…1; less where it ends early")
    )
    skipped: float = _described(
        mark("share of sources without a weight of 0.3 or never strongest, 0…1; some where outputs are fewer")
    )
    repeated: float = _described(mark("share of sources that outputs leave and come back to, 0…1"))
    focus: float = _described(mark("mean of each output's strongest weight, 1/sources…1; says nothing of where"))
    entropy: float = _described(mark("mean spread of an output's weights, 0…1 of the widest; says nothing of where"))
    coverage_deviation: float = _described(
        mark("mean squared distance of a source's total from an equal share; 0 where all get the same")
    )
    coverage_penalty: float = _described(
        mark("−mean log(1 + (1 − total)²) over sources, at most 0; 0 where each gets one output's weight")
    )
    absentmindedness: float = _described(mark("mean entropy of an output's weights, in nats"))
    source_absentmindedness: float = _described(
        mark("mean entropy of which outputs a source's weight comes from, in nats")
    )

    @classmethod
    def described(cls) -> dict[str, str]:
        """What each score says, by name."""
        return {one.name: tr(one.metadata["summary"], band=BAND, guide=GUIDE) for one in fields(cls)}


def alignment_scores(weights: Map) -> AlignmentScores:
    """Every score of a map.

    Args:
        weights: at least 0, finite; rows are outputs, padding cut away.

    Raises:
        ShapeError: no matrix, or empty, or a weight below 0 or not finite, or no weight at all.

    >>> scores = alignment_scores(np.eye(8))
    >>> scores.quality, scores.coverage, scores.focus
    (1.0, 1.0, 1.0)
    >>> alignment_scores(np.eye(8)[::-1]).quality
    0.0
    """
    rows = shares(weights)
    targets, sources = rows.shape
    places = centers(rows)
    path, strongest = forward_path(rows), rows.argmax(axis=1)
    on_path, coverage, order = near_path(rows, path), covered(path, sources, targets), ordered(places)
    line = _line(places, sources)
    spread = entropy_share(rows[None], np.ones((1, *rows.shape), bool))
    return AlignmentScores(
        quality=on_path * coverage * order,
        on_path=on_path,
        coverage=coverage,
        order=order,
        diagonality=diagonality(rows),
        guided_cost=guided_cost(rows),
        correlation=_correlation(rows),
        slope=line[0],
        residual=line[1],
        monotonicity=_monotonicity(rows),
        forward=_forward(rows),
        largest_jump=float(abs(np.diff(places)).max()) if targets > 1 else 0.0,
        backward_jumps=backward_jumps(strongest),
        longest_stay=longest_stay(strongest),
        end_reached=end_reached(strongest, sources),
        skipped=skipped(rows, strongest),
        repeated=repeated(strongest, sources),
        focus=float(rows.max(axis=1).mean()),
        entropy=float(np.nan_to_num(spread).mean()),
        coverage_deviation=coverage_deviation(rows),
        coverage_penalty=coverage_penalty(rows),
        absentmindedness=float(np.nan_to_num(entropy(rows[None])).mean()),
        source_absentmindedness=source_absentmindedness(rows),
    )


def shares(weights: Map) -> Float[np.ndarray, "kept source"]:
    """Rows that sum to one; rows without any weight are left out.

    Raises:
        ShapeError: as `alignment_scores`.
    """
    if weights.ndim != 2 or 0 in weights.shape:
        raise ShapeError(
            tr("an alignment map is [target, source] with at least one of each; this is {shape}", shape=weights.shape)
        )
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ShapeError(tr("an alignment map has finite weights of at least 0; this one has others"))
    sure = weights.astype(np.float64)
    total = sure.sum(axis=1, keepdims=True)
    if not total.any():
        raise ShapeError(tr("this alignment map has no weight anywhere"))
    return (sure / np.where(total > 0, total, 1.0))[total[:, 0] > 0]


def diagonality(weights: Map, band: float = BAND) -> float:
    """Σ a_ts 1[|s/S − t/T| ≤ band] / Σ a_ts: the share of weight near the straight diagonal, in 0…1.

    >>> diagonality(np.eye(10)), round(diagonality(np.eye(10)[::-1]), 2)
    (1.0, 0.2)
    """
    targets, sources = weights.shape
    away = abs(np.arange(sources) / sources - np.arange(targets)[:, None] / targets)
    return float(weights[away <= band + 1e-12].sum() / max(weights.sum(), _TINY))


def guided_cost(weights: Map, width: float = GUIDE) -> float:
    """Σ a_ts W_ts / Σ a_ts with W_ts = 1 − exp(−(s/S − t/T)² / 2g²), in 0…1: what guided attention charges for an output.

    The loss of training (core/training/attention_losses.py) is the mean over cells, which is this over S for rows of one.

    >>> guided_cost(np.eye(5)), round(guided_cost(np.eye(5)[[0, 0, 0, 0, 0]], 0.4), 3)  # mean of 1 − exp(−t²/8), t = 0…4
    (0.0, 0.41)
    """
    targets, sources = weights.shape
    away = np.arange(sources) / sources - np.arange(targets)[:, None] / targets
    return float((weights * -np.expm1(-(away**2) / (2 * width**2))).sum() / max(weights.sum(), _TINY))


def centers(rows: Map) -> Float[np.ndarray, " target"]:
    """The place that each output looks at on average, counted from 0."""
    return rows @ np.arange(rows.shape[1])


def forward_path(rows: Map) -> Int[np.ndarray, " target"]:
    """A source for each output, never before that of the output before, so that together they carry the most weight.

    >>> forward_path(np.array([[0.9, 0.1, 0.0], [0.0, 0.4, 0.6], [0.0, 0.9, 0.1]])).tolist()
    [0, 1, 1]
    """
    targets, sources = rows.shape
    best, came = rows[0].copy(), np.zeros((targets, sources), dtype=np.int64)
    for at in range(1, targets):
        highest = np.maximum.accumulate(best)
        came[at] = np.maximum.accumulate(np.where(best >= highest, np.arange(sources), 0))
        best = rows[at] + highest
    path = np.empty(targets, dtype=np.int64)
    path[-1] = best.argmax()
    for at in range(targets - 1, 0, -1):
        path[at - 1] = came[at, path[at]]
    return path


def near_path(rows: Map, path: Int[np.ndarray, " target"]) -> float:
    """The share of weight at most S / 20 sources, and at least one, away from a path."""
    reach = max(1, rows.shape[1] // NEAR)
    near = abs(np.arange(rows.shape[1]) - path[:, None]) <= reach
    return float(rows[near].sum() / rows.sum())


def covered(path: Int[np.ndarray, " target"], sources: int, targets: int) -> float:
    """The share of sources on a path, those that it must step over too: S / T − 1 of each hole, rounded up.

    Holes are counted one by one, the ends too. Where outputs are fewer than sources, a course along the diagonal leaves out as
    many sources as one that omits a whole part and reads the rest; but its holes are no wider than they must be.

    >>> covered(np.array([0, 1, 3, 4]), sources=5, targets=4), covered(np.array([0, 1, 2, 3]), sources=6, targets=4)
    (1.0, 0.8333333333333334)
    """
    holes = np.diff(np.concatenate([[-1], path, [sources]])) - 1
    needed = -(-sources // targets) - 1
    return 1.0 - int(np.maximum(holes - needed, 0).sum()) / sources


def stepped_over(places: Int[np.ndarray, " stay"], sources: int, targets: int) -> int:
    """How many sources on each side of a place belong to it where outputs are fewer than sources: half of a usual step.

    >>> stepped_over(np.array([2, 6, 10]), sources=12, targets=3), stepped_over(np.array([0, 1, 4, 5]), 6, 4)
    (2, 0)
    """
    steps = np.diff(places)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 1.0
    return int(np.ceil((min(usual, max(1.0, sources / targets)) - 1) / 2))


def ordered(places: Float[np.ndarray, " target"]) -> float:
    """Of all pairs of outputs that look at different places, those in order less those out of order, at least 0.

    A single output is in order. Where all look at the same place there is no order, and the value is 0.
    """
    if len(places) == 1:
        return 1.0
    later = (places[None, :] - places[:, None])[np.triu_indices(len(places), 1)]
    right, wrong = int((later > HALF).sum()), int((later < -HALF).sum())
    return max(0.0, (right - wrong) / (right + wrong)) if right + wrong else 0.0


def _correlation(rows: Map) -> float:
    """Weighted Pearson correlation of t and s; 0 where one of them does not vary."""
    weights = rows / rows.sum()
    at = [np.arange(size) - np.arange(size) @ weights.sum(axis=1 - axis) for axis, size in enumerate(rows.shape)]
    variances = [np.square(one) @ weights.sum(axis=1 - axis) for axis, one in enumerate(at)]
    both = float(np.sqrt(variances[0] * variances[1]))
    return float(at[0] @ weights @ at[1] / both) if both > 0 else 0.0


def _line(places: Float[np.ndarray, " target"], sources: int) -> tuple[float, float]:
    """Slope of the least-squares line, as shares of both axes, and the distance from it in sources."""
    targets = len(places)
    if targets == 1:
        return 0.0, 0.0
    slope, start = np.polyfit(np.arange(targets), places, 1)
    away = places - (slope * np.arange(targets) + start)
    return float(slope * targets / sources), float(np.sqrt((away**2).mean()))


def _monotonicity(rows: Map) -> float:
    strongest = rows.argmax(axis=1)
    return float((np.diff(strongest) >= 0).mean()) if len(rows) > 1 else 1.0


def _forward(rows: Map) -> float:
    """Σ_t P(s_t ≥ s_{t−1}) / (T − 1), with s_t drawn from row t by itself."""
    if len(rows) == 1:
        return 1.0
    up_to = rows[:-1].cumsum(axis=1)
    return float(np.minimum((rows[1:] * up_to).sum(axis=1), 1.0).mean())
