"""A generator and a discriminator learn against each other: hinge losses, and a rate of its own for each.

    discriminator: mean max(0, 1 − D(real)) + mean max(0, 1 + D(made));    generator: −mean D(made)

The discriminator learns four times as fast (Heusel et al. 2017, arXiv:1706.08500; both as in Zhang et al. 2019, section 4,
arXiv:1805.08318). Batches and noise are functions of (seed, step), so what looks in between changes nothing, and two trainings of
one seed see the same digits and the same noise.
"""

from collections.abc import Callable
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.feature_map import FeatureMapAttention
from core.models.adversarial import NOISE, WIDTH, Discriminator, Generator, Pictures, normed
from core.seeds import Seeds

BATCH = 32  # real pictures of a step, and as many made ones
RATES = (5e-4, 2e-3)  # of the generator, of the discriminator
_BETAS = (0.0, 0.9)  # no momentum: the other side moves
N = TypeVar("N", bound=nn.Module)


def discriminator_loss(real: Float[Tensor, " picture"], made: Float[Tensor, " picture"]) -> Float[Tensor, ""]:
    """0 where every real picture has at least 1 and every made one at most −1.

    >>> float(discriminator_loss(torch.tensor([2.0, 0.5]), torch.tensor([-1.5, 0.0])))
    0.75
    """
    return nn.functional.relu(1 - real).mean() + nn.functional.relu(1 + made).mean()


class AdversarialTrainer:
    """Two networks against each other.

    Args:
        pictures: real ones; attention: whether places look at each other, in both networks; seeds: where chance comes from.
        pooled: rows and columns of the squares that are looked at as one place (core/attention/feature_map.py).

    Attributes:
        generator, discriminator: the networks; step: steps done, of both.
        losses: of each step, the generator's and the discriminator's; gammas: the same, empty without attention.
    """

    def __init__(self, pictures: Pictures, seeds: Seeds, *, attention: bool, pooled: int = 1) -> None:
        self.pictures, self.seeds, self.step = pictures, seeds, 0
        self.losses, self.gammas = list[tuple[float, float]](), list[tuple[float, float]]()
        self._attentions = list[FeatureMapAttention]()
        places = ("generator", "discriminator")
        middles = [self._middle(place, pooled) if attention else nn.Identity() for place in places]
        self.generator = self._made("generator", lambda: Generator(middles[0]))
        self.discriminator = self._made("discriminator", lambda: Discriminator(middles[1]))
        self._optimizers = [
            torch.optim.Adam(network.parameters(), lr=rate, betas=_BETAS, fused=True)
            for network, rate in zip((self.generator, self.discriminator), RATES)
        ]

    def advance(self) -> None:
        """One step of the discriminator, then one of the generator on other noise."""
        self.step += 1
        chance = self.seeds.generator("data", self.step)
        real = self.pictures[torch.randint(len(self.pictures), (BATCH,), generator=chance)]
        noises = torch.randn(2, BATCH, NOISE, generator=chance)
        self.generator.train()
        self.discriminator.train()
        with torch.no_grad():
            made = self.generator(noises[0])
        told = discriminator_loss(*self.discriminator(torch.cat([real, made])).split(BATCH))
        self._learn(1, told)
        fooled = -self.discriminator(self.generator(noises[1])).mean()
        self._learn(0, fooled)
        self.losses.append((float(fooled.detach()), float(told.detach())))
        if self._attentions:
            generator, discriminator = (float(one.gamma.detach()) for one in self._attentions)
            self.gammas.append((generator, discriminator))

    def _learn(self, which: int, loss: Float[Tensor, ""]) -> None:
        self._optimizers[which].zero_grad()
        loss.backward()
        self._optimizers[which].step()

    def _middle(self, place: str, pooled: int) -> FeatureMapAttention:
        self._attentions.append(self._made(f"{place} attention", lambda: normed(FeatureMapAttention(WIDTH, pooled))))
        return self._attentions[-1]

    def _made(self, name: str, make: Callable[[], N]) -> N:
        """Fresh weights from a stream of their own: the same ones whether attention stands in the middle or not."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seeds.number(f"init {name}"))
            return make()
