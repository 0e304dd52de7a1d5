"""Cross-attention: a query of the decoder, keys and values of the encoder, and where it looks is where the output comes from.

On reversal everybody knows which source each output comes from. Every head of every decoder layer of a shipped Transformer,
and the attention of a shipped GRU, is asked which source it looks at most; chance is looking anywhere.
"""

from collections.abc import Sequence

import numpy as np

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.shipped import drawn
from core.data.batch import Example
from core.language import mark
from core.recording.matrix import AttentionMatrix
from core.runs.trained import load

_RUNS = ("demo/reverse-transformer", "demo/reverse-gru")
_SENTENCES = 40
_LEAD = 0.5


class CrossSources(AbstractClaim):
    """Heads that look across, and the sources that outputs come from."""

    name = "cross_sources"
    lecture = (34,)
    statement = "Cross-attention finds the source of each output: the decoder's query picks the encoder's key"
    source = "Lee 2021, Transformer (cross attention); Bahdanau et al. 2015, section 5.2.1, arXiv:1409.0473"
    effect_is = mark("outputs whose source is looked at most, the best head of {runs}", runs=_RUNS[0])
    baseline_is = "the same by chance: one of the source's places each time"
    unit = "share of outputs"
    rule = mark(
        "shown when with every seed the best head of the Transformer and the attention of the GRU find {lead:g} "
        "more than chance; contradicted when with every seed both find less; an attention may look a place beside "
        "it, since encoders mix places",
        lead=_LEAD,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Record the right outputs; chance draws the sentences, nothing is trained."""
        rows, count, chance = list[Row](), max(2, round(_SENTENCES * min(1.0, budget))), 0.0
        for at, run in enumerate(_RUNS):
            trained = load(run)
            found: dict[tuple[str, int], list[float]] = {}
            examples = drawn(trained, seed, count)
            for place, example in enumerate(examples, start=1):
                task = trained.config.task
                texts = task.join(example.source), task.join_target(example.target)
                for one in trained.matrices(*texts, only="*cross*"):
                    for head, share in enumerate(_right(one, example)):
                        found.setdefault((one.site.label, head + 1), []).append(share)
                yield Progress((at + place / count) / len(_RUNS), tuple(rows))
            chance = float(np.mean([1 / (len(one.source) + 1) for one in examples]))
            rows += [
                {"run": run, "attention": label, "head": head, "found": float(np.mean(shares)), "chance": chance}
                for (label, head), shares in found.items()
            ]
        return Measured(_best(rows, _RUNS[0]), chance, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        best = [[_best(one.rows, run) - one.baseline for run in _RUNS] for one in found]
        return judged([min(one) >= _LEAD for one in best], [max(one) < 0 for one in best])


def _right(one: AttentionMatrix, example: Example) -> list[float]:
    """Of every head, the share of outputs whose source it looks at most."""
    assert example.alignment is not None  # of reversal it is known
    looked = one.weights.argmax(axis=-1)  # head query
    pairs = np.array(example.alignment)
    return [float((looked[head, pairs[:, 0]] == pairs[:, 1]).mean()) for head in range(one.heads)]


def _best(rows: Sequence[Row], run: str) -> float:
    return max(float(row["found"] or 0) for row in rows if row["run"] == run)
