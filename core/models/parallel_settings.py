"""The settings of a Transformer that writes all target places at once."""

from dataclasses import dataclass
from typing import ClassVar

from core.models.residual import RESIDUALS
from core.models.transformer_settings import TransformerSettings
from core.parallel_model import PREDICTED, UPSAMPLED
from core.settings import Settings, setting

COUNTINGS = (*PREDICTED, "end", UPSAMPLED)
INPUTS = ("positions", "copied")


@dataclass(frozen=True)
class ParallelSettings(Settings):
    """Sizes, what the decoder is fed, and how the number of places is known.

    >>> ParallelSettings(width=30, heads=4)
    Traceback (most recent call last):
    ...
    core.errors.SettingError: width=30 cannot be shared by heads=4: choose a width that is a multiple of heads, for instance 28 or 32
    """

    name: ClassVar[str] = "parallel"
    summary: ClassVar[str] = "Transformer that writes all target places at once, without looking at a prefix"

    layers: int = setting(2, low=1, high=24, help="blocks in the encoder and in the decoder")
    heads: int = setting(4, low=1, high=16, help="attentions beside each other in every block; divides the width")
    width: int = setting(64, low=4, high=1024, step=16, help="features of every token's vector")
    feed_forward: int = setting(4, low=1, high=8, help="inner features of the feed-forward part, in multiples of width")
    norm: str = setting("pre", choices=tuple(RESIDUALS), help="norm before each part (pre) or after it (post)")
    positions: str = setting(
        "sinusoidal",
        choices=("sinusoidal", "learned"),
        help="how a place is told; without it all would be written alike",
    )
    inputs: str = setting(
        "positions",
        choices=INPUTS,
        help="an empty place is told its place alone, or also a source token, spread evenly",
    )
    counting: str = setting(
        "lengths",
        choices=COUNTINGS,
        help="how many places: predicted, or by the difference to the source; cut at <end>; or for CTC",
    )
    upsampling: int = setting(4, low=1, high=8, help="counting=upsampled only: places for each source token")
    longest: int = setting(64, low=4, high=1024, step=16, help="most places, <end> counted")
    dropout: float = setting(0.0, low=0.0, high=0.9, step=0.05, help="share of features zeroed while training")

    def __post_init__(self) -> None:
        super().__post_init__()
        assert self.blocks  # settings of blocks check themselves

    @property
    def blocks(self) -> TransformerSettings:
        """What its blocks are made with: those of the usual Transformer."""
        return TransformerSettings(
            layers=self.layers, heads=self.heads, width=self.width, feed_forward=self.feed_forward, norm=self.norm,
            positions=self.positions, longest=self.longest, dropout=self.dropout,
        )  # fmt: skip

    @property
    def looks(self) -> tuple[int, int]:
        """Layers that look at the source, and heads in each."""
        return self.layers, self.heads
