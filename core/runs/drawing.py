"""Draws from a trained model: which outputs came how often, and how likely each was.

Of an output two probabilities are told apart, both products over its tokens, <end> included: under the model, and under
the law that tokens were drawn from (what temperature, limits and filters leave, renormalized). How one draw fell, step
by step, is in core/runs/draw_steps.py.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import exp, log, nan

from core.data.spreadsheet import written
from core.decoding.hypothesis import Hypothesis
from core.decoding.search import AbstractSearch
from core.decoding.view import Frontier
from core.metrics.diversity import Passage, distinct_n, longest_repeated, repeated_share, self_bleu
from core.runs.stepwise import AbstractStepwise


@dataclass(frozen=True)
class Drawn:
    """One output and the draws that gave it.

    Attributes:
        numbers: its tokens, <end> included where it ended; tokens: their texts without <end>; output: as text.
        ended: False where the length limit cut it; right: whether it says what the reference
            says, None where there is none.
        draws: which draws gave it, counted from 0.
        logp: Σ log p of the model; logp_law: Σ log of the law it was drawn from, nan where draws are not independent.
    """

    numbers: tuple[int, ...]
    tokens: tuple[str, ...]
    output: str
    ended: bool
    right: bool | None
    draws: tuple[int, ...]
    logp: float
    logp_law: float

    @property
    def probability(self) -> float:
        """Under the model, in 0…1."""
        return exp(self.logp)

    @property
    def expected(self) -> float:
        """Share of draws to expect: the probability under the law, in 0…1."""
        return exp(self.logp_law)


@dataclass(frozen=True)
class Repeats:
    """What an output repeats of itself.

    Attributes:
        drawn: the output; share: of its n-grams that came before, in 0…1, nan where it is too short.
        passage: its longest run of tokens that comes twice.
    """

    drawn: Drawn
    share: float
    passage: Passage


@dataclass(frozen=True, eq=False)
class Drawing:
    """All draws from one source.

    Attributes:
        outputs: different ones, the most frequent first, then the most probable; ends: the last hypothesis of each draw.
        digest: fingerprint of all draws in their order; the same seed gives the same one.
        right: share of draws that say what the reference says, None where there is none.
        distinct: distinct-1 and distinct-2; self_bleu: 0…100; nan where unknown.
        surprise: mean −log p of a draw under the model, in nats.
        entropy: mean over draws of the entropies of the steps along them, in nats: with temperature 1 and nothing filtered
            it estimates the same entropy of outputs as `surprise`, with less chance in it (the chain rule).
    """

    outputs: tuple[Drawn, ...]
    ends: tuple[Hypothesis, ...] = field(repr=False)
    digest: str
    right: float | None
    distinct: tuple[float, float]
    self_bleu: float
    surprise: float
    entropy: float

    @property
    def count(self) -> int:
        """How many draws."""
        return len(self.ends)

    def repeats(self, n: int) -> list[Repeats]:
        """Of every different output what it repeats in runs of n tokens, the worst first."""
        found = [Repeats(one, repeated_share(one.tokens, n), longest_repeated(one.tokens)) for one in self.outputs]
        return sorted(found, key=lambda one: (-_known(one.share), -one.passage.length))

    def repeated(self, n: int) -> float:
        """Mean share of repeated n-grams of a draw; nan where all are too short."""
        known = [(one.share, len(one.drawn.draws)) for one in self.repeats(n) if one.share == one.share]
        draws = sum(often for _, often in known)
        return sum(share * often for share, often in known) / draws if draws else nan

    def of(self, draw: int) -> Drawn:
        """What one draw gave."""
        return next(one for one in self.outputs if draw in one.draws)

    def to_csv(self) -> bytes:
        """One line per output: how often it came, and how probable it is."""
        names = ["output", "draws", "share", "expected", "probability", "logp", "right", "ended"]
        return written([
            names,
            *([one.output, len(one.draws), len(one.draws) / self.count, one.expected, one.probability, one.logp, one.right, one.ended]
              for one in self.outputs),
        ])  # fmt: skip


def draw(trained: AbstractStepwise, source: str, search: AbstractSearch) -> Drawing:
    """Draw from a model: with replacement (`SamplingSearch`) or without (`StochasticBeamSearch`).

    Raises:
        InputError: the source cannot be read.
    """
    last = trained.search(source, search, keep_pruned=0)
    ends = tuple(sorted(last.finished, key=_index))
    outputs = _different(trained, source, ends, trained.reference(source))
    written = [one.tokens for end in ends for one in outputs if one.numbers == tuple(end.tokens())]
    right = None
    if outputs[0].right is not None:
        right = sum(len(one.draws) for one in outputs if one.right) / len(ends)
    return Drawing(
        outputs=outputs, ends=ends, digest=_digest(ends), right=right,
        distinct=(distinct_n(written, 1), distinct_n(written, 2)), self_bleu=self_bleu(written),
        surprise=-sum(end.logp for end in ends) / len(ends), entropy=_entropy(last, ends),
    )  # fmt: skip


def _index(node: Hypothesis) -> int:
    return (
        node.draw.index if node.draw is not None else 0
    )  # draws without replacement keep their ranks: sorting is stable


def _different(
    trained: AbstractStepwise, source: str, ends: Sequence[Hypothesis], reference: tuple[str, ...] | None
) -> tuple[Drawn, ...]:
    draws: dict[tuple[int, ...], list[int]] = {}
    for at, end in enumerate(ends):
        draws.setdefault(tuple(end.tokens()), []).append(at)
    found = []
    for numbers, which in draws.items():
        end = ends[which[0]]
        tokens = tuple(trained.writing(source).decode(end.written(trained.model.end)))
        law = [node.prob_filtered for node in end.path()]
        ended, meaning = numbers[-1] == trained.model.end, trained.config.task.meaning
        one = Drawn(
            numbers=numbers, tokens=tokens, output=trained.text(numbers, source), ended=ended, draws=tuple(which), logp=end.logp,
            right=None if reference is None else ended and meaning(tokens) == meaning(reference),
            logp_law=sum(map(log, law)) if all(one > 0 for one in law) else nan,
        )  # fmt: skip
        found.append(one)
    return tuple(sorted(found, key=lambda one: (-len(one.draws), -one.logp)))


def _digest(ends: Iterable[Hypothesis]) -> str:
    return hashlib.sha256(repr([end.tokens() for end in ends]).encode()).hexdigest()[:12]


def _entropy(last: Frontier, ends: Sequence[Hypothesis]) -> float:
    steps = [one.record.entropy for one in last.history[1:] if one.record is not None]
    return sum(steps[node.step - 1][node.attention] for end in ends for node in end.path()) / len(ends)


def _known(share: float) -> float:
    return share if share == share else -1.0
