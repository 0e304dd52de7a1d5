"""Every model the laws run over: each entry of the tables in every choice that changes its arithmetic."""

from dataclasses import replace

import torch

from core.attention.alignments import ALIGNMENTS
from core.attention.mechanisms import MECHANISMS
from core.attention.monotonic import Energy, NormedAdditive
from core.attention.normalizers import NORMALIZERS
from core.attention.patterns import PATTERNS
from core.attention.positions import POSITIONS
from core.attention.relations import RELATIONS
from core.attention.scores import SCORES
from core.data.batch import Batch, Example, collate
from core.data.vocabulary import Vocabulary
from core.models.build import MODELS, build
from core.models.norms import NORMS
from core.models.seq2seq import Seq2Seq
from core.models.wiring import WIRINGS
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
_USUAL = MODELS["transformer"](**_SMALL, heads=2, longest=64, positions="learned")
VARIANTS: dict[str, Settings] = {
    f"{name}-{value}": replace(_USUAL, **{name: value})
    for name, values in {
        "positions": sorted({*POSITIONS, "rnn", *RELATIONS} - {"none", "sinusoidal", "learned"}),
        "score": [name for name in SCORES if name != "scaled_dot"],
        "normalizer": [name for name in NORMALIZERS if name != "softmax"],
        "attention": [name for name in MECHANISMS if name != "pairs"],
        "decoder_attention": [name for name, kind in MECHANISMS.items() if kind.causal and name != "pairs"],
        "pattern": [name for name in PATTERNS if name != "full"],
        "normalization": [name for name in NORMS if name != "layer"],
        "norm": ["bare"],
        "wiring": [name for name in WIRINGS if name not in ("last", "matrix")],
        "encoder": ["gru", "lstm", "convolution"],
        "key_heads": [1],
        "temperature": [0.5],
        "alignment": [name for name, kind in ALIGNMENTS.items() if kind.many and name != "content"],
    }.items()
    for value in values
} | {
    "wiring-matrix": replace(_USUAL, wiring="matrix", connections="10/11"),
    "banded-rotary": replace(_USUAL, attention="banded", decoder_attention="banded", positions="rotary", window=2),
    "recurrent-attention": MODELS["recurrent"](**_SMALL, encoder="attention"),
    "recurrent-convolution": MODELS["recurrent"](**_SMALL, encoder="convolution", score="general"),
    "recurrent-scaled_dot": MODELS["recurrent"](**_SMALL, score="scaled_dot"),
    "recurrent-sparsemax": MODELS["recurrent"](**_SMALL, normalizer="sparsemax"),
    **{f"recurrent-{name}": MODELS["recurrent"](**_SMALL, alignment=name) for name in ALIGNMENTS if name != "content"},
    "recurrent-window": MODELS["recurrent"](**_SMALL, score="general", inference="window"),
    "recurrent-forward": MODELS["recurrent"](**_SMALL, inference="forward"),
    "recurrent-location-forced": MODELS["recurrent"](**_SMALL, alignment="location", inference="forced", ahead=1),
    "recurrent-mocha-general": MODELS["recurrent"](**_SMALL, score="general", alignment="mocha", chunk=2),
    "recurrent-pointer_generator": MODELS["recurrent"](**_SMALL, copy="pointer_generator"),
    "recurrent-pointer_generator-general": MODELS["recurrent"](
        **_SMALL, copy="pointer_generator", score="general", cell="lstm"
    ),
    "recurrent-pointer_generator-coverage": MODELS["recurrent"](
        **_SMALL, copy="pointer_generator", alignment="coverage"
    ),
    "recurrent-copynet": MODELS["recurrent"](**_SMALL, copy="copynet"),
    "recurrent-copynet-coverage": MODELS["recurrent"](**_SMALL, copy="copynet", alignment="coverage", cell="lstm"),
    "recurrent-pointer": MODELS["recurrent"](**_SMALL, copy="pointer"),
    "recurrent-pointer-once": MODELS["recurrent"](**_SMALL, copy="pointer", pointing="once"),
    "transformer-pointer_generator": replace(_USUAL, copy="pointer_generator"),
    "recurrent-temperature": MODELS["recurrent"](**_SMALL, cell="lstm", score="dot", temperature=2.0),
}
EVERY = CHOICES | VARIANTS  # the variants have the laws of models; searches and the fast path are held to the choices
WORDS = ["abc", "h", "hgfedcba", "aab", "cabbage", "ff"]


def model(name: str, seed: int = 1, vocabulary: Vocabulary = LETTERS) -> Seq2Seq:
    net = build(EVERY[name], vocabulary, vocabulary, Seeds(seed)).eval()
    for part in net.modules():
        if isinstance(part, Energy):  # untrained it stops nowhere, or all of the source alike: nothing would be tested
            part.offset.data.zero_()
        if isinstance(part, NormedAdditive):
            part.w_key.weight.data.mul_(30.0)
            part.w_query.weight.data.mul_(10.0)
    return net


def rows_sum_to_one(name: str, path: str) -> bool:
    """What the tables promise of the weights at this path."""
    settings = EVERY[name]
    if getattr(settings, "attention", "pairs") == "linformer" and path.startswith("encoder"):
        return False
    if ALIGNMENTS[settings.alignment].monotonic and "cross" in path:
        return False
    if settings.copy == "copynet" and path.endswith("cross_copying"):  # the rest is generated
        return False
    return NORMALIZERS[settings.normalizer].sums_to_one


def smoothing(name: str) -> float:
    """A share to give away, where every token of the vocabulary can be written."""
    return 0.0 if EVERY[name].copy == "pointer" else 0.1


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
