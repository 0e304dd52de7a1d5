"""The settings of a recurrent encoder–decoder with attention."""

from dataclasses import dataclass
from typing import ClassVar

from core.attention.alignments import Aligning
from core.attention.normalizers import NORMALIZERS
from core.errors import SettingError
from core.language import tr
from core.models.alignment_settings import CourseSettings
from core.models.combinations import refuse_alignment, refuse_copy
from core.models.copy_kinds import COPIES, POINTINGS
from core.settings import setting

SAME_CELL = "recurrent"  # an encoder of the decoder's kind


@dataclass(frozen=True)
class RecurrentSettings(CourseSettings):
    """Sizes and choices; how it finds its place is inherited."""

    name: ClassVar[str] = "recurrent"
    summary: ClassVar[str] = (
        "GRU or LSTM: a recurrent encoder that reads both ways, a recurrent decoder with one attention"
    )

    cell: str = setting("gru", choices=("gru", "lstm"), help="the recurrent cell")
    score: str = setting(
        "additive",
        choices=("additive", "dot", "general", "scaled_dot"),
        help="additive: asked before the step (Bahdanau); dot, general, scaled_dot: after it (Luong)",
    )
    layers: int = setting(1, low=1, high=4, help="recurrent layers in the encoder and in the decoder")
    width: int = setting(64, low=4, high=1024, step=16, help="features of every state; an even number")
    dropout: float = setting(
        0.0, low=0.0, high=0.9, step=0.05, help="share of features zeroed while training; 0.1 for small data"
    )
    normalizer: str = setting("softmax", choices=tuple(NORMALIZERS), help="from scores to weights; not all sum to one")
    temperature: float = setting(
        1.0, above=0.0, high=100.0, step=0.1, help="scores are divided by it; above 1: flatter"
    )
    encoder: str = setting(
        SAME_CELL,
        choices=(SAME_CELL, "attention", "convolution"),
        help="what reads the source: the recurrent cell both ways, self-attention, or gated convolutions",
    )
    copy: str = setting(
        "none",
        choices=tuple(COPIES),
        help="whether tokens of the source may be written that the vocabulary lacks, and how",
    )
    pointing: str = setting(
        POINTINGS[0], choices=POINTINGS, help="of copy=pointer: once takes a place out when it was pointed at"
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
        refuse_copy(self)

    @property
    def aligning(self) -> Aligning:
        """What the attention is made for."""
        return Aligning(
            dim=self.width, score=self.score, normalizer=self.normalizer, temperature=self.temperature, reach=self.reach,
            chunk=self.chunk, noise=self.noise, inference=self.inference, ahead=self.ahead,
        )  # fmt: skip

    @property
    def looks(self) -> tuple[int, int]:
        """Layers that look at the source, and heads in each: one attention, however many layers recur."""
        return 1, 1
