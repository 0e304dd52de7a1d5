"""Decoding a model of the size people teach with, its attention recorded and not: milliseconds a step. Only to know."""

import time
from dataclasses import replace
from statistics import median

import torch

from core.data.vocabulary import Vocabulary
from core.decoding.batched import decode
from core.decoding.beam import BeamSearch
from core.decoding.frontier import Rules
from core.decoding.greedy import GreedySearch
from core.decoding.search import AbstractSearch
from core.models.build import build
from core.models.fast.table import fast
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from tests.benchmarks.row import Measured, Row, middle, times

SOURCE, STEPS, ROUNDS = 16, 32, 20


def base_model() -> Seq2Seq:
    """d 128, 4 heads, 2 + 2 layers, FFN 512, 64 tokens; random weights, which cost what trained ones cost."""
    vocabulary = Vocabulary.of([f"w{at}" for at in range(58)])
    settings = TransformerSettings(layers=2, heads=4, width=128)
    model = build(settings, vocabulary, vocabulary, Seeds(0))
    return model.eval().requires_grad_(False)


def per_step(search: AbstractSearch, *, recorded: bool, share: float) -> Measured:
    """Milliseconds a step, and the ratio of recording to not recording."""
    torch.set_num_threads(1)
    model = base_model()
    source = [*range(6, 6 + SOURCE - 1), model.end]
    rules = Rules(model.end, model.never_generated, STEPS, SOURCE, 5)
    rules = replace(rules, never_generated=(*rules.never_generated, model.end))  # all do the same work
    both: dict[bool, list[float]] = {True: [], False: []}
    for round_ in range(times(ROUNDS, share, least=2) + 1):
        for kind, stepped in ((True, fast(model, "*cross*")), (False, fast(model, ""))):
            began = time.thread_time()
            (last,) = decode(search, stepped, [source], [rules])
            if round_:
                both[kind].append(1000 * (time.thread_time() - began) / last.step)
    ratio = median(both[True]) / median(both[False])
    return middle(both[recorded], f"recorded / not: {ratio:.2f}")


ROWS = [
    Row(f"decode-{name}{'-recorded' if recorded else ''}", f"a step of {name} of the base model, source 16, "
        + ("cross-attention recorded" if recorded else "nothing recorded"), "ms", None,
        lambda share, search=search, recorded=recorded: per_step(search, recorded=recorded, share=share))
    for name, search in (("greedy", GreedySearch()), ("beam8", BeamSearch(width=8)))
    for recorded in (False, True)
]  # fmt: skip
