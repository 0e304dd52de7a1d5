"""The settings of a detector."""

from dataclasses import dataclass
from typing import ClassVar

from core.models.transformer_settings import TransformerSettings
from core.settings import Settings, setting

STRIDES = ("2", "4", "8", "16")


@dataclass(frozen=True)
class DetectorSettings(Settings):
    """Sizes of a detection Transformer.

    >>> DetectorSettings(width=46)
    Traceback (most recent call last):
    ...
    core.errors.SettingError: width=46 cannot be shared by heads=4: choose a width that is a multiple of heads, for instance 44 or 48
    """

    name: ClassVar[str] = "detr"
    summary: ClassVar[str] = (
        "convolutions, then a Transformer whose queries each name one thing and its box, or nothing"
    )

    queries: int = setting(6, low=1, high=300, help="things that can be named on one picture; more than there ever are")
    width: int = setting(48, low=8, high=512, step=16, help="features of every place's vector, a multiple of 4")
    heads: int = setting(
        4, low=1, high=16, help="attentions beside each other in every layer; width must be a multiple"
    )
    encoder_layers: int = setting(1, low=1, high=12, help="blocks in which places look at places")
    decoder_layers: int = setting(
        2, low=1, high=12, help="blocks in which queries look at each other and at the picture"
    )
    feed_forward: int = setting(4, low=1, high=8, help="inner features of the feed-forward part, in multiples of width")
    stride: str = setting("4", choices=STRIDES, help="pixels from one place to the next, a power of two")
    convolutions: int = setting(1, low=1, high=4, help="for each halving of the picture; shapes want more than colors")

    def __post_init__(self) -> None:
        super().__post_init__()
        assert self.blocks  # settings of blocks check themselves

    @property
    def blocks(self) -> TransformerSettings:
        """What its blocks are made with: those of the usual Transformer."""
        return TransformerSettings(
            layers=self.decoder_layers, heads=self.heads, width=self.width, feed_forward=self.feed_forward,
            positions="none",
        )  # fmt: skip

    @property
    def step(self) -> int:
        """Pixels from one place to the next."""
        return int(self.stride)
