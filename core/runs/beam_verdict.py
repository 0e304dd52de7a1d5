"""What a sweep over beam sizes says: a sentence, and a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from core.data.spreadsheet import written
from core.language import tr
from core.runs.beam_sizes import SweepPoint


@dataclass(frozen=True)
class Verdict:
    """What widening the beam did.

    Attributes:
        best: the narrowest beam of those with the most right outputs; widest: the widest beam.
        lost: sentences right with `best` and wrong with `widest`; gained: the other way round.
    """

    best: SweepPoint
    widest: SweepPoint
    lost: int
    gained: int

    @property
    def better(self) -> bool:
        """Whether the widest beam found better scores, where both outputs ended."""
        both = [(one, other) for one, other in zip(self.widest.outputs, self.best.outputs) if one.ended and other.ended]
        return sum(one.rank_score for one, _ in both) > sum(other.rank_score for _, other in both)

    @property
    def worse(self) -> bool:
        """Whether it lost more right outputs than chance explains (two standard deviations).

        Sentences that come out the same tell nothing, so only those that changed are counted, each as a toss of a coin.
        Source: McNemar 1947.
        """
        return self.lost - self.gained > 2 * sqrt(self.lost + self.gained)

    @property
    def curse(self) -> bool:
        """A better search, worse outputs."""
        return self.better and self.worse

    def words(self) -> str:
        """In a sentence or two."""
        narrow, wide = self.best, self.widest
        sums = tr("{first} to {last}", first=_nats(narrow.logp), last=_nats(wide.logp))
        if self.curse:
            return tr(
                "The beam-search curse: from beam {width} to beam {width2} the mean Σ log p "
                "goes from {sums}, and the share of right outputs falls from "
                "{right:.1%} to {right2:.1%} ({empty:.1%} are empty). The search gets better, what it "
                "finds gets worse.",
                width=narrow.width, width2=wide.width, sums=sums,
                right=narrow.right, right2=wide.right, empty=wide.empty)  # fmt: skip
        if self.worse:
            return tr(
                "From beam {width} to beam {width2} the share of right outputs falls from {right:.1%} to "
                "{right2:.1%}, but the scores get no better: a worse search, not the curse (mean Σ log p from {sums}).",
                width=narrow.width, width2=wide.width, right=narrow.right, right2=wide.right, sums=sums)  # fmt: skip
        return tr(
            "No beam-search curse up to beam {width}: {right:.1%} of its outputs are right, and no width does "
            "better by more than chance (the best: beam {width2} with {right2:.1%}). From beam "
            "{width2} to beam {width} the mean Σ log p goes from {sums}.",
            width=wide.width, right=wide.right, width2=narrow.width, right2=narrow.right, sums=sums)  # fmt: skip


def verdict(points: Sequence[SweepPoint]) -> Verdict | None:
    """Compare the best beam with the widest; None below two widths."""
    beams = [point for point in points if point.width is not None]
    if len(beams) < 2:
        return None
    widest = max(beams, key=lambda point: point.width or 0)
    best = max(beams, key=lambda point: (point.right, -(point.width or 0)))
    changed = [(before.right, after.right) for before, after in zip(best.outputs, widest.outputs)]
    return Verdict(best, widest, changed.count((True, False)), changed.count((False, True)))


def proof_words(points: Sequence[SweepPoint]) -> str:
    """What exact search found, and which beams it tells apart; empty where there is none."""
    exact = exact_of(points)
    if exact is None:
        return ""
    if not exact.proved:
        return tr("Exact search proved none of its {n} outputs within its limit of nodes: raise the limit.", n=exact.n)
    alone = exact.among(exact.proved)
    reached = [point for point in points if point.width is not None and point.missed(exact) == 0]
    until = (
        tr("beam {width} finds them all too", width=reached[0].width)
        if reached
        else tr("none of the beams finds all of them")
    )
    return tr(
        "Exact search proved {n} of {n2} outputs to be the model's best: mean Σ log p {nats}, "
        "{right:.1%} right, {empty:.1%} empty; {until}.",
        n=alone.n,
        n2=exact.n,
        nats=_nats(alone.logp),
        right=alone.right,
        empty=alone.empty,
        until=until,
    )


def _nats(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def exact_of(points: Sequence[SweepPoint]) -> SweepPoint | None:
    """The point of exact search, if it is there."""
    return next((point for point in points if point.width is None), None)


def rows(points: Sequence[SweepPoint]) -> list[dict[str, float | int | str | None]]:
    """A table, one row a search; shares in 0…1, sums of log-probabilities in nats, BLEU in 0…100.

    `search_errors` is each beam's share of outputs that exact search could better, among those it proved; None without
    a proof. `proved` is None for beams.
    """
    exact = exact_of(points)
    return [
        {
            "search": point.name, "width": point.width, "sentences": point.n, "logp": point.logp, "right": point.right,
            "bleu": point.bleu, "exact_match": point.exact_match, "empty": point.empty, "length": point.length,
            "search_errors": None if exact is None or not exact.proved else point.missed(exact),
            "proved": None if point.width is not None else len(point.proved) / point.n, "seconds": point.seconds,
        }
        for point in points
    ]  # fmt: skip


def to_csv(points: Sequence[SweepPoint]) -> bytes:
    """The rows as comma-separated values; what is not known is an empty cell."""
    table = rows(points)
    return written([list(table[0]) if table else ["search"], *(list(row.values()) for row in table)])
