"""From settings to a model: the one file that knows every name.

Weights are drawn from the seed's stream "init"; the global generator is put back as it was.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from core.data.audio import MELS
from core.data.recording import SegmentVocabulary
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.language import tr
from core.models.allowance import LARGEST, Allowance
from core.models.bahdanau_decoder import BahdanauDecoder
from core.models.combinations import OWN_ENCODER
from core.models.convolutional_encoder import ConvolutionalEncoder
from core.models.copyable_encoder import CopyableEncoder
from core.models.copying_transformer import CopyingTransformer
from core.models.copynet import CopyNet
from core.models.embedding import Embedding
from core.models.encoder import AbstractEncoder
from core.models.listener import Listener
from core.models.luong_decoder import LuongDecoder
from core.models.parallel_decoder import ParallelTransformer
from core.models.parallel_settings import ParallelSettings
from core.models.parts import embedding_of, state_embedding_of
from core.models.pointer_generator import PointerGenerator, PointerNetwork
from core.models.recurrent_encoder import RecurrentEncoder
from core.models.recurrent_settings import SAME_CELL, RecurrentSettings
from core.models.seq2seq import Seq2Seq
from core.models.transformer_decoder import TransformerDecoder
from core.models.transformer_encoder import TransformerEncoder
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.settings import Settings

MODELS: dict[str, type[TransformerSettings] | type[RecurrentSettings] | type[ParallelSettings]] = {
    "transformer": TransformerSettings,
    "recurrent": RecurrentSettings,
    "parallel": ParallelSettings,
}
COPYING: dict[str, type[BahdanauDecoder] | type[LuongDecoder]] = {
    "pointer_generator": PointerGenerator,
    "copynet": CopyNet,
    "pointer": PointerNetwork,
}
RECURRENT_DECODERS: dict[str, type[BahdanauDecoder] | type[LuongDecoder]] = {
    "additive": BahdanauDecoder,
    "dot": LuongDecoder,
    "general": LuongDecoder,
    "scaled_dot": LuongDecoder,
}
PLACED = (OWN_ENCODER, "convolution")  # encoders whose tokens must be told their places
_HEADS = 4  # of self-attention before a recurrent decoder, or as many as divide the width
_KERNEL = 3  # tokens that a layer of the convolutional encoder sees


def build(settings: Settings, source: Vocabulary, target: Vocabulary, seeds: Seeds) -> Any:
    """A fresh model for these settings and vocabularies; the same seed gives the same weights.

    Returns:
        A `Seq2Seq`, or for `ParallelSettings` a `ParallelTransformer`.

    Raises:
        SettingError: more memory is asked for than a model here may take.
    """
    with torch.random.fork_rng(devices=[]), Allowance(LARGEST):
        torch.manual_seed(seeds.number("init"))
        return _BUILDERS[type(settings)](settings, source, target)


def _transformer(settings: TransformerSettings, source: Vocabulary, target: Vocabulary) -> Seq2Seq:
    encoder = _encoder(settings.encoder, settings, settings, source)
    kind = TransformerDecoder if settings.copy == "none" else CopyingTransformer
    decoder = kind(settings, embedding_of(settings, len(target)), len(target))
    return Seq2Seq(_readable(encoder, settings.copy, source, target), decoder, target)


def _recurrent(settings: RecurrentSettings, source: Vocabulary, target: Vocabulary) -> Seq2Seq:
    width, dropout = settings.width, settings.dropout
    like = TransformerSettings(layers=settings.layers, heads=math.gcd(width, _HEADS), width=width, dropout=dropout)
    kind = settings.cell if settings.encoder == SAME_CELL else settings.encoder
    told = like if kind in PLACED else replace(like, positions="none")  # a recurrent layer knows the order by itself
    encoder = _encoder(kind, like, told, source, settings.cell)
    embedding = embedding_of(replace(like, positions="none"), len(target))
    decoder = COPYING.get(settings.copy, RECURRENT_DECODERS[settings.score])(settings, embedding, len(target))
    return Seq2Seq(_readable(encoder, settings.copy, source, target), decoder, target)


def _readable(encoder: AbstractEncoder, copy: str, source: Vocabulary, target: Vocabulary) -> AbstractEncoder:
    """An encoder for a decoder that copies, or not."""
    return encoder if copy == "none" else CopyableEncoder(encoder, source, target)


def _parallel(settings: ParallelSettings, source: Vocabulary, target: Vocabulary) -> ParallelTransformer:
    if settings.inputs == "copied" and isinstance(source, SegmentVocabulary):
        raise SettingError(
            tr(
                "inputs=copied needs a row of the embedding for every source token, and what is heard has none: choose "
                "inputs=positions"
            )
        )
    encoder = _encoder(OWN_ENCODER, settings.blocks, settings.blocks, source)
    return ParallelTransformer(encoder, settings, target)


def _encoder(
    kind: str, settings: TransformerSettings, told: TransformerSettings, source: Vocabulary, cell: str = "gru"
) -> AbstractEncoder:
    """What reads the source; `told` are settings with the positions that are told. Recordings are listened to first."""
    if not isinstance(source, SegmentVocabulary):
        return ENCODERS[kind](settings, embedding_of(told, len(source)))
    reader = ENCODERS[kind](settings, state_embedding_of(told))
    return Listener(MELS, source.reduction, cell, settings.width, reader, dropout=settings.dropout)


def gru_encoder(settings: TransformerSettings, embedding: Embedding) -> AbstractEncoder:
    """A GRU that reads both ways."""
    return RecurrentEncoder("gru", settings.width, settings.layers, embedding, dropout=settings.dropout)


def lstm_encoder(settings: TransformerSettings, embedding: Embedding) -> AbstractEncoder:
    """An LSTM that reads both ways."""
    return RecurrentEncoder("lstm", settings.width, settings.layers, embedding, dropout=settings.dropout)


def convolutional_encoder(settings: TransformerSettings, embedding: Embedding) -> AbstractEncoder:
    """Gated convolutions."""
    return ConvolutionalEncoder(settings.width, settings.layers, _KERNEL, embedding, dropout=settings.dropout)


ENCODERS: dict[str, Callable[[TransformerSettings, Embedding], AbstractEncoder]] = {
    OWN_ENCODER: TransformerEncoder,
    "gru": gru_encoder,
    "lstm": lstm_encoder,
    "convolution": convolutional_encoder,
}
_BUILDERS: dict[type[Settings], Callable[..., Seq2Seq | ParallelTransformer]] = {
    TransformerSettings: _transformer,
    RecurrentSettings: _recurrent,
    ParallelSettings: _parallel,
}
