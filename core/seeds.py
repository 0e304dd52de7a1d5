"""One seed, and named streams of chance drawn from it.

A stream is a function of (seed, name, index): nothing is carried from one draw to the next, so the number of a step
is the whole state of chance, and a resumed training draws what an uninterrupted one would have drawn.
"""

import hashlib
from dataclasses import dataclass
from random import Random

import torch


@dataclass(frozen=True)
class Seeds:
    """The streams of one seed.

    >>> Seeds(1).number("data", 7) == Seeds(1).number("data", 7)
    True
    >>> Seeds(1).number("data", 7) == Seeds(1).number("dropout", 7)
    False
    """

    seed: int

    def number(self, name: str, index: int = 0) -> int:
        """A 63-bit number for the stream `name` at `index`."""
        digest = hashlib.sha256(f"{self.seed}/{name}/{index}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 1

    def random(self, name: str, index: int = 0) -> Random:
        """A Python generator for the stream `name` at `index`."""
        return Random(self.number(name, index))

    def generator(self, name: str, index: int = 0) -> torch.Generator:
        """A torch generator (CPU) for the stream `name` at `index`."""
        return torch.Generator().manual_seed(self.number(name, index))
