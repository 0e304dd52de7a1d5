"""How to stop: the end is a token like another, and a trained decoder gives it its probability where the output is over.

Shipped models read held-out sources and the right outputs; at every place the probability of <end> is read. Where the output
is over it should be nearly one, before that nearly zero.
"""

from collections.abc import Sequence

import torch

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.shipped import drawn
from core.data.batch import collate
from core.language import mark
from core.runs.trained import TrainedModel, load

_RUNS = ("demo/reverse-transformer", "demo/dates-transformer", "demo/reverse-gru")
_SENTENCES = 100
_SURE, _NEVER = 0.9, 0.05


class Telling(AbstractClaim):
    """The probability of <end>, where it belongs and where it does not."""

    name = "telling"
    lecture = (32, 5)
    statement = "A decoder learns when to stop: the end is a token, likely where the output is over and nowhere before"
    source = "Lee 2021, Transformer (adding a stop token)"
    effect_is = "mean probability of <end> behind the last token, the least sure of three shipped models"
    baseline_is = "mean probability of <end> at all places before, the largest of the three"
    unit = "probability"
    rule = mark(
        "shown when with every seed it is at least {sure:g} at the end and at most {never:g} before; contradicted "
        "when it is larger before",
        sure=_SURE,
        never=_NEVER,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Read what is written; chance draws the sentences, nothing is trained."""
        rows, count = list[Row](), max(2, round(_SENTENCES * min(1.0, budget)))
        for at, run in enumerate(_RUNS, start=1):
            rows.append({"run": run} | _ends(load(run), seed, count))
            yield Progress(at / len(_RUNS), tuple(rows))
        effect = min(float(row["at the end"] or 0) for row in rows)
        return Measured(effect, max(float(row["before"] or 0) for row in rows), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [one.effect >= _SURE and one.baseline <= _NEVER for one in found]
        return judged(shows, [one.effect < one.baseline for one in found])


@torch.no_grad()
def _ends(trained: TrainedModel, seed: int, count: int) -> Row:
    batch = collate(drawn(trained, seed, count), *trained.vocabularies)
    ends = trained.model(batch).softmax(-1)[..., trained.model.end]  # batch time
    over = batch.target_out == trained.model.end
    before = batch.target_valid & ~over
    return {
        "sentences": count, "shortest output": int(batch.target_valid.sum(1).min()) - 1,
        "longest output": int(batch.target_valid.sum(1).max()) - 1, "at the end": float(ends[over].mean()),
        "before": float(ends[before].mean()), "largest before": float(ends[before].max()),
    }  # fmt: skip
