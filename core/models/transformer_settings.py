"""The settings of an encoder–decoder Transformer."""

from dataclasses import dataclass
from typing import ClassVar

from core.attention.absolute import POSITIONS
from core.errors import SettingError
from core.models.residual import RESIDUALS
from core.settings import Settings, setting


@dataclass(frozen=True)
class TransformerSettings(Settings):
    """Sizes and choices.

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
        "pre", choices=tuple(RESIDUALS), help="layer norm before each part (pre) or after it (post, the original)"
    )
    positions: str = setting(
        "sinusoidal", choices=tuple(POSITIONS), help="how a token's place is told; none shows why it is needed"
    )
    longest: int = setting(128, low=4, high=4096, step=16, help="learned positions only: the longest text in tokens")
    dropout: float = setting(
        0.0, low=0.0, high=0.9, step=0.05, help="share of features zeroed while training; 0.1 for small data"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.heads:
            below = self.width - self.width % self.heads
            near = " or ".join(str(width) for width in (below, below + self.heads) if width > 0)
            raise SettingError(
                f"width={self.width} cannot be shared by heads={self.heads}: "
                f"choose a width that is a multiple of heads, for instance {near}"
            )
        if self.positions == "sinusoidal" and self.width % 2:
            raise SettingError(
                f"width={self.width} is odd, but sinusoidal positions come in pairs: choose an even width"
            )

    @property
    def inner(self) -> int:
        """Features of the feed-forward part."""
        return self.width * self.feed_forward
