"""Several searches on one source, beside each other: what each found, what it cost, and whose mistakes are seen.

Every search is run alone, so its milliseconds are its own. The yardstick beside them is the model's own best output,
proved by exact search on plain sums of log-probabilities, and the reference under the same model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from core.decoding.exact import ExactSearch
from core.decoding.hypothesis import Hypothesis
from core.decoding.search import AbstractSearch
from core.decoding.trees.tree import DecodingTree, fold
from core.decoding.view import Frontier
from core.errors import InputError
from core.metrics.overlap import sentence_bleu
from core.metrics.rounding import adding_up, decimals
from core.metrics.search_error import Judgement, Sentence, judge
from core.runs.inspection import inspect
from core.runs.stepwise import AbstractStepwise

MOST_SEARCHES = 6
_SHORT = 0.5  # seconds: a search that takes less is run twice, and timed warm
PROOF_NODES = 2_000  # hypotheses that the proof may expand: a second or two on one core


@dataclass(frozen=True)
class Outcome:
    """One output of a search.

    Attributes:
        output: as text; tokens: the same as the model's tokens, <end> left out; length: how many, <end> counted.
        sentence: as it is judged; rank_score: what was compared.
        parts: what lies between the two sums, by name; `sentence.logp` and they add up to `rank_score`.
        bleu: against the reference, 0…100, and exact: whether it is right; None where there is no reference.
    """

    output: str
    tokens: tuple[str, ...]
    length: int
    sentence: Sentence
    rank_score: float
    parts: dict[str, float]
    bleu: float | None
    exact: bool | None


@dataclass(frozen=True, eq=False)
class Compared:
    """One search.

    Attributes:
        search: its settings; outcomes: best first, by its own ranking score.
        steps: tokens of the longest path; model_calls: how often the model was stepped.
        seconds: wall time of the search alone, warm; stop_reason: why it stopped; proved: by exact search, else None.
        tree: everything it weighed.
    """

    search: AbstractSearch
    outcomes: tuple[Outcome, ...]
    steps: int
    model_calls: int
    seconds: float
    stop_reason: str
    proved: bool | None
    tree: DecodingTree = field(repr=False)


@dataclass(frozen=True)
class Yardstick:
    """What outputs are measured by.

    Attributes:
        output: the most probable output known, as text; best: the same as it is judged, None where nothing ends.
        proved: whether nothing more probable exists within the length limit.
        expanded: hypotheses that the proof expanded, or tried to.
        reference: the right output under the model, None where it is unknown or the model cannot write it.
    """

    output: str
    best: Sentence | None
    proved: bool
    expanded: int
    reference: Sentence | None

    @property
    def optimum(self) -> Sentence | None:
        """The model's best output; None without a proof."""
        return self.best if self.proved else None


def compare(
    trained: AbstractStepwise, source: str, searches: Sequence[AbstractSearch], *, most: int = 16
) -> list[Compared]:
    """Run each search on one source.

    Args:
        most: outcomes to keep of each search.

    Raises:
        InputError: the source cannot be read.
    """
    return [run_search(trained, source, search, most=most) for search in searches]


def run_search(trained: AbstractStepwise, source: str, search: AbstractSearch, *, most: int = 16) -> Compared:
    """Run one search, and look at what it found.

    Raises:
        InputError: the source cannot be read.
    """
    last, seconds = _timed(trained, source, search)
    if seconds < _SHORT:  # the first search of a model pays for what all others then have
        last, seconds = _timed(trained, source, search)
    header = trained.header(source, search, last)
    reference = trained.reference(source)
    ended = last.finished or (last.best,)
    return Compared(
        search, tuple(_outcome(trained, source, node, reference) for node in ended[:most]), max(node.step for node in ended),
        int(header["model_calls"]), seconds, last.stop_reason, last.proved,
        fold([last], trained.writing(source).tokens, header),
    )  # fmt: skip


