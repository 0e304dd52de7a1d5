"""CTranslate2 with our weights, in single precision and on one thread: the fastest engine there is for such models."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.adapters.sending.ctranslate import CTranslateFolder
from core.decoding.search import AbstractSearch
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from tests.benchmarks.engine import AbstractEngine, Output, Sources, Work
from tests.benchmarks.weights import opened

if TYPE_CHECKING:
    from ctranslate2 import TranslationResult

# our searches in its words; a score is the plain sum of log-probabilities
OPTIONS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "greedy": lambda search: {"beam_size": 1},
    "beam": lambda search: {"beam_size": search.width, "num_hypotheses": search.width},
    "sampling": lambda search: {"beam_size": 1, "sampling_topk": 0, "num_hypotheses": search.draws},
}
RECORDS = {"return_attention": True, "return_scores": True, "length_penalty": 0.0}


class CTranslate(AbstractEngine):
    """A translator with our weights.

    Raises:
        MissingExtra: ctranslate2 is not installed.
    """

    def __init__(self, model: Seq2Seq, settings: TransformerSettings) -> None:
        found = opened(CTranslateFolder(), "ctranslate2", model, settings)
        self.words, self.numbers, self.translator = found.parcel.tokens, found.numbers, found.translator

    def work(self, search: AbstractSearch, sources: Sources, steps: int) -> Work:
        """`translate_batch`, all sources in one batch."""
        texts = self._sources(sources)
        options = {**OPTIONS[search.name](search), **RECORDS, "max_decoding_length": steps}
        return lambda: self.translator.translate_batch(texts, **options)

    def outputs(self, found: "list[TranslationResult]") -> list[list[Output]]:
        """Its words are numbers again."""
        return [
            [Output([self.numbers[word] for word in words], logp) for words, logp in zip(one.hypotheses, one.scores)]
            for one in found
        ]

    def forced(self, sources: Sources, targets: Sources) -> list[float]:
        """It adds an <end> of its own, which is not counted."""
        scored = self.translator.score_batch(self._sources(sources), self._texts(targets))
        return [sum(one.log_probs[: len(target)]) for one, target in zip(scored, targets)]

    def _sources(self, sources: Sources) -> list[list[str]]:
        """It adds the <end> of a source itself."""
        return self._texts([source[:-1] for source in sources])

    def _texts(self, sequences: Sources) -> list[list[str]]:
        return [[self.words[number] for number in sequence] for sequence in sequences]
