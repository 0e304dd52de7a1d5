"""Evaluation: the model on held-out examples, running free and under the gold prefix; the two are never mixed up."""

import zlib
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Protocol, runtime_checkable

import torch

from core.data.batch import Example, collate
from core.data.vocabulary import Vocabulary
from core.decoding.batched import decode
from core.decoding.frontier import Rules
from core.decoding.greedy import GreedySearch
from core.decoding.search import AbstractSearch
from core.devices import placed, where
from core.metrics.sequence import exact_match, token_accuracy
from core.models.fast.table import fast
from core.models.seq2seq import Seq2Seq
from core.tasks.task import AbstractTask
from core.training.events import Evaluated
from core.training.likelihood import Likelihood
from core.training.measures import measures_of
from core.training.objective import Learner

GREEDY = GreedySearch()


@runtime_checkable
class Evaluator(Protocol):
    """Decodes held-out examples and scores them."""

    def __call__(
        self,
        model: Learner,
        examples: Sequence[Example],
        vocabularies: tuple[Vocabulary, Vocabulary],
        *,
        step: int,
        split: str,
        meaning: Callable[[Sequence[str]], Sequence[str]] = tuple,
        task: AbstractTask | None = None,
    ) -> Evaluated:
        """Score a model, which is left as it was; `task` for measures of its text too."""


def free_run(
    model: Seq2Seq,
    sources: Sequence[Sequence[str]],
    vocabularies: tuple[Vocabulary, Vocabulary],
    search: AbstractSearch = GREEDY,
    *,
    chunk: int = 128,
) -> list[list[str]]:
    """The best output for each source (tokens, <end> cut off); an item's limit depends on its own source alone."""
    model.eval()
    stepped = fast(model, only="")  # nobody looks
    order = sorted(range(len(sources)), key=lambda at: len(sources[at]))  # like lengths together: few pads
    found: dict[int, list[str]] = {}
    for first in range(0, len(order), chunk):
        places = order[first : first + chunk]
        encoded = [vocabularies[0].encode_source(sources[at]) for at in places]
        rules = [rules_for(model, numbers, keep_pruned=0) for numbers in encoded]
        for at, frontier in zip(places, decode(search, stepped, encoded, rules)):
            found[at] = vocabularies[0].writing(sources[at], vocabularies[1]).decode(frontier.best.written(model.end))
    return [found[at] for at in range(len(sources))]


def rules_for(model: Seq2Seq, source: Sequence[int], *, keep_pruned: int = 5) -> Rules:
    """The limits of one item: twice its own source and ten tokens more, three times where trees are written, or what the
    decoder can write."""
    times = 2 if model.trees is None else 3  # of 2,363 trees of a treebank every one fits, and with 2 only half
    most = min(times * len(source) + 10, model.decoder.longest)
    item = zlib.crc32(",".join(map(str, source)).encode())
    return Rules(
        model.end,
        model.never_generated,
        most,
        len(source),
        keep_pruned,
        item,
        trees=model.trees,
        distinct=model.distinct,
    )


def evaluate(
    model: Seq2Seq,
    examples: Sequence[Example],
    vocabularies: tuple[Vocabulary, Vocabulary],
    *,
    step: int,
    split: str,
    search: AbstractSearch = GREEDY,
    meaning: Callable[[Sequence[str]], Sequence[str]] = tuple,
    task: AbstractTask | None = None,
) -> Evaluated:
    """Decode held-out examples and score them; the model is left as it was.

    Args:
        meaning: equal for targets that are equally right (a task's `meaning`); outputs are compared by it.
        task: what was written, for measures of its text (measures.py); None leaves them out, which is sooner done.
    """
    began, training, device = perf_counter(), model.training, where(model)
    model.eval()
    outputs = free_run(model, [example.source for example in examples], vocabularies, search)
    outputs, targets = [meaning(one) for one in outputs], [meaning(example.target) for example in examples]
    measures = None if task is None else measures_of(task, outputs, targets, [one.source for one in examples])
    with torch.no_grad():
        loss, right, count = 0.0, 0.0, 0
        for first in range(0, len(examples), 256):
            batch = collate(examples[first : first + 256], *vocabularies).on(device)
            with placed(device):
                weighed = Likelihood()(model, batch, step)
            loss += float(weighed.terms["likelihood"]) * batch.target_tokens
            right += weighed.token_accuracy * batch.target_tokens
            count += batch.target_tokens
    model.train(training)
    return Evaluated(
        step=step, split=split, exact_match=exact_match(outputs, targets), token_accuracy=token_accuracy(outputs, targets),
        loss=loss / count, forced_accuracy=right / count, n=len(examples), seconds=perf_counter() - began,
        measures=measures and measures.values, signatures=measures and measures.signatures,
    )  # fmt: skip
