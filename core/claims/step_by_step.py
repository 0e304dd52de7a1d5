"""A decoder fed with what it has written so far gives, step by step, what one pass over the whole output gives.

That is why it can be trained in one pass under the right outputs (teacher forcing) and decodes a token at a time afterwards.
Shipped models are stepped over held-out outputs, with everything kept from step to step, and set against one pass. Beside
that: the same steps with <begin> fed at every place, as if a decoder did not read its own output.
"""

from collections.abc import Sequence

import torch

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.shipped import drawn
from core.data.batch import Batch, collate
from core.language import mark
from core.runs.trained import TrainedModel, load

_RUNS = ("demo/reverse-transformer", "demo/dates-transformer", "demo/reverse-gru")
_SENTENCES = 20
_EQUAL, _OTHER = 1e-3, 1.0  # nats


class StepByStep(AbstractClaim):
    """Log-probabilities of steps against those of one pass."""

    name = "step_by_step"
    lecture = (29, 36)
    statement = "Step by step, its own output fed back, a decoder gives what one teacher-forced pass gives"
    source = "Lee 2021, Transformer (autoregressive decoder, teacher forcing); Vaswani et al. 2017, section 3.1"
    effect_is = "largest difference of any token's log-probability between steps and one pass, three shipped models"
    baseline_is = "the same where <begin> is fed at every step, the smallest of the three"
    unit = "nats"
    rule = mark(
        "shown when with every seed no log-probability differs by {equal:g}, and without its own outputs some by "
        "{other:g}",
        equal=_EQUAL,
        other=_OTHER,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Step and pass; chance draws the sentences, nothing is trained."""
        rows, count = list[Row](), max(1, round(_SENTENCES * min(1.0, budget)))
        for at, run in enumerate(_RUNS, start=1):
            rows.append({"run": run} | _compared(load(run), seed, count))
            yield Progress(at / len(_RUNS), tuple(rows))
        effect = max(float(row["steps"] or 0) for row in rows)
        return Measured(effect, min(float(row["without its outputs"] or 0) for row in rows), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where steps differ as much as without what was written."""
        shows = [one.effect < _EQUAL and one.baseline >= _OTHER for one in found]
        return judged(shows, [one.effect >= one.baseline for one in found])


@torch.no_grad()
def _compared(trained: TrainedModel, seed: int, count: int) -> Row:
    batch = collate(drawn(trained, seed, count), *trained.vocabularies)
    told = trained.model(batch).log_softmax(-1)[batch.target_valid]
    stepped = _steps(trained, batch, batch.target_in)
    alone = _steps(trained, batch, torch.full_like(batch.target_in, trained.model.begin))
    return {
        "sentences": count, "tokens": batch.target_tokens, "steps": float((stepped - told).abs().max()),
        "without its outputs": float((alone - told).abs().max()),
    }  # fmt: skip


def _steps(trained: TrainedModel, batch: Batch, fed: torch.Tensor) -> torch.Tensor:
    """Log-probabilities of all tokens at every real place, one place below the other."""
    sources = [row[real].tolist() for row, real in zip(batch.source, batch.source_valid)]
    state, found = trained.model.start(sources), []
    for place in range(fed.shape[1]):
        step = trained.model.step(fed[:, place : place + 1], state)
        state = step.state
        found.append(step.log_probs[:, 0])
    return torch.stack(found, dim=1)[batch.target_valid]  # batch time vocab, real places
