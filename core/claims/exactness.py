"""Greedy search may miss the best output: what looks worse at first may be better in the end.

The lecture's tree has two paths: greedy takes A (0.6) and ends at 0.216, the other one begins with 0.4 and ends at 0.324.
Then a shipped model on held-out sentences: how often greedy search and a beam of 4 miss an output that exact search proves to be the
most probable. Whether the most probable output is the best one is another claim.
"""

from collections.abc import Sequence
from math import exp

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.shipped import drawn
from core.decoding.beam import BeamSearch
from core.decoding.exact import ExactSearch
from core.decoding.frontier import Rules
from core.decoding.greedy import GreedySearch
from core.decoding.search import AbstractSearch
from core.language import mark
from core.models.example_tables import EXAMPLE_TABLES
from core.runs.beam_sizes import SweepPoint, sweep
from core.runs.trained import load

_RUN, _SENTENCES = "demo/synonyms-transformer", 40
_TREE = {"greedy": 0.216, "exact": 0.324}
_SEARCHES: tuple[AbstractSearch, ...] = (BeamSearch(width=1), BeamSearch(width=4), ExactSearch())


class Exactness(AbstractClaim):
    """Greedy, a beam, and exact search, on the lecture's tree and on a shipped model."""

    name = "exactness"
    lecture = (39,)
    statement = "Greedy search misses outputs that are more probable; a beam that keeps several paths misses fewer"
    source = "Lee 2021, Transformer (beam search); Stahlberg & Byrne 2019, arXiv:1908.10090"
    effect_is = mark("held-out sentences whose proved best output greedy search misses, {run}", run=_RUN)
    baseline_is = "the same of a beam of 4"
    unit = "share of sentences with a proof"
    rule = (
        "shown when on the lecture's tree greedy search ends at 0.216 and exact search at 0.324, and with every seed greedy search "
        "misses more sentences by 0.1; contradicted when with every seed it misses fewer"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Search; chance draws the sentences, nothing is trained."""
        trained, rows = load(_RUN), _tree()
        examples, points = drawn(trained, seed, max(2, round(_SENTENCES * min(1.0, budget)))), list[SweepPoint]()
        for now in sweep(trained, examples, _SEARCHES):
            points += [] if now.point is None else [now.point]
            yield Progress(now.done / now.total, tuple(rows))
        *beams, exact = points
        missed = [one.missed(exact) if exact.proved else 0.0 for one in beams]
        rows += [_row(one.name, None, lost, len(exact.proved)) for one, lost in zip(beams, missed)]
        return Measured(missed[0], missed[1], tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [one.effect >= one.baseline + 0.1 and _as_told(one.rows) for one in found]
        return judged(shows, [one.effect < one.baseline for one in found])


def _tree() -> list[Row]:
    model = EXAMPLE_TABLES["lecture"].table
    rules = Rules(model.end, model.never_generated, model.longest, 0)
    rows = []
    for name, search in {"greedy": GreedySearch(), "beam 2": BeamSearch(width=2), "exact": ExactSearch()}.items():
        frontier = search.run(model, [()], [rules])[0]
        rows.append(_row(f"{name}, the lecture's tree", exp(frontier.best.logp), None, None))
    return rows


def _row(search: str, probability: float | None, missed: float | None, proofs: int | None) -> Row:
    return {"search": search, "probability": probability, "missed": missed, "proofs": proofs}


def _as_told(rows: Sequence[Row]) -> bool:
    found = {str(row["search"]): float(row["probability"] or 0) for row in rows}
    return all(abs(found[f"{name}, the lecture's tree"] - value) < 1e-6 for name, value in _TREE.items())
