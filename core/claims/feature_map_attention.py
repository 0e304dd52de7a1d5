"""Convolutions see what is near; one layer of self-attention over the map compares what is far apart.

A picture of 16 × 16 places has noise and, in two opposite corners, a patch of 2 × 2 in one of three colors. Are the two of one
color? No place of the convolutions sees both corners, and the answer is the sum of what all places say, so what is said of one
corner cannot depend on the other. With one attention layer between, started at γ = 0, it can. (That a Self-Attention GAN makes better
pictures is claimed for ImageNet by distances of distributions, and does not show in networks of this size.)
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.feature_map import FeatureMap, FeatureMapAttention
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import made, steps
from core.language import mark
from core.recording.recorder import Recorder
from core.seeds import Seeds

SIDE, PATCH, COLORS = 16, 2, 3  # places on a side of a picture and of a patch
WIDTH = 64  # channels of the map
_BRIGHT, _NOISE = 4.5, 0.15  # of a patch in its color; of every place in each color, a standard deviation
_STEPS, _BATCH, _RATE = 300, 32, 2e-3
_TESTED, _LOOKS = 500, 5  # held-out pictures; how often both are judged on the way
_LEAST = 0.9  # right with attention
_MOST = 0.75  # right without: no sum of what is said of each corner by itself is right more often, whatever is learned


class Corners(NamedTuple):
    """Pictures and whether their corners agree.

    Attributes:
        pictures: one channel a color; labels: 1.0 where both patches have the same color.
    """

    pictures: Float[Tensor, "batch channel row column"]
    labels: Float[Tensor, " batch"]


def corners(count: int, chance: torch.Generator) -> Corners:
    """Pictures of which about half have corners of one color."""
    agree = torch.rand(count, generator=chance) < 0.5
    first = torch.randint(COLORS, (count,), generator=chance)
    other = (first + torch.randint(1, COLORS, (count,), generator=chance)) % COLORS
    second = torch.where(agree, first, other)
    pictures = _NOISE * torch.randn(count, COLORS, SIDE, SIDE, generator=chance)
    every = torch.arange(count)
    pictures[every, first, :PATCH, :PATCH] += _BRIGHT
    pictures[every, second, -PATCH:, -PATCH:] += _BRIGHT
    return Corners(pictures, agree.float())


class CornerJudge(nn.Module):
    """Two convolutions of 3 × 3, a middle, and what each place says by itself; the sum of it is the answer.

    Convolutions begin so that the size of what they read is kept (He et al. 2015): smaller, and attention begins so flat that a
    corner's share in what is looked at, four places of 256, teaches nothing in this time.

    Args:
        middle: from a map to one of the same shape.
    """

    def __init__(self, middle: nn.Module) -> None:
        super().__init__()
        self.near = nn.Sequential(
            nn.Conv2d(COLORS, WIDTH, 3, padding=1), nn.ReLU(), nn.Conv2d(WIDTH, WIDTH, 3, padding=1), nn.ReLU()
        )
        self.encoder = nn.ModuleDict({"middle": middle})
        self.says = nn.Sequential(nn.Conv2d(WIDTH, WIDTH, 1), nn.ReLU(), nn.Conv2d(WIDTH, 1, 1))
        for part in self.modules():
            if isinstance(part, nn.Conv2d):
                nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
                nn.init.zeros_(part.bias)

    def places(self, pictures: FeatureMap) -> Float[Tensor, "batch row column"]:
        """What each place says: above 0 for one color."""
        return self.says(self.encoder["middle"](self.near(pictures))).squeeze(1)

    def forward(self, pictures: FeatureMap) -> Float[Tensor, " batch"]:
        """The sum over places, in parts of the side: so large that a step moves it, and not so large that noise decides."""
        return self.places(pictures).sum((1, 2)) / SIDE


class FeatureMapClaim(AbstractClaim):
    """Two far corners: convolutions alone against the same with one attention layer."""

    name = "feature_map_attention"
    lecture = (15,)
    statement = (
        "What two far corners have in common no stack of small convolutions sees; with one attention layer it does"
    )
    source = "Zhang et al. 2019, section 3, arXiv:1805.08318"
    effect_is = "pictures judged right, with one attention layer"
    baseline_is = "the same, convolutions alone, after as many steps"
    unit = "share of held-out pictures"
    rule = mark(
        "shown when with every seed the network with attention is right in at least {least:.0%} and the one "
        "without in at most {most:.0%}; contradicted when with every seed the one without is right in more",
        least=_LEAST,
        most=_MOST,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train both, step by step in turn, on the same pictures."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(_STEPS, budget)
        tested = corners(_TESTED, seeds.generator("test"))
        both = {
            "convolutions": made(lambda: CornerJudge(nn.Identity()), seeds),
            "with attention": made(lambda: CornerJudge(FeatureMapAttention(WIDTH)), seeds),
        }
        optimizers = [torch.optim.Adam(one.parameters(), lr=_RATE, fused=True) for one in both.values()]
        for step in range(1, last + 1):
            batch = corners(_BATCH, seeds.generator("data", step))
            for one, optimizer in zip(both.values(), optimizers):
                loss = nn.functional.binary_cross_entropy_with_logits(one(batch.pictures), batch.labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            if step % max(1, last // _LOOKS) == 0 or step == last:
                rows += [_row(name, one, step, tested) for name, one in both.items()]
            yield Progress(step / last, tuple(rows))
        without, attending = (float(row["right"] or 0) for row in rows[-2:])
        return Measured(attending, without, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [one.effect >= _LEAST and one.baseline <= _MOST for one in found]
        return judged(shows, [one.effect < one.baseline for one in found])


@torch.no_grad()
def _row(name: str, one: CornerJudge, step: int, tested: Corners) -> Row:
    """How it judges held-out pictures, γ, and how much each corner looks at the other; None without attention."""
    row: Row = {"network": name, "steps": step, "gamma": None, "first at second": None, "second at first": None}
    middle = one.encoder["middle"]
    if isinstance(middle, FeatureMapAttention):
        with Recorder(one) as recorder:
            said = one(tested.pictures)
        looks = recorder.tensor(recorder.paths[0])[:, 0].unflatten(1, (SIDE, SIDE)).unflatten(3, (SIDE, SIDE))
        row |= {
            "gamma": float(middle.gamma),
            "first at second": float(looks[:, :PATCH, :PATCH, -PATCH:, -PATCH:].sum((3, 4)).mean()),
            "second at first": float(looks[:, -PATCH:, -PATCH:, :PATCH, :PATCH].sum((3, 4)).mean()),
        }
    else:
        said = one(tested.pictures)
    return row | {"right": float(((said > 0) == (tested.labels > 0.5)).double().mean())}
