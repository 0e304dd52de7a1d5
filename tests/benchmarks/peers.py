"""Decoding with everything recorded, against those who do it fastest and those who are asked most.

Hugging Face keeps attention and scores of every step; CTranslate2 gives back one attention and the scores. All write the
same number of tokens for sources of one length, with the same weights, and their outputs are compared before time is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from core.decoding.beam import BeamSearch
from core.decoding.greedy import GreedySearch
from core.decoding.sampling import SamplingSearch
from core.decoding.search import AbstractSearch
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from tests.benchmarks.contest import in_turns
from tests.benchmarks.ctranslate import CTranslate
from tests.benchmarks.engine import AbstractEngine, assert_agree
from tests.benchmarks.huggingface import HuggingFace
from tests.benchmarks.ours import recorded, unrecorded
from tests.benchmarks.row import Measured, Row
from tests.benchmarks.sizes import SIZES, model_of, sources_of

SEARCHES: dict[str, AbstractSearch] = {
    "greedy": GreedySearch(),
    "beam8": BeamSearch(width=8),
    "sample16": SamplingSearch(draws=16),
}
OPPONENTS: dict[str, tuple[str, Callable[[Seq2Seq, TransformerSettings], AbstractEngine]]] = {
    "hf": ("Hugging Face with its records", HuggingFace),
    "ct2": ("CTranslate2", CTranslate),
    "unrecorded": ("ours with nothing recorded", lambda model, settings: unrecorded(model)),
}


@dataclass(frozen=True)
class Case:
    """Work for engines: a search at a size, `batch` sources of `length` tokens to as many; and the largest ratios promised."""

    search: str
    size: str
    batch: int
    length: int
    hf: float
    ct2: float
    unrecorded: float = 1.10

    def rows(self) -> list[Row]:
        """One against every opponent."""
        what = f"{self.search} of {self.size}, batch {self.batch}, S = T = {self.length}, recorded, against"
        return [
            Row(f"{self.search}-{self.size}-{self.batch}x{self.length}-{opponent}", f"{what} {whom}", "×",
                getattr(self, opponent), lambda share, opponent=opponent: self.measure(opponent, share))
            for opponent, (whom, _) in OPPONENTS.items()
        ]  # fmt: skip

    def measure(self, opponent: str, share: float) -> Measured:
        """Our processor time over the opponent's."""
        torch.set_num_threads(1)
        settings, tokens = SIZES[self.size]
        model, search = model_of(settings, tokens), SEARCHES[self.search]
        sources = sources_of(model, [self.length] * self.batch)
        pair = recorded(model), OPPONENTS[opponent][1](model, settings)
        assert_agree(*pair, search, sources, self.length)
        ours, theirs = (engine.work(search, sources, self.length) for engine in pair)
        return in_turns(ours, theirs, share, self.length)


CASES = [
    Case("greedy", "base", 1, 16, hf=0.15, ct2=3.0),
    Case("greedy", "base", 1, 64, hf=0.15, ct2=3.0),
    Case("greedy", "base", 8, 64, hf=0.28, ct2=1.8),
    Case("greedy", "base", 64, 64, hf=0.6, ct2=1.2),
    Case("beam8", "base", 1, 16, hf=0.20, ct2=2.5),
    Case("beam8", "base", 1, 64, hf=0.20, ct2=2.5),
    Case("sample16", "base", 1, 64, hf=0.20, ct2=1.0),
    Case("greedy", "mid", 1, 64, hf=0.45, ct2=1.1),
    Case("beam8", "mid", 1, 64, hf=0.55, ct2=1.25),
    Case("beam8", "mid", 8, 64, hf=0.55, ct2=1.25),
    Case("sample16", "mid", 1, 64, hf=0.47, ct2=1.0),
]
ROWS = [row for case in CASES for row in case.rows()]
