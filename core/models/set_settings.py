"""The settings of what learns labels of sets of vectors, and what each promises."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from core.attention.mechanisms import MECHANISMS
from core.attention.normalizers import NORMALIZERS
from core.attention.patterns import PATTERNS
from core.attention.positions import POSITIONS
from core.attention.relations import RELATIONS
from core.attention.scores import SCORES
from core.data.vector_sets import Entrance
from core.errors import SettingError
from core.language import tr
from core.models.residual import RESIDUALS
from core.models.set_reader import POOLS, SetReader
from core.models.set_window import SetWindow
from core.models.transformer_settings import TransformerSettings
from core.settings import Settings, setting


class AbstractSetSettings(Settings, ABC):
    """What learns labels of sets is its settings.

    A network takes a `SetBatch` and gives scores of labels, [batch, item, label] where each item has one, else [batch, label].

    Attributes:
        name: its word in tables; summary: one line for menus.
        first: items that it puts before those of a set, by name: rows and columns of its matrices before theirs.
    """

    name: ClassVar[str]
    summary: ClassVar[str]

    @abstractmethod
    def make(self, entrance: Entrance) -> nn.Module:
        """A fresh network for sets that enter so.

        Raises:
            SettingError: a choice that such sets cannot honor.
        """

    @property
    def first(self) -> tuple[str, ...]:
        """None, unless a kind says otherwise."""
        return ()


@dataclass(frozen=True)
class ReaderSettings(AbstractSetSettings):
    """Self-attention: the blocks of a Transformer's encoder, then the same linear map at every item, or one for all.

    >>> ReaderSettings(pool="class").first
    ('<class>',)
    """

    name: ClassVar[str] = "attention"
    summary: ClassVar[str] = "self-attention: every item looks at every item, block after block"

    layers: int = setting(1, low=1, high=24, help="blocks, one upon the other")
    heads: int = setting(2, low=1, high=16, help="attentions beside each other in every block; divides the width")
    width: int = setting(48, low=4, high=1024, step=16, help="features of every item's vector")
    feed_forward: int = setting(2, low=1, high=8, help="inner features of the feed-forward part, in multiples of width")
    positions: str = setting(
        "sinusoidal", choices=(*POSITIONS, *RELATIONS), help="how an item's place is told; none for a set without order"
    )
    pool: str = setting(
        "mean",
        choices=tuple(POOLS),
        help="one label for all only: the mean or sum of the items, or an item more for the class",
    )
    attention: str = setting(
        "pairs", choices=tuple(MECHANISMS), help="every pair, or something cheaper; banded computes a window only"
    )
    pattern: str = setting("full", choices=tuple(PATTERNS), help="who looks at whom; local masks all beyond the window")
    window: int = setting(4, low=0, high=512, help="of patterns and banded attention: neighbors on each side")
    score: str = setting("scaled_dot", choices=tuple(SCORES), help="how well a query and a key fit")
    normalizer: str = setting("softmax", choices=tuple(NORMALIZERS), help="from scores to weights")
    norm: str = setting("pre", choices=tuple(RESIDUALS), help="norm before each part (pre) or after it (post)")
    longest: int = setting(256, low=4, high=4096, step=16, help="most items, for learned positions")
    dropout: float = setting(0.0, low=0.0, high=0.9, step=0.05, help="share of features zeroed while training")

    def __post_init__(self) -> None:
        super().__post_init__()
        assert self.blocks  # settings of blocks check themselves

    @property
    def blocks(self) -> TransformerSettings:
        """What its blocks are made with: those of the usual Transformer."""
        shared = {name: value for name, value in self.to_dict().items() if name != "pool"}
        return TransformerSettings(**shared)

    @property
    def first(self) -> tuple[str, ...]:
        """An item for the class, where that is read."""
        return ("<class>",) if self.pool == "class" else ()

    def make(self, entrance: Entrance) -> SetReader:
        """See above."""
        if entrance.output == "each" and self.pool != "mean":
            raise SettingError(
                tr(
                    "pool={pool} makes one label for all, and here each item has its own: leave model.pool at mean",
                    pool=self.pool,
                )
            )
        return SetReader(self.blocks, entrance, self.pool)


@dataclass(frozen=True)
class WindowSettings(AbstractSetSettings):
    """Fully connected, from a window around each item: the lecture's step before attention; 0 sees the item alone."""

    name: ClassVar[str] = "window"
    summary: ClassVar[str] = "fully connected layers over a window around each item; without attention"

    window: int = setting(
        2, low=0, high=256, help="items seen on each side; 0 sees each alone, parameters grow with it"
    )
    width: int = setting(48, low=4, high=1024, step=16, help="features of every item's vector")
    inner: int = setting(96, low=4, high=4096, step=16, help="features of the layer between")

    def make(self, entrance: Entrance) -> SetWindow:
        """See above."""
        return SetWindow(self.window, self.width, self.inner, entrance)
