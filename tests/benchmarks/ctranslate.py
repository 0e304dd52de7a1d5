"""CTranslate2 with our weights, in single precision and on one thread: the fastest engine there is for such models.

Its model is written down directly, as its converters do it, without offsets in the attentions and with query, key and value
in one matrix; it is handed over as a file in a folder that is gone after loading.
"""

import tempfile
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

import torch

from core.data.vocabulary import SPECIALS
from core.decoding.search import AbstractSearch
from core.errors import MissingExtra
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from tests.benchmarks.engine import AbstractEngine, Output, Sources, Work
from tests.benchmarks.weights import Block, Site, Stack, weights_of

if TYPE_CHECKING:
    from ctranslate2 import TranslationResult
    from ctranslate2.specs import TransformerSpec

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
        ctranslate2 = _package()
        self.words = _words(model)
        self.numbers = {word: number for number, word in enumerate(self.words)}
        with tempfile.TemporaryDirectory() as folder:
            spec = _spec(model, settings, self.words)
            spec.validate()
            spec.save(folder)
            self.translator = ctranslate2.Translator(
                folder, device="cpu", compute_type="float32", inter_threads=1, intra_threads=1
            )

    def work(self, search: AbstractSearch, sources: Sources, steps: int) -> Work:
        """`translate_batch`, all sources in one batch."""
        texts = self._texts(sources)
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
        scored = self.translator.score_batch(self._texts(sources), self._texts(targets))
        return [sum(one.log_probs[: len(target)]) for one, target in zip(scored, targets)]

    def _texts(self, sequences: Sources) -> list[list[str]]:
        return [[self.words[number] for number in sequence] for sequence in sequences]


def _package() -> ModuleType:
    try:
        import ctranslate2
    except ImportError:
        raise MissingExtra("ctranslate2", "bench", "a row against CTranslate2") from None
    return ctranslate2


def _words(model: Seq2Seq) -> list[str]:
    """It knows tokens by words only, and its specials by name."""
    count = model.decoder.output.out_features
    return [*SPECIALS, *(f"w{number}" for number in range(len(SPECIALS), count))]


def _spec(model: Seq2Seq, settings: TransformerSettings, words: list[str]) -> "TransformerSpec":
    """The model written down: sizes, weights, words, which token begins and which ends."""
    spec = _package().specs.TransformerSpec.from_config(settings.layers, settings.heads, pre_norm=True)
    weights = weights_of(model)
    _fill(spec.encoder, spec.encoder.embeddings[0], weights.encoder)
    _fill(spec.decoder, spec.decoder.embeddings, weights.decoder)
    _copy(spec.decoder.projection, weights.output)
    spec.register_source_vocabulary(words)
    spec.register_target_vocabulary(words)
    spec.config.unk_token = "<unk>"
    spec.config.bos_token = spec.config.decoder_start_token = words[model.begin]
    spec.config.eos_token = words[model.end]
    return spec


def _fill(half: Any, table: Any, stack: Stack) -> None:
    table.weight = stack.tokens.numpy()
    half.position_encodings.encodings = stack.positions.numpy()
    _copy_norm(half.layer_norm, stack.norm)
    for layer, block in zip(half.layer, stack.blocks):
        _fill_block(layer, block)


def _fill_block(layer: Any, block: Block) -> None:
    own, *across = block.sites
    _fill_site(layer.self_attention, own, [[own.query, own.key, own.value], [own.output]])
    for site in across:
        _fill_site(layer.attention, site, [[site.query], [site.key, site.value], [site.output]])
    _copy_norm(layer.ffn.layer_norm, block.norm)
    _copy(layer.ffn.linear_0, block.widen)
    _copy(layer.ffn.linear_1, block.narrow)


def _fill_site(attention: Any, site: Site, matrices: list[list[torch.Tensor]]) -> None:
    _copy_norm(attention.layer_norm, site.norm)
    for linear, joined in zip(attention.linear, matrices):
        linear.weight = torch.cat(joined).numpy()


def _copy(linear: Any, ours: torch.nn.Linear) -> None:
    linear.weight, linear.bias = ours.weight.numpy(), ours.bias.numpy()


def _copy_norm(norm: Any, ours: torch.nn.LayerNorm) -> None:
    norm.gamma, norm.beta = ours.weight.numpy(), ours.bias.numpy()