def _timed(trained: AbstractStepwise, source: str, search: AbstractSearch) -> tuple[Frontier, float]:
    began = perf_counter()
    return trained.search(source, search), perf_counter() - began


def measure(trained: AbstractStepwise, source: str, *, longest: int, nodes: int = PROOF_NODES) -> Yardstick:
    """The model's best output, proved if that can be done with so many nodes, and the reference.

    Args:
        longest: most tokens of an output, <end> counted, as the searches that are measured have it.

    Raises:
        InputError: the source cannot be read.
    """
    last = trained.search(source, ExactSearch(max_length=longest, max_nodes=nodes), keep_pruned=0)
    reference, best = trained.reference(source), None
    if last.finished:
        best = _sentence(trained, last.best, _right(trained, source, last.best, reference))
    expanded = sum(one.record.live_in for one in last.history if one.record)
    return Yardstick(
        trained.text(last.best.tokens(), source),
        best,
        bool(last.proved),
        expanded,
        _reference(trained, source, reference),
    )


def judged(found: Compared, by: Yardstick) -> tuple[Judgement, ...]:
    """The judgement of every outcome of a search."""
    return judge([one.sentence for one in found.outcomes], by.optimum, by.reference)


def score_rows(found: Sequence[Compared]) -> list[dict[str, Any]]:
    """Every outcome of every search as a row of a table, its score taken apart in figures that add up as shown.

    Keys: search (place among those compared, from 0), rank (from 1), output, logp, a key per part that occurs anywhere,
    rank_score, exact, BLEU. Sums and parts are rounded alike; a part is within one unit of its last digit.
    """
    names = list(dict.fromkeys(name for one in found for outcome in one.outcomes for name in outcome.parts))
    digits = decimals([sum_ for one in found for o in one.outcomes for sum_ in (o.sentence.logp, o.rank_score)])
    rows = []
    for place, one in enumerate(found):
        for rank, outcome in enumerate(one.outcomes, start=1):
            own = list(outcome.parts)
            logp, terms, score = adding_up(
                outcome.sentence.logp, list(outcome.parts.values()), outcome.rank_score, digits
            )
            parts = {**dict.fromkeys(names), **dict(zip(own, terms))}
            rows.append({
                "search": place, "rank": rank, "output": outcome.output, "logp": logp, **parts, "rank_score": score,
                "exact": outcome.exact, "BLEU": outcome.bleu,
            })  # fmt: skip
    return rows


def _outcome(trained: AbstractStepwise, source: str, node: Hypothesis, reference: tuple[str, ...] | None) -> Outcome:
    right = _right(trained, source, node, reference)
    written = tuple(trained.writing(source).decode(node.written(trained.model.end)))
    return Outcome(
        output=trained.text(node.tokens(), source), tokens=written, length=node.step, sentence=_sentence(trained, node, right),
        rank_score=node.rank_score, parts=dict(node.parts),
        bleu=None if reference is None else sentence_bleu(written, reference), exact=right,
    )  # fmt: skip


def _sentence(trained: AbstractStepwise, node: Hypothesis, right: bool | None) -> Sentence:
    tokens = tuple(node.tokens())
    return Sentence(tokens, node.logp, right, ended=tokens[-1:] == (trained.model.end,))


def _right(trained: AbstractStepwise, source: str, node: Hypothesis, reference: tuple[str, ...] | None) -> bool | None:
    """Whether it says what the reference says; what was cut does not."""
    if reference is None:
        return None
    task, written = trained.config.task, trained.writing(source).decode(node.written(trained.model.end))
    return node.token == trained.model.end and task.meaning(written) == task.meaning(reference)


def _reference(trained: AbstractStepwise, source: str, reference: tuple[str, ...] | None) -> Sentence | None:
    """The reference under teacher forcing."""
    gold = trained.item(source)[1].gold
    if reference is None or gold is None:
        return None
    try:
        return Sentence(gold, inspect(trained, source, gold, most=0).logp, right=True)
    except InputError:  # longer than this model writes for the source
        return None
