"""Evaluating on test sentences: beam search over many sources of mixed length, against Hugging Face and without a cache.

Sentences are sorted by length and decoded in batches, on all sides the same; a batch writes as many tokens as its longest
source has. The engines take turns batch by batch.
"""

from collections.abc import Callable

import torch

from core.decoding.beam import BeamSearch
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from tests.benchmarks.contest import spent
from tests.benchmarks.engine import AbstractEngine, assert_agree
from tests.benchmarks.huggingface import HuggingFace
from tests.benchmarks.ours import recorded
from tests.benchmarks.row import Measured, Row, times
from tests.benchmarks.sizes import SIZES, model_of, sources_of
from tests.benchmarks.uncached import Uncached

SENTENCES, SHORTEST, LONGEST = 1000, 4, 64
BATCH = 64
SEARCH = BeamSearch(width=8)


def evaluation(opponent: Callable[[Seq2Seq, TransformerSettings], AbstractEngine], share: float) -> Measured:
    """Our processor time over the opponent's, for all sentences together; the range is that of the batches."""
    torch.set_num_threads(1)
    settings, tokens = SIZES["base"]
    model = model_of(settings, tokens)
    pair = recorded(model), opponent(model, settings)
    lengths = torch.randint(SHORTEST, LONGEST + 1, (times(SENTENCES, share),), generator=Seeds(0).generator("lengths"))
    sources = sources_of(model, sorted(lengths.tolist()))
    assert_agree(*pair, SEARCH, sources[::BATCH], SHORTEST)  # the shortest of each batch, so with many pads
    found = []
    for first in range(0, len(sources), BATCH):
        batch = sources[first : first + BATCH]
        works = [engine.work(SEARCH, batch, len(batch[-1])) for engine in pair]
        found.append([spent(work) for work in works])
    ours, theirs = (sum(side.processor for side in sides) for sides in zip(*found))
    walls = [sum(side.wall for side in sides) for sides in zip(*found)]
    ratios = [one.processor / two.processor for one, two in found]
    note = f"{len(sources)} sentences, {ours:.0f} s against {theirs:.0f} s; by the wall clock {walls[0] / walls[1]:.2f}"
    return Measured(ours / theirs, min(ratios), max(ratios), note)


ROWS = [
    Row("evaluate-hf", "beam 8 of base over 1,000 sentences of 4 to 64 tokens, recorded, against Hugging Face with its records",
        "×", 0.6, lambda share: evaluation(HuggingFace, share)),
    Row("evaluate-uncached", "the same against a search without cache over nn.Transformer", "×", 0.35,
        lambda share: evaluation(Uncached, share)),
]  # fmt: skip
