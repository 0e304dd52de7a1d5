"""Every model the laws run over: each entry of the tables in every choice that changes its arithmetic."""

import torch

from core.data.batch import Batch, Example, collate
from core.data.vocabulary import Vocabulary
from core.models.build import MODELS, build
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.settings import Settings

LETTERS = Vocabulary.of("abcdefgh")
SHARED = Vocabulary.of("abcdefgh", shared_boundary=True)
_SMALL = {"width": 16, "layers": 2}
CHOICES: dict[str, Settings] = {
    **{
        f"transformer-{norm}-{positions}": MODELS["transformer"](
            **_SMALL, heads=2, norm=norm, positions=positions, longest=64
        )
        for norm in ("pre", "post")
        for positions in ("none", "sinusoidal", "learned")
    },
    **{
        f"{cell}-{score}": MODELS["recurrent"](**_SMALL, cell=cell, score=score)
        for cell in ("gru", "lstm")
        for score in ("additive", "dot", "general")
    },
}
WORDS = ["abc", "h", "hgfedcba", "aab", "cabbage", "ff"]


def model(name: str, seed: int = 1, vocabulary: Vocabulary = LETTERS) -> Seq2Seq:
    return build(CHOICES[name], vocabulary, vocabulary, Seeds(seed)).eval()


def pairs(words: list[str]) -> list[Example]:
    return [Example(tuple(word), tuple(word[::-1][:5])) for word in words]


def batch(words: list[str]) -> Batch:
    return collate(pairs(words), LETTERS, LETTERS)


def widen(given: Batch, more: int) -> Batch:
    """The same batch with more pads on every side."""
    grow = torch.nn.functional.pad
    return Batch(
        grow(given.source, (0, more)),
        grow(given.source_valid, (0, more), value=False),
        grow(given.target_in, (0, more)),
        grow(given.target_out, (0, more)),
        grow(given.target_valid, (0, more), value=False),
    )
