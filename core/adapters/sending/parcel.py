"""A trained model ready to be sent: its weights and its tokens under one numbering, and where it came from.

A source and a target have vocabularies of their own here; most programs know one. So both are joined: a target's tokens keep
their numbers, those that only sources have follow. A token that a side does not know has, on that side, the row of <unk>, as it
is read here; and a logit that no search chooses, since it is never written here. No probability changes by it.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Int
from tokenizers import Tokenizer
from torch import Tensor

from core.adapters.sending.readings import Reading, reading_of
from core.adapters.sending.weights import Weights, weights_of
from core.data.vocabulary import UNK, Vocabulary
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings


@runtime_checkable
class Address(Protocol):
    """Where a run is."""

    address: str


@runtime_checkable
class Trained(Protocol):
    """What is asked of a trained model (core/runs/trained.py has it)."""

    run: Address
    config: Any
    examples: Any
    step: int
    model: Seq2Seq
    vocabularies: tuple[Vocabulary, Vocabulary]
    model_hash: str

    def read(self, source: str) -> list[str]:
        """Source text to tokens."""

    def example_text(self) -> str:
        """A source that works."""


@dataclass(frozen=True, eq=False)
class Parcel:
    """What every folder that is sent is made of.

    Attributes:
        settings: of the model; weights: under the joint numbers.
        tokens: by their joint numbers; written: how many of them an output may have, the first ones.
        reading: how text is read; None where numbers alone are.
        begin, end: what a decoder is fed first, what ends an output; never: what it never writes.
        distinct: whether an output is a set, so that no token is written twice.
        address, step, model_hash, task: which run, which checkpoint, which weights, what it was trained for.
        example: a source as text.
    """

    settings: TransformerSettings
    weights: Weights
    tokens: tuple[str, ...]
    written: int
    reading: Reading | None
    begin: int
    end: int
    never: tuple[int, ...]
    distinct: bool
    address: str
    step: int
    model_hash: str
    task: str
    example: str

    @property
    def longest(self) -> int:
        """Tokens of the longest source and of the longest output."""
        return min(len(self.weights.encoder.positions), len(self.weights.decoder.positions))

    @cached_property
    def tokenizer(self) -> Tokenizer | None:
        """What reads text for it; None where numbers alone are read."""
        return None if self.reading is None else self.reading.tokenizer(self.tokens)


def pack(trained: Trained) -> Parcel:
    """A trained Transformer, ready to be sent; whether it fits is asked before (fitting.py)."""
    source, target = trained.vocabularies
    tokens, model, task = joined(source, target), trained.model, trained.config.task
    read = torch.tensor([source.numbers.get(token, UNK) for token in tokens])
    return Parcel(
        settings=trained.config.model, weights=weights_of(model).numbered(read, _own(len(target), len(tokens))),
        tokens=tokens, written=len(target), reading=reading_of(task), begin=model.begin, end=model.end,
        never=model.never_generated, distinct=model.distinct, address=trained.run.address, step=trained.step,
        model_hash=trained.model_hash, task=task.name, example=trained.example_text(),
    )  # fmt: skip


def joined(source: Vocabulary, target: Vocabulary) -> tuple[str, ...]:
    """The tokens of both, each once: the target's under their numbers, then those that only the source has.

    >>> joined(Vocabulary.of("ab"), Vocabulary.of("bc"))[6:]
    ('b', 'c', 'a')
    """
    return (*target.tokens, *(token for token in source.tokens if token not in target.numbers))


def _own(written: int, count: int) -> Int[Tensor, " token"]:
    """The target's numbers are the joint ones; the others are never written."""
    return torch.where(torch.arange(count) < written, torch.arange(count), -1)
