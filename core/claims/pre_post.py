"""Where the norm stands decides whether a deep Transformer trains without warm-up.

(a) At initialisation, with depth: the size of the gradient of the last feed-forward part's second matrix. Behind a
post-norm it does not shrink with the number of layers L; with pre-norms it does, as 1/√L. (b) Twelve layers learn to give
back the token before each: pre-norm and post-norm at the same learning rate from the first step, then post-norm with
warm-up.
"""

from collections.abc import Generator, Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.deep_stack import gradients, training
from core.claims.labeling import steps
from core.seeds import Seeds

DEPTHS = (2, 6, 24)
LAYERS, RATE = 12, 1e-3
CURVES = (("pre", 0, 250), ("post", 0, 250), ("post", 100, 300))  # place of the norm, steps of warm-up, steps
_LAST = 10  # steps whose losses are averaged


class PrePost(AbstractClaim):
    """Gradients at the beginning, and what becomes of them without warm-up."""

    name = "pre_post"
    lecture = (28,)
    statement = (
        "With the norm before each part a deep Transformer trains without warm-up; with the norm behind it does not"
    )
    source = "Xiong et al. 2020, arXiv:2002.04745"
    effect_is = "loss of 12 layers with pre-norm, no warm-up"
    baseline_is = "the same with post-norm"
    unit = "nats a token"
    rule = (
        "shown when the loss with pre-norm is under half of that with post-norm, post-norm with warm-up comes under half of "
        "it too, and from 2 to 24 layers the last gradient falls to 0.65 or less with pre-norm, not under 0.9 with post-norm"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Gradients, then three trainings on the same batches."""
        rows: list[Row] = []
        for place in ("pre", "post"):
            for layers in DEPTHS:
                last = gradients(place, "layer", layers, Seeds(seed), batches=4)[-1]
                rows.append(_row("gradient", place, layers, 0, gradient=last))
                yield Progress(0.0, tuple(rows))
        ends = yield from _trained(seed, budget, rows)
        return Measured(ends[0], ends[1], tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where post-norm without warm-up learns twice as well."""
        return judged([self._shows(one) for one in found], [one.baseline < one.effect / 2 for one in found])

    def _shows(self, one: Measured) -> bool:
        sizes = {
            (row["place"], row["layers"]): float(row["gradient"] or 0) for row in one.rows if row["part"] == "gradient"
        }
        falls = {place: sizes[place, DEPTHS[-1]] / sizes[place, DEPTHS[0]] for place in ("pre", "post")}
        (warmed,) = (float(row["loss"] or 0) for row in one.rows if row["part"] == "end" and row["warmup"])
        learned = max(one.effect, warmed) < one.baseline / 2
        return learned and falls["pre"] <= 0.65 and falls["post"] >= 0.9


def _trained(seed: int, budget: float, rows: list[Row]) -> Generator[Progress, None, list[float]]:
    """Train one after the other, writing into `rows`; returns the loss each ends with."""
    counts = [steps(count, budget) for _, _, count in CURVES]
    ends, done = list[float](), 0
    for (place, warmup, _), count in zip(CURVES, counts):
        losses = []
        for now in training(place, "layer", LAYERS, Seeds(seed), count, rate=RATE, warmup=round(warmup * budget)):
            losses.append(now.loss)
            if now.step % 5 == 0:
                rows.append(_row("curve", place, LAYERS, warmup, step=now.step, loss=now.loss))
            yield Progress((done + now.step) / sum(counts), tuple(rows))
        done += count
        ends.append(sum(losses[-_LAST:]) / len(losses[-_LAST:]))
        rows.append(_row("end", place, LAYERS, warmup, step=count, loss=ends[-1]))
    return ends


def _row(part: str, place: str, layers: int, warmup: int, **measured: float) -> Row:
    return {
        "part": part, "place": place, "layers": layers, "warmup": warmup, "step": None, "loss": None, "gradient": None,
    } | measured  # fmt: skip
