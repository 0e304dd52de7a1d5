"""Evaluation of a model that writes all places at once: decoded by itself, and its loss where the number of places is right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import torch

from core.data.batch import Example, collate
from core.data.vocabulary import Vocabulary
from core.decoding.all_places import AbstractAllPlaces, write
from core.devices import placed, where
from core.metrics.sequence import exact_match, token_accuracy
from core.models.parallel_decoder import ParallelTransformer
from core.tasks.task import AbstractTask
from core.training.events import Evaluated
from core.training.measures import measures_of
from core.training.objective import Objective


@dataclass(frozen=True)
class ParallelEvaluator:
    """Decodes held-out examples and scores them.

    Attributes:
        decoding: how they are written; objective: whose likelihood is the loss, nothing of the target shown.
    """

    decoding: AbstractAllPlaces
    objective: Objective

    def __call__(
        self,
        model: ParallelTransformer,
        examples: Sequence[Example],
        vocabularies: tuple[Vocabulary, Vocabulary],
        *,
        step: int,
        split: str,
        meaning: Callable[[Sequence[str]], Sequence[str]] = tuple,
        task: AbstractTask | None = None,
    ) -> Evaluated:
        """Score a model, which is left as it was; `forced_accuracy` is that of places whose number is given.

        Args:
            meaning, task: as `evaluation.evaluate` takes them.
        """
        began, training = perf_counter(), model.training
        model.eval()
        outputs = [meaning(one) for one in write_all(model, examples, vocabularies, self.decoding)]
        targets = [meaning(example.target) for example in examples]
        measures = None if task is None else measures_of(task, outputs, targets, [one.source for one in examples])
        loss, right, count = self._weighed(model, examples, vocabularies, step)
        model.train(training)
        return Evaluated(
            step=step, split=split, exact_match=exact_match(outputs, targets),
            token_accuracy=token_accuracy(outputs, targets), loss=loss / count, forced_accuracy=right / count,
            n=len(examples), seconds=perf_counter() - began,
            measures=measures and measures.values, signatures=measures and measures.signatures,
        )  # fmt: skip

    def _weighed(
        self,
        model: ParallelTransformer,
        examples: Sequence[Example],
        vocabularies: tuple[Vocabulary, Vocabulary],
        step: int,
    ) -> tuple[float, float, int]:
        loss, right, count, device = 0.0, 0.0, 0, where(model)
        with torch.no_grad():
            for first in range(0, len(examples), 256):
                batch = collate(examples[first : first + 256], *vocabularies).on(device)
                with placed(device):
                    weighed = self.objective(model, batch, step)
                loss += float(weighed.terms["likelihood"]) * batch.target_tokens
                right += weighed.token_accuracy * batch.target_tokens
                count += batch.target_tokens
        return loss, right, count


def write_all(
    model: ParallelTransformer,
    examples: Sequence[Example],
    vocabularies: tuple[Vocabulary, Vocabulary],
    decoding: AbstractAllPlaces,
    *,
    chunk: int = 128,
) -> list[list[str]]:
    """The output for the source of each example (tokens, <end> cut off); its target only tells an oracle the length."""
    model.eval()
    found: list[list[str]] = []
    for first in range(0, len(examples), chunk):
        some = examples[first : first + chunk]
        sources = [vocabularies[0].encode_source(example.source) for example in some]
        writings = write(decoding, model, sources, [len(example.target) + 1 for example in some])
        found += [vocabularies[1].decode(token for token in one.output if token != model.end) for one in writings]
    return found
