"""Two GANs on handwritten digits, trained beside each other from one seed: with the attention layer and without it.

Both begin as the same networks to the bit, since γ is 0 at first; they see the same digits and the same noise.
"""

from dataclasses import dataclass
from threading import Lock
from time import perf_counter

import numpy as np
import torch
from jaxtyping import Float

from core.data.digits import SIDE, digits
from core.models.adversarial import NOISE, Generator, Noise
from core.recording.recorder import Recorder, attention_paths
from core.seeds import Seeds
from core.training.adversarial_trainer import AdversarialTrainer

STEPS = 1500
POOLED = (1, 2)  # rows and columns that are looked at as one: none, as in the paper, or 2 × 2, as in its published code
SAMPLES = 16  # pictures of the same noise, step after step
WITH, WITHOUT = "attention", "convolutions"


@dataclass(frozen=True)
class Sampled:
    """Pictures that were made of the fixed noise.

    Attributes:
        pictures: ink −1…1.
        looks: where each place of each picture looks while it is made, places row by row; rows sum to 1. None without attention.
        pooled: rows and columns of the squares that are looked at as one; there are as many fewer of them than places.
    """

    pictures: Float[np.ndarray, "picture row column"]
    looks: Float[np.ndarray, "picture place looked"] | None
    pooled: int = 1

    def look(self, picture: int, row: int, column: int) -> Float[np.ndarray, "lookedrow lookedcolumn"] | None:
        """Where one pixel of a picture looks, laid out as what is looked at lies in the picture."""
        if self.looks is None:
            return None
        side = -(-SIDE // self.pooled)
        return self.looks[picture, row * SIDE + column].reshape(side, side)


class GanRace:
    """Trainings beside each other. Threads may share one: each takes a slice in turn.

    Args:
        seed: of both; steps: that each shall have.
        pooled: of POOLED, rows and columns of the squares that are looked at as one place.

    Attributes:
        trainers: by name, `WITHOUT` first.
    """

    def __init__(self, seed: int, steps: int = STEPS, pooled: int = 1) -> None:
        self.steps, self.pooled, seeds = steps, pooled, Seeds(seed)
        real = digits().pictures[:, None] * 2 - 1
        self.trainers = {
            name: AdversarialTrainer(real, seeds, attention=name == WITH, pooled=pooled) for name in (WITHOUT, WITH)
        }
        self._noise = torch.randn(SAMPLES, NOISE, generator=seeds.generator("samples"))
        self._lock = Lock()

    @property
    def step(self) -> int:
        """Steps that each has done."""
        return min(one.step for one in self.trainers.values())

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.step >= self.steps

    def go_on(self, seconds: float = float("inf")) -> None:
        """Work for about so long: until both have had their step."""
        end = perf_counter() + seconds
        while not self.done and perf_counter() < end:
            self.advance()

    def advance(self) -> None:
        """A step of each."""
        with self._lock:
            if not self.done:
                for one in self.trainers.values():
                    one.advance()

    @torch.no_grad()
    def samples(self) -> dict[str, Sampled]:
        """What each makes of the fixed noise, as it stands."""
        with self._lock:
            return {name: _sampled(one.generator, self._noise, self.pooled) for name, one in self.trainers.items()}


def _sampled(generator: Generator, noise: Noise, pooled: int) -> Sampled:
    generator.eval()  # in training a pass would move the norms
    if not attention_paths(generator):
        return Sampled(generator(noise)[:, 0].numpy(), None)
    with Recorder(generator) as recorder:
        pictures = generator(noise)
    return Sampled(pictures[:, 0].numpy(), recorder.tensor(recorder.paths[0])[:, 0].numpy(), pooled)
