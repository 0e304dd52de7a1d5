"""Where masks pass on their way to attention, part by part, so that a record can say why a query may not look at a key."""

from torch import nn

from core.attention.masks import Masks, blocking
from core.recording.tap import Tap, watched
from core.shapes import Mask


class Seen(nn.Module):
    """The parts of a mask, each through a tap of its name, and what they allow together.

    Args:
        names: of the parts that may come.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.parts = nn.ModuleDict({name: Tap() for name in names})

    def forward(self, masks: Masks) -> Mask | None:
        """True where every part allows to look; None where nothing is forbidden."""
        if watched():
            for name, part in masks.parts.items():
                self.parts[name](part)
        return blocking(masks.together())
