"""From settings to a model: the one file that knows every name.

Weights are drawn from the seed's stream "init"; the global generator is put back as it was.
"""

from collections.abc import Callable

import torch

from core.attention.absolute import POSITIONS, NoPositions
from core.data.vocabulary import Vocabulary
from core.models.bahdanau_decoder import BahdanauDecoder
from core.models.decoder import AbstractDecoder
from core.models.embedding import TokenEmbedding
from core.models.luong_decoder import LuongDecoder
from core.models.recurrent_encoder import RecurrentEncoder
from core.models.recurrent_settings import RecurrentSettings
from core.models.seq2seq import Seq2Seq
from core.models.transformer_decoder import TransformerDecoder
from core.models.transformer_encoder import TransformerEncoder
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.settings import Settings

MODELS: dict[str, type[TransformerSettings] | type[RecurrentSettings]] = {
    "transformer": TransformerSettings,
    "recurrent": RecurrentSettings,
}
RECURRENT_DECODERS: dict[str, type[BahdanauDecoder] | type[LuongDecoder]] = {
    "additive": BahdanauDecoder,
    "dot": LuongDecoder,
    "general": LuongDecoder,
}


def build(settings: Settings, source: Vocabulary, target: Vocabulary, seeds: Seeds) -> Seq2Seq:
    """A fresh model for these settings and vocabularies; the same seed gives the same weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeds.number("init"))
        return _BUILDERS[type(settings)](settings, source, target)


def _transformer(settings: TransformerSettings, source: Vocabulary, target: Vocabulary) -> Seq2Seq:
    def embedding(size: int) -> TokenEmbedding:
        positions = POSITIONS[settings.positions](settings.width, settings.longest)
        return TokenEmbedding(size, settings.width, positions, dropout=settings.dropout)

    encoder = TransformerEncoder(settings, embedding(len(source)))
    return Seq2Seq(encoder, TransformerDecoder(settings, embedding(len(target)), len(target)), target)


def _recurrent(settings: RecurrentSettings, source: Vocabulary, target: Vocabulary) -> Seq2Seq:
    def embedding(size: int) -> TokenEmbedding:
        return TokenEmbedding(size, settings.width, NoPositions(settings.width, 0), dropout=settings.dropout)

    decoder: AbstractDecoder = RECURRENT_DECODERS[settings.score](settings, embedding(len(target)), len(target))
    return Seq2Seq(RecurrentEncoder(settings, embedding(len(source))), decoder, target)


_BUILDERS: dict[type[Settings], Callable[..., Seq2Seq]] = {
    TransformerSettings: _transformer,
    RecurrentSettings: _recurrent,
}
