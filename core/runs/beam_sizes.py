"""Beam size against quality: the same held-out sentences decoded with wider and wider beams, and exactly where it proves.

A wider beam finds outputs that the model holds more probable. Whether they are better is another question: where a model
prefers what is wrong (it often prefers the empty output), a better search makes it worse, the beam-search curse.

Sources: Koehn & Knowles 2017, arXiv:1706.03872 (quality falls with wide beams); Stahlberg & Byrne 2019, arXiv:1908.10090.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import nan
from threading import Lock
from time import perf_counter

from core.data.batch import Example
from core.decoding.batched import decode
from core.decoding.beam import BeamSearch
from core.decoding.exact import ExactSearch
from core.decoding.hypothesis import Status
from core.decoding.search import AbstractSearch
from core.errors import DataError, InputError, MissingExtra
from core.language import tr
from core.metrics.overlap import corpus_bleu
from core.metrics.sequence import exact_match
from core.runs.trained import TrainedModel
from core.settings import declarations
from core.tasks.task import held_out
from core.training.evaluation import rules_for

WIDTHS = (1, 2, 4, 8, 16, 32, 64)
MOST = 1000  # sentences: more would tell nothing more, and take minutes
_CHUNK = 10  # sentences between two reports of progress
_CLOSE = 1e-4  # scores that differ less are equal: single precision, summed


@dataclass(frozen=True)
class Output:
    """What a search gave for one sentence.

    Attributes:
        example: the held-out sentence; tokens: what was written, without <end>.
        meaning, expected: the output and the target as the task reads them, equal for wordings that are equally right.
        right: whether it says what the target says; logp: Σ log p, <end> included; rank_score: what was compared.
        proved: whether nothing better is possible; None for a search that cannot tell.
        ended: False where the length limit cut it; such an output is not right, and its score not to be compared.
    """

    example: Example
    tokens: tuple[str, ...]
    meaning: tuple[str, ...]
    expected: tuple[str, ...]
    right: bool
    logp: float
    rank_score: float
    proved: bool | None
    ended: bool = True


@dataclass(frozen=True)
class SweepPoint:
    """One search over all sentences; means and shares are nan where there is no sentence.

    Attributes:
        width: of the beam; None for exact search.
        outputs: in the order of the sentences; seconds: for all of them.
    """

    width: int | None
    outputs: tuple[Output, ...] = field(repr=False)
    seconds: float

    @property
    def name(self) -> str:
        """In words."""
        return "exact" if self.width is None else f"beam {self.width}"

    @property
    def n(self) -> int:
        """Sentences."""
        return len(self.outputs)

    @cached_property
    def logp(self) -> float:
        """Mean over sentences of Σ log p, in nats, at most 0."""
        return self._mean([one.logp for one in self.outputs])

    @cached_property
    def right(self) -> float:
        """Share of outputs that say what the target says, in 0…1."""
        return self._mean([one.right for one in self.outputs])

    @cached_property
    def exact_match(self) -> float:
        """Share of outputs that are the target word by word, in 0…1."""
        return exact_match([one.tokens for one in self.outputs], [one.example.target for one in self.outputs])

    @cached_property
    def empty(self) -> float:
        """Share of outputs without a token, in 0…1."""
        return self._mean([not one.tokens for one in self.outputs])

    @cached_property
    def length(self) -> float:
        """Mean number of tokens, <end> not counted."""
        return self._mean([len(one.tokens) for one in self.outputs])

    @cached_property
    def bleu(self) -> float:
        """Corpus BLEU in 0…100, of meanings: another right wording costs nothing."""
        return corpus_bleu([one.meaning for one in self.outputs], [one.expected for one in self.outputs])

    @cached_property
    def proved(self) -> tuple[int, ...]:
        """Places of the sentences whose output is proved to be the model's best."""
        return tuple(place for place, one in enumerate(self.outputs) if one.proved)

    def among(self, places: Sequence[int]) -> "SweepPoint":
        """The same search on some of the sentences."""
        return SweepPoint(self.width, tuple(self.outputs[place] for place in places), self.seconds)

    def missed(self, exact: "SweepPoint") -> float:
        """Search errors: share of the sentences with a proof for which a better score was possible; nan without proofs."""
        pairs = [(exact.outputs[at], self.outputs[at]) for at in exact.proved]
        return self._mean([not own.ended or best.rank_score - own.rank_score > _CLOSE for best, own in pairs])

    @staticmethod
    def _mean(values: Sequence[float]) -> float:
        return sum(values) / len(values) if values else nan


