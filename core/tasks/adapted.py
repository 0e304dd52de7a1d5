"""What a model from elsewhere reads and writes: text in and out, and no examples with right answers."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from core.data.batch import Example
from core.errors import DataError
from core.language import tr
from core.tasks.task import AbstractTask


@dataclass(frozen=True)
class AbstractAdapted(AbstractTask):
    """Text of a model into tokens under its own numbers, and back; whoever adapts a model says how."""

    name: ClassVar[str] = "adapted"
    summary: ClassVar[str] = "a model from elsewhere, as it was trained"
    running_text: ClassVar[bool] = True

    @abstractmethod
    def around(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Source tokens with what the encoder sees before and behind them."""

    def sample(self, rng: Random) -> Example:
        """There is nothing to draw from.

        Raises:
            DataError: always.
        """
        raise DataError(tr("a model from elsewhere brings no examples with right answers, so it cannot be scored here"))
