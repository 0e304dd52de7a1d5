"""Models to send: shipped ones, and fresh ones of settings that shipped ones do not have."""

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import torch

from core.adapters.sending.agreement import held_out_texts
from core.adapters.sending.parcel import Trained
from core.adapters.sending.table import SENT_AS, packed_for, send
from core.data.vocabulary import Vocabulary
from core.models.build import build
from core.models.transformer_settings import TransformerSettings
from core.runs.trained import load
from core.seeds import Seeds
from core.settings import Settings
from core.tasks.multi_label import MultiLabel
from core.tasks.reversal import Reversal
from core.tasks.sorting_points import SortingPoints
from core.tasks.task import AbstractTask

_SMALL = {"width": 24, "heads": 3, "feed_forward": 2}
FRESH: dict[str, tuple[AbstractTask, Settings]] = {
    # Marian; scores and keys that are multiplied in
    "after": (
        Reversal(longest=8),
        TransformerSettings(**_SMALL, norm="post", key_heads=1, score="dot", temperature=1.7),
    ),
    # Blenderbot, a table that ends; outputs are sets
    "learned": (
        MultiLabel(),
        TransformerSettings(**_SMALL, layers=1, positions="learned", longest=80, score="general"),
    ),
    # Blenderbot, a table made by a law of motion; a task whose reading cannot be said in other words
    "path": (SortingPoints(), TransformerSettings(**_SMALL, layers=3, positions="floater")),
}
SHIPPED = ("demo/dates-transformer", "demo/reverse-transformer")


@dataclass(frozen=True)
class Fresh:
    """A model that was never trained, as a trained one looks from outside."""

    config: Any
    model: Any
    run: Any
    examples: Any
    step: int = 0
    model_hash: str = "0" * 16

    @property
    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        return self.config.task.vocabularies

    def read(self, source: str) -> list[str]:
        return self.config.task.tokenize(source)

    def example_text(self) -> str:
        return held_out_texts(self, 1)[0]


def fresh(task: AbstractTask, settings: Settings, seed: int = 3) -> Trained:
    """Random weights, offsets and norms too, so that one that is lost is missed."""
    model = build(settings, *task.vocabularies, Seeds(seed)).eval().requires_grad_(False)
    chance = torch.Generator().manual_seed(seed)
    for name, one in model.named_parameters():
        if one.dim() == 1 and "positions" not in name:
            one.add_(torch.randn(one.shape, generator=chance) * 0.3)
    where = SimpleNamespace(address="fresh")
    return Fresh(SimpleNamespace(task=task, model=settings), model, where, SimpleNamespace(test=()))


@cache
def trained(name: str) -> Trained:
    """A shipped run, or a fresh model."""
    return fresh(*FRESH[name]) if name in FRESH else load(name)


@cache
def texts(name: str, count: int = 200) -> list[str]:
    """Held-out sources of its task."""
    return held_out_texts(trained(name), count)


def sent(name, kind, folder):
    """A model sent to a folder and opened there."""
    target = SENT_AS[kind]()
    parcel = packed_for(trained(name), target)
    send(parcel, target, folder)
    return target.open(folder, parcel)
