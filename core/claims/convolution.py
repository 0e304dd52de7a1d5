"""Self-attention can be a convolution: heads that look at one offset each, as sharply as α says.

A fresh convolution, and the attention that is made of it, read the same random image; the largest difference of two outputs
is taken, borders included (Cordonnier et al. 2020, arXiv:1911.03584). Beside it the same with the zeros around the image
left out of the keys: then only the border differs, since a head that looks outside finds the nearest pixel inside instead.
"""

from collections.abc import Sequence

import torch
from torch import nn

from core.attention.convolution import QuadraticRelativeAttention
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import made
from core.language import mark
from core.seeds import Seeds

ALPHAS = (1.0, 5.0, 10.0, 20.0, 46.0)
KERNELS = (1, 3, 5)
_CHANNELS, _IMAGE, _NEAR, _FAR = (3, 4), (9, 8), 20.0, 1.0
_EQUAL, _APART = 1e-5, 1e-2


class Convolution(AbstractClaim):
    """Largest difference between attention and convolution, over α."""

    name = "convolution"
    lecture = (16,)
    statement = "A self-attention with a head for each tap of a kernel is a convolution"
    source = "Cordonnier et al. 2020, theorem 1, arXiv:1911.03584"
    effect_is = mark("largest difference of outputs, α = {near:g}", near=_NEAR)
    baseline_is = mark("the same, α = {far:g}", far=_FAR)
    unit = "of values about 1"
    rule = mark(
        "shown when with α = {near:g} no output of any kernel differs by {equal:g}, and with α = {far:g} one of "
        "each by {apart:g}",
        near=_NEAR,
        equal=_EQUAL,
        far=_FAR,
        apart=_APART,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Every kernel with every α; the budget changes nothing, there is no training."""
        rows, seeds = list[Row](), Seeds(seed)
        image = torch.randn(1, _CHANNELS[0], *_IMAGE, generator=seeds.generator("image"))
        cells = [(kernel, alpha) for kernel in KERNELS for alpha in ALPHAS]
        for at, (kernel, alpha) in enumerate(cells, start=1):
            conv = made(lambda kernel=kernel: nn.Conv2d(*_CHANNELS, kernel, padding="same"), seeds)
            rows.append({"kernel": kernel, "alpha": alpha} | _differences(conv, alpha, image))
            yield Progress(at / len(cells), tuple(rows))
        far, near = ([_of(row, "difference") for row in rows if row["alpha"] == alpha] for alpha in (_FAR, _NEAR))
        return Measured(max(near), min(far), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where sharper heads come no nearer."""
        shows = [one.effect < _EQUAL and one.baseline >= _APART for one in found]
        return judged(shows, [one.effect >= one.baseline for one in found])


@torch.no_grad()
def _differences(conv: nn.Conv2d, alpha: float, image: torch.Tensor) -> Row:
    """The largest difference anywhere; and where zeros around the image are no keys, at the border and inside of it."""
    attention, expected = QuadraticRelativeAttention.from_conv(conv, alpha), conv(image)
    difference = float((attention(image) - expected).abs().max())
    rim = attention.padding[0]
    attention.padding = attention.reach = (0, 0)
    apart = (attention(image) - expected).abs().amax(dim=(0, 1))
    inside = torch.zeros_like(apart, dtype=torch.bool)
    inside[rim : len(apart) - rim, rim : apart.shape[1] - rim] = True
    border = float(apart[~inside].max()) if rim else None
    return {
        "difference": difference,
        "border_without_zeros": border,
        "inside_without_zeros": float(apart[inside].max()),
    }


def _of(row: Row, name: str) -> float:
    return float(row[name] or 0.0)
