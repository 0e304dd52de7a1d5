"""Whether a model is of the kind that the fast steps are written for: scaled dot products, softmax, one pair a head."""

from core.attention.additive import Additive
from core.attention.attention import Attention
from core.attention.multihead import MultiHeadAttention
from core.attention.multiplicative import DotProduct, General, ScaledDotProduct
from core.attention.normalizers import softmax
from core.attention.relation import NoRelation
from core.models.listener import Listener
from core.models.recurrent_encoder import RecurrentEncoder
from core.models.residual import AbstractResidual, PostNorm, PreNorm
from core.models.seq2seq import Seq2Seq
from core.models.transformer_decoder import TransformerDecoder
from core.models.transformer_encoder import TransformerEncoder
from core.models.wiring import LastLayer


def usual_transformer(model: Seq2Seq) -> bool:
    """A Transformer as Vaswani et al. 2017 have it, with any norm before or after its parts, and positions that are added."""
    encoder, decoder = model.encoder, model.decoder
    return (
        isinstance(encoder, TransformerEncoder)
        and isinstance(decoder, TransformerDecoder)
        and encoder.pattern == "full"
        and encoder.reading is None
        and type(decoder.wiring) is LastLayer
        and all(_usual(part) for part in model.modules() if isinstance(part, MultiHeadAttention))
        and all(type(part) in (PreNorm, PostNorm) for part in model.modules() if isinstance(part, AbstractResidual))
    )


def usual_recurrent(model: Seq2Seq) -> bool:
    """A recurrent encoder or a listener, and a recurrent decoder whose weights are a softmax of additive, dot or general scores."""
    attention = model.decoder.cross_attention
    return (
        isinstance(model.encoder, RecurrentEncoder | Listener)
        and type(attention) is Attention
        and type(attention.score) in (Additive, DotProduct, General)
        and _softmax(attention)
        and attention.temperature == 1.0
    )


def _usual(multi: MultiHeadAttention) -> bool:
    inner = multi.attention
    return (
        type(inner) is Attention
        and type(inner.score) is ScaledDotProduct
        and inner.temperature == 1.0
        and _softmax(inner)
        and type(multi.relation) is NoRelation
        and multi.key_heads == multi.heads
    )


def _softmax(attention: Attention) -> bool:
    return getattr(attention.normalize, "function", attention.normalize) is softmax
