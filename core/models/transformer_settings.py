"""The settings of an encoder–decoder Transformer."""

from dataclasses import dataclass
from typing import ClassVar

from core.attention.positions import POSITIONS
from core.attention.relations import RELATIONS
from core.models.combinations import READ_IN_ORDER, refuse
from core.models.copy_kinds import COPIES
from core.models.mechanism_settings import MechanismSettings
from core.models.residual import RESIDUALS
from core.settings import setting


@dataclass(frozen=True)
class TransformerSettings(MechanismSettings):
    """Sizes, and what most people choose; the rest is inherited.

    >>> TransformerSettings(width=30, heads=4)
    Traceback (most recent call last):
    ...
    core.errors.SettingError: width=30 cannot be shared by heads=4: choose a width that is a multiple of heads, for instance 28 or 32
    """

    name: ClassVar[str] = "transformer"
    summary: ClassVar[str] = "Transformer: self-attention in encoder and decoder, cross-attention between them"

    layers: int = setting(2, low=1, high=24, help="blocks in the encoder and in the decoder; try 1 for reversal")
    heads: int = setting(
        4, low=1, high=16, help="attentions beside each other in every block; width must be a multiple"
    )
    width: int = setting(64, low=4, high=1024, step=16, help="features of every token's vector")
    feed_forward: int = setting(4, low=1, high=8, help="inner features of the feed-forward part, in multiples of width")
    norm: str = setting(
        "pre",
        choices=tuple(RESIDUALS),
        help="norm before each part (pre) or after it (post, the original); bare: without the residual, to see why",
    )
    positions: str = setting(
        "sinusoidal",
        choices=(*POSITIONS, READ_IN_ORDER, *RELATIONS),
        help="how a token's place is told; none shows why it is needed",
    )
    longest: int = setting(
        128, low=4, high=4096, step=16,
        help="the longest text in tokens, for learned positions, linformer and synthesizer",
    )  # fmt: skip
    dropout: float = setting(
        0.0, low=0.0, high=0.9, step=0.05, help="share of features zeroed while training; 0.1 for small data"
    )
    copy: str = setting(
        "none",
        choices=tuple(name for name, kind in COPIES.items() if "transformer" in kind.models),
        help="whether tokens of the source may be written that the vocabulary lacks, and how",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse(self)

    @property
    def inner(self) -> int:
        """Features of the feed-forward part."""
        return self.width * self.feed_forward

    @property
    def dim(self) -> int:
        """Features of a head."""
        return self.width // self.heads

    @property
    def looks(self) -> tuple[int, int]:
        """Layers that look at the source, and heads in each."""
        return self.layers, self.heads
