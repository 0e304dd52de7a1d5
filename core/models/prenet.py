"""The prenet: what a speaking decoder hears of the frame it wrote before, through a bottleneck with holes.

Source: Wang et al. 2017 (Tacotron), section 3.2, arXiv:1703.10135; Shen et al. 2018 (Tacotron 2), section 2.2,
arXiv:1712.05884. A frame nearly tells the next one; a decoder that hears all of it need not look at the text. So half of
what it hears is dropped, in Tacotron 2 when it speaks, too: the lecture's "text to speech needs randomness".
"""

from jaxtyping import Float
from torch import Tensor, nn

from core.attention.dropout import RectifiedDropout


class Prenet(nn.Module):
    """Two layers with ReLU and dropout.

    Args:
        inputs: features of a frame; width: features of both layers; forgetting: share dropped in training mode, which
            it is put in to speak at random as well.
    """

    def __init__(self, inputs: int, width: int, forgetting: float) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(inputs, width), nn.Linear(width, width)
        self.dropout = RectifiedDropout(forgetting)

    def forward(self, frames: Float[Tensor, "batch step mel"]) -> Float[Tensor, "batch step heard"]:
        """What is left of the frames."""
        heard: Tensor = self.dropout(self.second(self.dropout(self.first(frames))))
        return heard
