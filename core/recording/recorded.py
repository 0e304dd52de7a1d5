"""A step model that also gives the attention of every step, read off the taps of any model.

The rows travel with the step they belong to, so when a search reorders its hypotheses no picture is left behind.
"""

from collections.abc import Sequence
from functools import partial

from jaxtyping import Int
from torch import Tensor, nn

from core.recording.recorder import Recorder
from core.step_model import DecoderState, Rows, Step, StepModel


class Recorded:
    """Wraps a model with taps.

    Args:
        model: a step model that is also a module.
        only: which attentions to record at every step, as in Recorder.
    """

    def __init__(self, model: nn.Module, only: str = "*decoder*") -> None:
        assert isinstance(model, StepModel)
        self._model: StepModel = model
        self._recorder = Recorder(model, only)
        self.begin, self.end, self.never_generated = model.begin, model.end, model.never_generated

    def start(self, sources: Sequence[Sequence[int]]) -> DecoderState:
        """As the model does."""
        return self._model.start(sources)

    def step(self, tokens: Int[Tensor, "item slot"], state: DecoderState) -> Step:
        """As the model does, with the weights that its attentions gave: one query a row."""
        with self._recorder as recorder:
            step = self._model.step(tokens, state)
        kept = {path: recorder.tensor(path)[:, :, 0] for path in recorder.paths}  # row head key
        return step._replace(rows=partial(_by_slot, kept, tuple(tokens.shape)))


def _by_slot(kept: dict[str, Tensor], shape: tuple[int, int]) -> Rows:
    return {path: rows.cpu().unflatten(0, shape).transpose(1, 2) for path, rows in kept.items()}  # item head slot key
