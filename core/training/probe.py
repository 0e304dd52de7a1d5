"""The probe: one fixed sentence whose attention is recorded again and again while a model learns."""

from dataclasses import dataclass
from functools import cached_property

import torch

from core.data.batch import Batch, Example, collate
from core.data.vocabulary import Vocabulary
from core.errors import InputError
from core.models.seq2seq import Seq2Seq
from core.recording.matrix import AttentionMatrix
from core.recording.recorder import Recorder


@dataclass(frozen=True)
class Probe:
    """A sentence and the vocabularies it is read with.

    Attributes:
        example: source and target; the target is given (teacher forcing), so all steps show the same rows.
        vocabularies: source and target.
    """

    example: Example
    vocabularies: tuple[Vocabulary, Vocabulary]

    @cached_property
    def _batch(self) -> Batch:
        return collate([self.example], *self.vocabularies)

    def record(self, model: Seq2Seq, *, level: str = "weights", only: str = "*") -> list[AttentionMatrix]:
        """Every attention matrix of the model on this sentence; the model is left as it was."""
        training = model.training
        model.eval()
        with torch.no_grad(), Recorder(model, only, level) as recorder:
            model(self._batch)
        model.train(training)
        if recorder.truncated:
            raise InputError(
                f"the attention of {len(self.example.source)} source and {len(self.example.target)} target tokens needs more "
                "memory than is kept for it; shorten the text or choose fewer attentions"
            )
        return recorder.matrices(*labels(self.example))


def labels(example: Example) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """What stands on the axes: query labels and key labels by kind of attention.

    A decoder's row is labelled with the token it is fed; the row after <begin> predicts the first target token.
    """
    source = (*example.source, "<end>")
    fed = ("<begin>", *example.target)
    queries = {"encoder self": source, "decoder self": fed, "decoder cross": fed}
    keys = {"encoder self": source, "decoder self": fed, "decoder cross": source}
    return queries, keys
