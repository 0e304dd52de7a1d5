"""One sentence parsed by a trained model: the tree it wrote, where that breaks, what is right of it, where each bracket looked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from core.data.batch import Example
from core.data.tree_tokens import Placed, Reading, read_linear
from core.decoding.hypothesis import Status
from core.decoding.search import AbstractSearch
from core.errors import InputError
from core.language import tr
from core.metrics.brackets import Bracketing, score, unparsed
from core.recording.matrix import AttentionMatrix
from core.runs.trained import TrainedModel
from core.training.probe import Probe


@dataclass(frozen=True)
class Gold:
    """The right tree of a sentence.

    Attributes:
        tokens: as they should be written; reading: what they say.
    """

    tokens: tuple[str, ...]
    reading: Reading


@dataclass(frozen=True)
class Parsed:
    """What one search made of a sentence.

    Attributes:
        words: of the sentence; tokens: that were written, <end> left out; ended: whether <end> came within the longest output.
        reading: the tree, or where it breaks; logp: the model's own.
        gold: None where nobody knows; score: against it, of what is no tree that of none.
        right: whether the gold tree has it, of every constituent of the reading; None without a gold tree.
        matrices: cross-attention of every layer; row t is the step that wrote token t, the last one wrote <end>.
    """

    words: tuple[str, ...]
    tokens: tuple[str, ...]
    ended: bool
    reading: Reading
    logp: float
    gold: Gold | None
    score: Bracketing | None
    right: tuple[bool, ...] | None
    matrices: tuple[AttentionMatrix, ...] = field(repr=False)

    @property
    def exact(self) -> bool | None:
        """Whether it is the gold tree; None without one."""
        return None if self.gold is None else self.ended and self.tokens == self.gold.tokens

    @property
    def fault(self) -> str:
        """Why it is no tree, in words, or ""."""
        cut = "" if self.ended else tr(" (it was cut off at the longest output)")
        return self.reading.fault + cut if self.reading.fault else ""

    def rows(self, site: str, head: int) -> Float[np.ndarray, "token source"]:
        """Where each token looked: of one head of one site, or, below 0, the mean of its heads."""
        (matrix,) = (one for one in self.matrices if one.site.name == site)
        return matrix.weights.mean(axis=0) if head < 0 else matrix.weights[head]


def parse(trained: TrainedModel, source: str, search: AbstractSearch) -> Parsed:
    """Let a search write a tree, and look at it.

    Raises:
        InputError: the run writes no trees, the source cannot be read, or no tree is short enough where trees alone may be
            written.
    """
    if not trained.config.task.writes_trees:
        raise InputError(tr("{address} writes no trees; choose a run of the task parse", address=trained.run.address))
    words = tuple(trained.read(source))
    best = trained.search(source, search, keep_pruned=0).best
    tokens = tuple(trained.writing(source).decode(best.written(trained.model.end)))
    gold = gold_of(trained, source)
    reading = read_linear(tokens, words)
    recorded = Probe(Example(words, tokens), trained.vocabularies).record(trained.model, only="*cross*")
    written = (*tokens, "<end>")
    matrices = tuple(AttentionMatrix(one.site, one.weights, written, one.keys) for one in recorded)
    return Parsed(
        words, tokens, best.status is Status.FINISHED, reading, best.logp, gold, _score(gold, reading),
        None if gold is None else found_in(reading.constituents, gold.reading.constituents), matrices,
    )  # fmt: skip


def gold_of(trained: TrainedModel, source: str) -> Gold | None:
    """The right tree of a source, where the task's rule or the run's examples tell."""
    tokens = trained.reference(source)
    if tokens is None:
        return None
    return Gold(tokens, read_linear(tokens, trained.read(source)))


def found_in(constituents: Sequence[Placed], others: Sequence[Placed]) -> tuple[bool, ...]:
    """Of each constituent, whether the others have one of its label over its words; two are found only in two.

    >>> one = Placed("NP", 0, 3, 0, 1, -1)
    >>> found_in([one, one], [one])
    (True, False)
    """
    left = Counter((one.label, one.first, one.last) for one in others)
    found = []
    for one in constituents:
        span = one.label, one.first, one.last
        found.append(left[span] > 0)
        left[span] -= 1
    return tuple(found)


def _score(gold: Gold | None, reading: Reading) -> Bracketing | None:
    if gold is None or gold.reading.tree is None:
        return None
    return unparsed(gold.reading.tree) if reading.tree is None else score(gold.reading.tree, reading.tree)
