"""The settings of a model that speaks: characters in, frames of a spectrum out."""

from dataclasses import dataclass
from typing import ClassVar

from core.attention.alignments import Aligning
from core.errors import SettingError
from core.language import tr
from core.models.alignment_settings import CourseSettings
from core.models.combinations import OWN_ENCODER, refuse_alignment
from core.settings import setting

SPOKEN_BY = ("gru", "lstm", "convolution", OWN_ENCODER)


@dataclass(frozen=True)
class SpeakerSettings(CourseSettings):
    """Sizes and choices."""

    name: ClassVar[str] = "speaker"
    summary: ClassVar[str] = "A text encoder, and a recurrent decoder that writes a few frames of a spectrum at a step"

    score: ClassVar[str] = "additive"
    normalizer: ClassVar[str] = "softmax"

    encoder: str = setting(
        "gru", choices=SPOKEN_BY, help="what reads the text: a cell both ways, convolutions, attention"
    )
    width: int = setting(128, low=4, high=1024, step=16, help="features of every state; an even number")
    layers: int = setting(1, low=1, high=4, help="layers of the encoder")
    mels: int = setting(80, low=1, high=512, step=8, help="bands of a frame of the spectrum")
    reduction: int = setting(4, low=1, high=20, help="frames written at one step; more: fewer steps, firmer alignment")
    prenet: int = setting(64, low=1, high=1024, step=16, help="features of what is heard of the frame before")
    forgetting: float = setting(
        0.5,
        low=0.0,
        high=0.9,
        step=0.05,
        help="share of the prenet dropped; 0: the frame before says all, attention sleeps",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % 2:
            raise SettingError(
                tr(
                    "width={width} is odd, but the encoder's two directions share it: choose an even width",
                    width=self.width,
                )
            )
        refuse_alignment(self)

    @property
    def aligning(self) -> Aligning:
        """What the attention is made for."""
        return Aligning(
            self.width, reach=self.reach, chunk=self.chunk, noise=self.noise, inference=self.inference, ahead=self.ahead
        )
