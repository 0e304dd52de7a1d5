"""The settings inside the blocks of a Transformer: everything of which the original paper is one choice among several."""

from dataclasses import dataclass

from core.attention.mechanisms import MECHANISMS
from core.attention.normalizers import NORMALIZERS
from core.attention.patterns import PATTERNS
from core.attention.scores import SCORES
from core.models.alignment_settings import AlignmentSettings
from core.models.combinations import OWN_ENCODER
from core.models.norms import NORMS
from core.models.wiring import WIRINGS
from core.settings import setting


@dataclass(frozen=True)
class MechanismSettings(AlignmentSettings):
    """Scores, weights, masks, norms and wiring; what does not go together is refused (combinations.py)."""

    score: str = setting("scaled_dot", choices=tuple(SCORES), help="how well a query and a key fit, in every attention")
    normalizer: str = setting(
        "softmax", choices=tuple(NORMALIZERS), help="from scores to weights, in every attention; not all sum to one"
    )
    temperature: float = setting(
        1.0, above=0.0, high=100.0, step=0.1, help="scores are divided by it; above 1: flatter"
    )
    key_heads: int = setting(
        0, low=0, high=16, help="different keys and values that the heads share; 0: one per head, 1: one for all"
    )
    normalization: str = setting("layer", choices=tuple(NORMS), help="what the norms of the blocks do")
    attention: str = setting(
        "pairs", choices=tuple(MECHANISMS), help="self-attention of the encoder: every pair, or something cheaper"
    )
    decoder_attention: str = setting(
        "pairs",
        choices=tuple(name for name, kind in MECHANISMS.items() if kind.causal),
        help="self-attention of the decoder: those that can be kept from looking ahead",
    )
    pattern: str = setting("full", choices=tuple(PATTERNS), help="who looks at whom in the encoder")
    window: int = setting(
        4, low=0, high=512, help="of patterns and banded attention: neighbours on each side, or block size"
    )
    wiring: str = setting(
        "last", choices=tuple(WIRINGS), help="which encoder layers each decoder layer looks at across"
    )
    connections: str = setting(
        "", help="wiring=matrix only: a row of 0 and 1 per decoder layer, as 01/11 for two layers"
    )
    encoder: str = setting(
        OWN_ENCODER,
        choices=(OWN_ENCODER, "gru", "lstm", "convolution"),
        help="what reads the source: self-attention, a recurrent network both ways, or gated convolutions",
    )
