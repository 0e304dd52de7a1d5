"""Gaussian noise while training, from a generator that was given (core/attention/dropout.py)."""

from torch import Tensor

from core.attention.dropout import Chanced


class Noise(Chanced):
    """Add noise of mean 0 while training.

    Args:
        deviation: its standard deviation.
    """

    def __init__(self, deviation: float) -> None:
        super().__init__()
        self.deviation = deviation

    def forward(self, value: Tensor) -> Tensor:
        """The value itself in evaluation, or where the deviation is 0.

        Raises:
            ShapeError: training without chance.
        """
        if not self.training or self.deviation == 0.0:
            return value
        drawn = self.given().normal_for(value)
        return value + self.deviation * drawn
