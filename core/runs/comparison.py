"""Several searches on one source, beside each other: what each found, what it cost, what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from core.decoding.hypothesis import Hypothesis
from core.decoding.search import AbstractSearch
from core.decoding.tree import DecodingTree, fold
from core.metrics.overlap import sentence_bleu
from core.runs.trained import TrainedModel


@dataclass(frozen=True)
class Outcome:
    """One output of a search.

    Attributes:
        output: as text; tokens: how many, <end> counted; ended: False where the length limit cut it.
        logp: sum of natural log-probabilities; rank_score: what was compared; parts: its arithmetic in figures.
        bleu: against the reference, 0…100, and exact: whether it equals it; None where there is no reference.
    """

    output: str
    tokens: int
    ended: bool
    logp: float
    rank_score: float
    parts: str
    bleu: float | None
    exact: bool | None


@dataclass(frozen=True, eq=False)
class Compared:
    """One search.

    Attributes:
        search: its settings; outcomes: best first.
        steps: tokens of the longest path; seconds: wall time of the search, recording included.
        stop_reason: why it stopped; tree: everything it weighed.
    """

    search: AbstractSearch
    outcomes: tuple[Outcome, ...]
    steps: int
    seconds: float
    stop_reason: str
    tree: DecodingTree = field(repr=False)


def compare(
    trained: TrainedModel, source: str, searches: Sequence[AbstractSearch], *, most: int = 16
) -> list[Compared]:
    """Run each search on one source.

    Args:
        most: outcomes to keep of each search.

    Raises:
        InputError: the source cannot be read.
    """
    reference = trained.reference(source)
    found = []
    for search in searches:
        began = perf_counter()
        last = trained.search(source, search)
        seconds = perf_counter() - began
        tree = fold([last], trained.vocabularies[1].tokens, trained.header(source, search, last))
        outcomes = tuple(
            _outcome(trained, search, node, last.rules.source_length, reference) for node in last.finished[:most]
        )
        found.append(Compared(search, outcomes, last.step, seconds, last.stop_reason, tree))
    return found


def _outcome(
    trained: TrainedModel,
    search: AbstractSearch,
    node: Hypothesis,
    source_length: int,
    reference: tuple[str, ...] | None,
) -> Outcome:
    tokens = node.tokens()
    ended = tokens[-1:] == [trained.model.end]
    written = trained.vocabularies[1].decode(node.written(trained.model.end))
    return Outcome(
        output=trained.text(tokens), tokens=len(tokens), ended=ended, logp=node.logp, rank_score=node.rank_score,
        parts=search.norm.parts(node.logp, len(tokens), source_length),
        bleu=None if reference is None else sentence_bleu(written, reference),
        exact=None if reference is None else tuple(written) == reference,
    )  # fmt: skip
