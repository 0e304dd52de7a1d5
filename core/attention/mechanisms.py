"""The table of mechanisms: how a self-attention weighs its keys, by name."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from core.attention.attention import AbstractAttention, Attention
from core.attention.banded import BandedAttention
from core.attention.linear import LinearAttention
from core.attention.linformer import Linformer
from core.attention.normalizers import NORMALIZERS
from core.attention.performer import Performer
from core.attention.reformer import Reformer
from core.attention.scores import SCORES
from core.attention.synthesizer import DenseSynthesizer, RandomSynthesizer
from core.errors import SettingError
from core.language import mark, tr

_FEATURES = 4  # random directions of Performer, in multiples of a head's features
_SLOTS = 4  # longest over slots of Linformer
_BUCKETS, _ROUNDS = 4, 2  # of Reformer, at our lengths; the paper has buckets of 64 tokens, and up to 8 rounds


@dataclass(frozen=True)
class Wanted:
    """What a self-attention is made for; every kind takes of it what it needs.

    Attributes:
        heads: how many; dim: features of one.
        longest: tokens in the longest text, for linformer and the synthesizers.
        window: neighbors on each side, for banded attention.
        causal: whether a query may look at its own place and back only.
        score: one of SCORES; normalizer: one of NORMALIZERS; temperature: scores are divided by it.
        dropout: share of weights dropped while training; linear and performer have none to drop.
    """

    heads: int
    dim: int
    longest: int = 128
    window: int = 4
    causal: bool = False
    score: str = "scaled_dot"
    normalizer: str = "softmax"
    dropout: float = 0.0
    temperature: float = 1.0


@dataclass(frozen=True)
class Mechanism:
    """A way to weigh keys.

    Attributes:
        build: from what is wanted to the attention.
        summary: one line for menus, with the source.
        causal: whether it can be kept from looking ahead, as a decoder needs.
        masks: whether it can leave out single pairs; otherwise it takes padding only.
        scores: whether it has a score, a normalizer and a temperature to choose.
        bounded: whether it has room for `longest` tokens only.
    """

    build: Callable[[Wanted], AbstractAttention]
    summary: str
    causal: bool
    masks: bool
    scores: bool
    bounded: bool = False

    def make(self, wanted: Wanted) -> AbstractAttention:
        """The attention, its weights fresh; where it has directions of chance they are drawn as weights are.

        Raises:
            SettingError: it shall look back only and cannot.
        """
        if wanted.causal and not self.causal:
            able = ", ".join(name for name, kind in MECHANISMS.items() if kind.causal)
            raise SettingError(
                tr("an attention that mixes all tokens cannot look back only: choose one of {able}", able=able)
            )
        return self.build(wanted)


def _chance() -> torch.Generator:
    """For what is drawn once and kept: from the stream that weights come from, seeded by whoever makes a model."""
    return torch.Generator().manual_seed(int(torch.randint(1 << 62, ())))


MECHANISMS: dict[str, Mechanism] = {
    "pairs": Mechanism(
        lambda wanted: Attention(
            SCORES[wanted.score](wanted.dim),
            normalize=NORMALIZERS[wanted.normalizer],
            dropout=wanted.dropout,
            temperature=wanted.temperature,
        ),
        mark("every query with every key (Vaswani et al. 2017)"),
        causal=True,
        masks=True,
        scores=True,
    ),
    "banded": Mechanism(
        lambda wanted: BandedAttention(
            SCORES[wanted.score](wanted.dim),
            wanted.window,
            0 if wanted.causal else wanted.window,
            normalize=NORMALIZERS[wanted.normalizer],
            dropout=wanted.dropout,
            temperature=wanted.temperature,
        ),
        mark("`window` neighbors on each side, and only they are computed (Yeh et al. 2019)"),
        causal=True,
        masks=False,
        scores=True,
    ),
    "linear": Mechanism(
        lambda wanted: LinearAttention(causal=wanted.causal),
        mark("one sum for all queries, or a recurrent state of fixed size (Katharopoulos et al. 2020)"),
        causal=True,
        masks=False,
        scores=False,
    ),
    "performer": Mechanism(
        lambda wanted: Performer(
            wanted.dim, _FEATURES * wanted.dim, _chance(), causal=wanted.causal
        ),
        mark("softmax approximated by random features, in linear time (Choromanski et al. 2021)"),
        causal=True,
        masks=False,
        scores=False,
    ),
    "linformer": Mechanism(
        lambda wanted: Linformer(max(1, wanted.longest // _SLOTS), wanted.longest, dropout=wanted.dropout),
        mark("keys and values mixed into a few first, by learned matrices (Wang et al. 2020)"),
        causal=False,
        masks=False,
        scores=False,
        bounded=True,
    ),
    "reformer": Mechanism(
        lambda wanted: Reformer(wanted.dim, _BUCKETS, _ROUNDS, _chance(), dropout=wanted.dropout),
        mark("only tokens in the same hash bucket, queries as keys; its saving is not realised here (Kitaev et al. 2020)"),
        causal=False,
        masks=True,
        scores=False,
    ),
    "synthesizer": Mechanism(
        lambda wanted: RandomSynthesizer(wanted.heads, wanted.longest, dropout=wanted.dropout),
        mark("a learned table of weights that no token changes (Tay et al. 2021, random)"),
        causal=True,
        masks=True,
        scores=False,
        bounded=True,
    ),
    "synthesizer_dense": Mechanism(
        lambda wanted: DenseSynthesizer(wanted.dim, wanted.longest, dropout=wanted.dropout),
        mark("each token says alone where it looks, without comparing (Tay et al. 2021, dense)"),
        causal=True,
        masks=True,
        scores=False,
        bounded=True,
    ),
}  # fmt: skip
