"""The probe: one fixed sentence whose attention is recorded again and again while a model learns."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch

from core.data.batch import Batch, Example, collate
from core.data.vocabulary import Vocabulary
from core.devices import placed, where
from core.errors import InputError
from core.language import tr
from core.parallel_model import PREDICTED, UPSAMPLED
from core.recording.matrix import AttentionMatrix
from core.recording.recorder import Recorder
from core.training.objective import Learner

Rows = Callable[[Learner, Example], tuple[str, ...]]  # what stands at the decoder's rows


def fed(model: Learner, example: Example) -> tuple[str, ...]:
    """The token that the decoder is fed; the row after <begin> predicts the first target token."""
    return ("<begin>", *example.target)


def places(model: Learner, example: Example) -> tuple[str, ...]:
    """All places of a model that writes them at once: the token wanted there, or the place's number under CTC."""
    source = len(example.source) + 1
    if model.counting == UPSAMPLED:
        return tuple(str(at + 1) for at in range(model.canvas(source)))
    wanted = (*example.target, "<end>")
    more = 0 if model.counting in PREDICTED else model.canvas(source) - len(wanted)
    return (*wanted, *["·"] * more)  # behind <end> nothing is wanted


@dataclass(frozen=True)
class Probe:
    """A sentence and the vocabularies it is read with.

    Attributes:
        example: source and target; the target is given (teacher forcing), so all steps show the same rows.
        vocabularies: source and target; rows: what stands at the decoder's rows.
    """

    example: Example
    vocabularies: tuple[Vocabulary, Vocabulary]
    rows: Rows = fed

    @cached_property
    def _batch(self) -> Batch:
        return collate([self.example], *self.vocabularies)

    def record(self, model: Learner, *, level: str = "weights", only: str = "*") -> list[AttentionMatrix]:
        """Every attention matrix of the model on this sentence; the model is left as it was."""
        training = model.training
        model.eval()
        device = where(model)
        with torch.no_grad(), Recorder(model, only, level) as recorder, placed(device):
            model(self._batch.on(device))
        model.train(training)
        if recorder.truncated:
            raise InputError(
                tr(
                    "the attention of {count} source and {count2} target tokens needs more "
                    "memory than is kept for it; shorten the text or choose fewer attentions",
                    count=len(self.example.source),
                    count2=len(self.example.target),
                )
            )
        return recorder.matrices(*labels(self.example, self.rows(model, self.example)))


def labels(example: Example, rows: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """What stands on the axes: query labels and key labels by kind of attention."""
    source = (*example.source, "<end>")
    queries = {"encoder self": source, "decoder self": rows, "decoder cross": rows}
    keys = {"encoder self": source, "decoder self": rows, "decoder cross": source}
    return queries, keys