@dataclass(frozen=True)
class Progress:
    """How far a sweep is.

    Attributes:
        done, total: outputs, over all searches; name: of the search at work.
        point: a search that has just been through all sentences, or None.
    """

    done: int
    total: int
    name: str
    point: SweepPoint | None = None


def sentences(trained: TrainedModel, n: int) -> list[Example]:
    """Up to `n` held-out test examples: drawn from the task, or where its data are not here those the run carries.

    Raises:
        InputError: none, or more than make sense.
    """
    if not 1 <= n <= MOST:
        raise InputError(
            tr("{n:,} held-out sentences cannot be decoded here; choose from 1 to {most:,}", n=n, most=MOST)
        )
    try:
        return held_out(trained.config.task, "test", n)
    except (MissingExtra, DataError):
        return list(trained.examples.test[:n])


def searches(widths: Sequence[int], like: BeamSearch, max_nodes: int) -> list[AbstractSearch]:
    """The beams, narrow ones first, each width once; then exact search with the same settings.

    Args:
        like: every setting but the width; max_nodes: of exact search, 0 leaves it out.

    Raises:
        InputError: there is no width, or one that cannot be.
    """
    if not widths:
        raise InputError(tr("there is no beam width to try; choose some, for instance 1, 2, 4 and 8"))
    settings = like.to_dict()
    found: list[AbstractSearch] = [
        BeamSearch.from_dict(settings | {"width": width}) for width in sorted({*map(int, widths)})
    ]
    if max_nodes:
        known = {one.name for one in declarations(ExactSearch)}
        shared = {name: value for name, value in settings.items() if name in known}
        found.append(ExactSearch.from_dict(shared | {"max_nodes": max_nodes}))
    return found


def sweep(trained: TrainedModel, examples: Sequence[Example], over: Sequence[AbstractSearch]) -> Iterator[Progress]:
    """Decode the examples with every search; computes only as it is asked on.

    Args:
        examples: held-out ones, see `sentences`; over: see `searches`.
    """
    total = len(over) * len(examples)
    for at, search in enumerate(over):
        width = search.width if isinstance(search, BeamSearch) else None
        outputs: list[Output] = []
        seconds = 0.0
        while len(outputs) < len(examples):
            chunk = examples[len(outputs) : len(outputs) + (1 if width is None else _CHUNK)]
            began = perf_counter()
            outputs += _outputs(trained, search, chunk)
            seconds += perf_counter() - began
            point = SweepPoint(width, tuple(outputs), seconds)
            whole = point if point.n == len(examples) else None
            yield Progress(at * len(examples) + point.n, total, point.name, whole)


class Sweep:
    """A sweep in slices, with what it has found so far between them. Threads may share it: each takes a slice in turn.

    Args:
        steps: from `sweep`.

    Attributes:
        now: how far it is, None before the first slice; points: searches that have been through all sentences.
        done: nothing is left to do.
    """

    def __init__(self, steps: Iterator[Progress]) -> None:
        self.now: Progress | None = None
        self.points: tuple[SweepPoint, ...] = ()
        self.done = False
        self._steps, self._lock = steps, Lock()

    def go_on(self, seconds: float) -> None:
        """Work for about so long: until the chunk of sentences at hand is through."""
        end = perf_counter() + seconds
        with self._lock:
            while not self.done and perf_counter() < end:
                self._step()

    def _step(self) -> None:
        found = None
        try:
            found = next(self._steps, None)
        finally:
            self.done = found is None  # what has raised cannot go on either
        if found is not None:
            self.now = found
            self.points += () if found.point is None else (found.point,)


def _outputs(trained: TrainedModel, search: AbstractSearch, examples: Sequence[Example]) -> list[Output]:
    task, own, end = trained.config.task, trained.vocabularies, trained.model.end
    sources = [own[0].encode_source(example.source) for example in examples]
    rules = [rules_for(trained.model, source, keep_pruned=0) for source in sources]
    found = []
    for example, frontier in zip(examples, decode(search, trained.stepped, sources, rules)):
        tokens = tuple(own[0].writing(example.source, own[1]).decode(frontier.best.written(end)))
        ended = frontier.best.status is Status.FINISHED
        found.append(
            Output(
                example,
                tokens,
                task.meaning(tokens),
                task.meaning(example.target),
                ended and task.right(example, tokens),
                frontier.best.logp,
                frontier.best.rank_score,
                frontier.proved,
                ended,
            )
        )
    return found
