"""Frames of speech, in miniature: each frame hints at the phone that is spoken, and only its neighbors make sure.

A phone lasts four frames; a frame is the phone's own direction with much noise, so one frame alone says too little. What lies
far away says nothing: the evidence is near. (In "saw" it is far.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import torch

from core.data.vector_sets import Entrance, SetExample
from core.settings import setting
from core.tasks.set_task import AbstractSetTask
from core.tasks.task import Split

PHONES = ("a", "e", "i", "o", "u", "s")
_FRAMES, _LASTS, _HOP = 100, 4, 0.01  # frames; seconds from one to the next
_SETS = {"train": 1500, "validation": 60, "test": 100}
_TRAINING = {"steps": 250, "batch_size": 16, "learning_rate": 3e-3, "evaluate_every": 50}


@dataclass(frozen=True)
class Phones(AbstractSetTask):
    """Frames in, a phone for each out; utterances of the splits are drawn apart.

    >>> task = Phones(lasts=6)
    >>> len(task.examples("test")), task.examples("test")[0].items[:2]
    (100, ('0.00 s', '0.01 s'))
    """

    name: ClassVar[str] = "phones"
    summary: ClassVar[str] = "which phone each frame of (made-up) speech belongs to: the evidence is near"
    item: ClassVar[str] = "frame"
    expected: ClassVar[str] = "One frame alone tells 48 % of the phones: set model.window to 0 and see."
    presets: ClassVar[dict[str, Any]] = {
        "attention": {"model": {"layers": 2, "attention": "banded", "window": 2}, "training": _TRAINING},
        "window": {"model": {"window": 2}, "training": _TRAINING},
    }

    lasts: int = setting(_LASTS, low=1, high=20, help="frames that a phone lasts")
    noise: float = setting(0.9, low=0.0, high=10.0, step=0.1, help="standard deviation of each feature of a frame")

    def build_entrance(self) -> Entrance:
        """One feature for each phone, and a label for each frame."""
        return Entrance(None, len(PHONES), "each", PHONES)

    def examples(self, split: Split) -> Sequence[SetExample]:
        """Utterances of a second."""
        return self._drawn[split]

    @cached_property
    def _drawn(self) -> dict[str, tuple[SetExample, ...]]:
        found, items = {}, tuple(f"{frame * _HOP:.2f} s" for frame in range(_FRAMES))
        for at, (split, count) in enumerate(_SETS.items()):
            chance = torch.Generator().manual_seed(at)
            phones = torch.randint(len(PHONES), (count, -(-_FRAMES // self.lasts) + 1), generator=chance)
            cut = torch.randint(self.lasts, (count, 1), generator=chance)
            said = phones.gather(1, (torch.arange(_FRAMES) + cut) // self.lasts)
            heard = torch.nn.functional.one_hot(said, len(PHONES)).float()
            heard = heard + self.noise * torch.randn(heard.shape, generator=chance)
            found[split] = tuple(SetExample(items, one, label) for one, label in zip(heard, said))
        return found
