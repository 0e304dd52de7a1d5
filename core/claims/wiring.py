"""Which encoder layers the decoder looks at: a table without a claim.

Equal trainings of the same model with each wiring, on the same batches of the task `dates`. The table has each one's
held-out loss, its parameters, and the size of the gradient that reaches every encoder layer before any training. The paper's
gains for several views are real ones of large models; at this size seeds differ by as much as wirings, and the rule asks
for more than that.
"""

from collections.abc import Generator, Sequence
from statistics import mean, stdev

import torch

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict
from core.claims.labeling import steps
from core.data.batch import Batch, collate
from core.data.stream import Stream
from core.models.build import build
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.tasks.dates import Dates
from core.training.likelihood import Likelihood

COMPARED = ("last", "layerwise", "multiview", "mixture")
LAYERS = 3
_STEPS, _BATCH, _RATE, _HELD_OUT = 150, 32, 2e-3, 128
_WEIGH = Likelihood()


class Wiring(AbstractClaim):
    """Held-out losses of four wirings after as many steps."""

    name = "wiring"
    lecture = (35,)
    seeds = 3
    statement = "Decoder layers may look at other encoder layers than the last; at this size no gain is claimed"
    source = "Liu et al. 2020, arXiv:2005.08081"
    effect_is = "held-out loss with two views, the last layer's and the layer's own"
    baseline_is = "held-out loss with the last layer alone"
    unit = "nats a token"
    rule = (
        "shown when, over three seeds or more, the loss is lower with two views by twice the standard error of the "
        "difference; never contradicted, for a difference the other way says as little"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one after the other."""
        rows: list[Row] = []
        task, last = Dates(), steps(_STEPS, budget)
        rng = Seeds(seed).random("held out")
        held_out = collate([task.draw("validation", rng) for _ in range(_HELD_OUT)], *task.vocabularies)
        ends: dict[str, float] = {}
        for at, wiring in enumerate(COMPARED):
            model = build(settings(wiring), *task.vocabularies, Seeds(seed))
            rows += _gradients(wiring, model, held_out)
            for step in _training(model, Stream(task, _BATCH, Seeds(seed)), last):
                yield Progress((at + step / last) / len(COMPARED), tuple(rows))
            ends[wiring] = _loss(model, held_out)
            rows.append(_row("held-out loss", wiring, None, ends[wiring]))
            rows.append(_row("parameters", wiring, None, sum(one.numel() for one in model.parameters())))
        return Measured(ends["multiview"], ends["last"], tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        gains = [one.baseline - one.effect for one in found]
        if len(gains) < self.seeds:
            return "not shown"
        return "shown" if mean(gains) > 2 * stdev(gains) / len(gains) ** 0.5 else "not shown"


def settings(wiring: str) -> TransformerSettings:
    """Of every model of the table."""
    return TransformerSettings(layers=LAYERS, width=32, heads=2, wiring=wiring)


def _gradients(wiring: str, model: Seq2Seq, batch: Batch) -> list[Row]:
    _WEIGH(model, batch, 0).terms["likelihood"].backward()
    rows = []
    for at, layer in enumerate(model.encoder.layers, start=1):
        reached = torch.cat([one.grad.flatten() for one in layer.parameters() if one.grad is not None])
        rows.append(_row("gradient", wiring, at, float(reached.norm())))
    model.zero_grad()
    return rows


def _training(model: Seq2Seq, stream: Stream, count: int) -> Generator[int, None, None]:
    optimizer = torch.optim.Adam(model.parameters(), lr=_RATE, fused=True)
    model.train()
    for step in range(1, count + 1):
        loss = _WEIGH(model, stream.batch(step), step).terms["likelihood"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield step


@torch.no_grad()
def _loss(model: Seq2Seq, batch: Batch) -> float:
    model.eval()
    return float(_WEIGH(model, batch, 0).terms["likelihood"])


def _row(measured: str, wiring: str, layer: int | None, value: float) -> Row:
    return {"wiring": wiring, "measured": measured, "layer": layer, "value": value}
