"""The settings of a recurrent encoder–decoder with attention."""

from dataclasses import dataclass
from typing import ClassVar

from core.errors import SettingError
from core.settings import Settings, setting


@dataclass(frozen=True)
class RecurrentSettings(Settings):
    """Sizes and choices."""

    name: ClassVar[str] = "recurrent"
    summary: ClassVar[str] = "GRU or LSTM: a recurrent encoder read both ways, a recurrent decoder with one attention"

    cell: str = setting("gru", choices=("gru", "lstm"), help="the recurrent cell")
    score: str = setting(
        "additive",
        choices=("additive", "dot", "general"),
        help="additive: asked before the step (Bahdanau); dot, general: after it (Luong)",
    )
    layers: int = setting(1, low=1, high=4, help="recurrent layers in the encoder and in the decoder")
    width: int = setting(64, low=4, high=1024, step=16, help="features of every state; an even number")
    dropout: float = setting(
        0.0, low=0.0, high=0.9, step=0.05, help="share of features zeroed while training; 0.1 for small data"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % 2:
            raise SettingError(
                f"width={self.width} is odd, but the encoder's two directions share it: choose an even width"
            )
