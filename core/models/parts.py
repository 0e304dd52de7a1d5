"""From a Transformer's settings to its parts: what its encoder, its decoder and small models made of them have in common."""

from core.attention.absolute import AbstractPositions, NoPositions
from core.attention.alignments import ALIGNMENTS, Aligning
from core.attention.mechanisms import MECHANISMS, Wanted
from core.attention.multihead import MultiHeadAttention
from core.attention.positions import POSITIONS
from core.attention.relations import RELATIONS
from core.models.combinations import READ_IN_ORDER
from core.models.embedding import StateEmbedding, TokenEmbedding
from core.models.norm import AbstractNorm
from core.models.norms import NORMS
from core.models.recurrent_positions import RecurrentPositions
from core.models.residual import RESIDUALS, AbstractResidual
from core.models.transformer_settings import TransformerSettings


def embedding_of(settings: TransformerSettings, vocabulary: int) -> TokenEmbedding:
    """Tokens to vectors, with the positions that are added to them."""
    return TokenEmbedding(vocabulary, settings.width, _positions(settings), dropout=settings.dropout)


def state_embedding_of(settings: TransformerSettings) -> StateEmbedding:
    """States of what was heard, with the positions that are added to them."""
    return StateEmbedding(_positions(settings), dropout=settings.dropout)


def reading_of(settings: TransformerSettings) -> RecurrentPositions | None:
    """What reads the embedded tokens in order, where positions are made so."""
    return RecurrentPositions(settings.width) if settings.positions == READ_IN_ORDER else None


def self_attention_of(settings: TransformerSettings, *, causal: bool) -> MultiHeadAttention:
    """States that look at each other: in the encoder, or in the decoder (causal)."""
    relation = RELATIONS.get(settings.positions)
    return MultiHeadAttention(
        settings.width,
        settings.heads,
        key_heads=settings.key_heads or None,
        attention=MECHANISMS[settings.decoder_attention if causal else settings.attention].make(
            _wanted(settings, causal)
        ),
        relation=None if relation is None else relation(settings.heads, settings.dim),
    )


def cross_attention_of(settings: TransformerSettings) -> MultiHeadAttention:
    """States that look at an encoded source."""
    aligning = Aligning(
        dim=settings.dim, score=settings.score, normalizer=settings.normalizer, temperature=settings.temperature,
        dropout=settings.dropout, chunk=settings.chunk, noise=settings.noise,
    )  # fmt: skip
    return MultiHeadAttention(
        settings.width,
        settings.heads,
        key_heads=settings.key_heads or None,
        attention=ALIGNMENTS[settings.alignment].make(aligning),
    )


def norm_of(settings: TransformerSettings) -> AbstractNorm:
    """The norm of a block."""
    return NORMS[settings.normalization](settings.width)


def residual_of(settings: TransformerSettings) -> AbstractResidual:
    """The connection around one part of a block."""
    return RESIDUALS[settings.norm](norm_of(settings), settings.dropout)


def _positions(settings: TransformerSettings) -> AbstractPositions:
    made: AbstractPositions = POSITIONS.get(settings.positions, NoPositions)(settings.width, settings.longest)
    return made


def _wanted(settings: TransformerSettings, causal: bool) -> Wanted:
    return Wanted(
        heads=settings.heads, dim=settings.dim, longest=settings.longest, window=settings.window, causal=causal,
        score=settings.score, normalizer=settings.normalizer, dropout=settings.dropout, temperature=settings.temperature,
    )  # fmt: skip
