"""Where the probability of copying each source token passes, so that it is recorded as an attention of its own."""

from torch import nn

from core.recording.tap import Tap
from core.shapes import Weights


class CopySite(nn.Module):
    """The copy distribution on its way to the output; it mixes no values."""

    def __init__(self) -> None:
        super().__init__()
        self.tap_weights = Tap()

    def forward(self, weights: Weights) -> Weights:
        """The same weights, as whoever edits them leaves them."""
        return self.tap_weights(weights)
