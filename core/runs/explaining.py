"""Maps that are shown as an explanation of one output token, and the test whether they explain it.

A map gives every source token a number: how much the output token looks there (attention), or how its log-probability
depends on it (gradients). That attention looks at a token does not say that the output depends on it (Jain & Wallace 2019,
arXiv:1902.10186; Wiegreffe & Pinter 2019, arXiv:1908.04626); so every map here stands beside its deletion test against
random orders of the same tokens (core/metrics/deletion.py).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from core.data.batch import Example, pad
from core.data.copying import Copyable
from core.data.recording import Heard
from core.data.vocabulary import MASK, UNK
from core.errors import InputError, MissingExtra
from core.language import mark, tr
from core.metrics.deletion import Judgement, area, as_good, counts, gone, judged, ranked
from core.recording.matrix import AttentionMatrix
from core.runs.attribution import Question, attributions, log_probs
from core.runs.rolled import carried, last_cross
from core.runs.trained import TrainedModel
from core.seeds import Seeds

RANDOM_ORDERS = 39  # so that one of them may do as well by chance and the map still be better at one in twenty
LONGEST = 96  # source tokens: a thousand variants of a source are read for one picture

Deleted = Bool[np.ndarray, " token"]


def unknown(source: Sequence[int], deleted: Deleted) -> list[int]:
    """Replaced by <unk>: length and positions stay."""
    return [UNK if away else token for token, away in zip(source, deleted)]


def masked(source: Sequence[int], deleted: Deleted) -> list[int]:
    """Replaced by <mask>: length and positions stay."""
    return [MASK if away else token for token, away in zip(source, deleted)]


def left_out(source: Sequence[int], deleted: Deleted) -> list[int]:
    """Taken away: the sentence gets shorter, and what follows moves up."""
    return [token for token, away in zip(source, deleted) if not away]


ERASURES: dict[str, Callable[[Sequence[int], Deleted], list[int]]] = {
    mark("replaced by <unk>"): unknown,
    mark("replaced by <mask>"): masked,
    mark("left out"): left_out,
}


@dataclass(frozen=True, eq=False)
class SourceMap:
    """A number for every source token.

    Attributes:
        name: for people; values: one a token, <end> included; signed: whether below 0 means "speaks against it".
        complete: for integrated gradients, their sum and what it should be.
    """

    name: str
    values: Float[np.ndarray, " token"]
    signed: bool = False
    complete: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class JudgedMap:
    """A map after its deletion test.

    Attributes:
        curve: log p of the output token at each step, in nats; area: see core/metrics/deletion.py, in nats.
        as_good: how many random orders do at least as well; judgement: against them.
    """

    shown: SourceMap
    curve: Float[np.ndarray, " step"]
    area: float
    as_good: int
    judgement: Judgement


@dataclass(frozen=True, eq=False)
class Explanation:
    """All maps of one output token, tested.

    Attributes:
        logp: log-probability of the output token, in nats; steps: how many source tokens are gone at each step of a curve;
            <end> is never deleted.
        tested: the maps; random: curves of the random orders; random_areas: their areas.
    """

    logp: float
    steps: Int[np.ndarray, " step"]
    tested: tuple[JudgedMap, ...]
    random: Float[np.ndarray, "order step"] = field(repr=False)
    random_areas: Float[np.ndarray, " order"] = field(repr=False)

    @property
    def random_mean(self) -> Float[np.ndarray, " step"]:
        """Mean curve of the random orders, in nats."""
        return self.random.mean(axis=0)

    @property
    def random_middle(self) -> Float[np.ndarray, "2 step"]:
        """Between these two curves lie the middle two thirds of the random orders at each step, in nats."""
        return np.quantile(self.random, (1 / 6, 5 / 6), axis=0)


def question(trained: TrainedModel, source: str, output: Sequence[str], step: int) -> Question:
    """Ask about the token that is written at a step.

    Args:
        output: the tokens that are fed, without <begin> and <end>; step: counted from 0; the one after the last is <end>.

    Raises:
        InputError: there is no such step, or the source is too long to be deleted token by token.
    """
    if not 0 <= step <= len(output):
        raise InputError(tr(
            "the output has {count} tokens, <end> counted; there is no token {step}", count=len(output) + 1, step=step + 1))  # fmt: skip
    numbers = _erasable(trained, source)
    if len(numbers) > LONGEST:
        raise InputError(tr(
            "explaining a token of {count} source tokens would take long; choose a source of at most {longest}",
            count=len(numbers), longest=LONGEST))  # fmt: skip
    written = [*trained.vocabularies[1].encode(output), trained.model.end]
    return Question(tuple(numbers), (trained.model.begin, *written[:step]), written[step])


def neediest(trained: TrainedModel, source: str, output: Sequence[str], erasure: str = "replaced by <unk>") -> int:
    """The step, counted from 0, whose token loses most log-probability when every source token is deleted.

    Args:
        output: the tokens that are fed, without <begin> and <end>; erasure: in ERASURES.
    """
    numbers = _erasable(trained, source)
    model, written = trained.model, [*trained.vocabularies[1].encode(output), trained.model.end]
    nothing = ERASURES[erasure](numbers[:-1], np.ones(len(numbers) - 1, dtype=bool))
    with torch.no_grad():
        fed = torch.tensor([[model.begin, *written[:-1]]] * 2)
        logits = model.decoder(fed, model.encoder(*pad([numbers, [*nothing, numbers[-1]]])))
    own = torch.log_softmax(logits.double(), dim=-1)[:, range(len(written)), written]  # source token
    return int((own[0] - own[1]).argmax())


def _erasable(trained: TrainedModel, source: str) -> list[int]:
    """The numbers of a source whose tokens can be replaced.

    Raises:
        InputError: it is a recording, or copied from.
    """
    numbers, _ = trained.item(source)
    if isinstance(numbers, Heard):
        raise InputError(tr(
            "explanations replace tokens of the source by others, and segments of a recording have no others; choose a model "
            "whose source is text"
        ))  # fmt: skip
    if isinstance(numbers, Copyable):
        raise InputError(tr(
            "explanations replace tokens of the source by others, and this model copies them: what it may write would change "
            "with them; choose a model with copy=none"
        ))  # fmt: skip
    return numbers


def maps(
    trained: TrainedModel, matrices: Sequence[AttentionMatrix], asked: Question
) -> tuple[list[SourceMap], list[str]]:
    """Every map of one output token, and a sentence for each that cannot be.

    Args:
        matrices: of the source and the output, as `TrainedModel.matrices` gave them.
    """
    row, found, missing = len(asked.fed) - 1, [], []
    cross = last_cross(matrices)
    label = tr("{label}, mean over heads", label=cross.site.said)
    found.append(SourceMap(label, cross.mean()[row].astype(np.float64)))
    try:
        near, through = carried(trained, matrices)
        found.append(SourceMap(mark("rollout to the source"), through.through(near.mean()[row : row + 1])[0]))
        found.append(SourceMap(mark("attention flow"), through.flow_through(near.mean()[row : row + 1])[0]))
    except InputError as error:
        missing.append(str(error))
    try:
        for one in attributions(trained.model, asked):
            complete = None if one.difference is None else (one.total, one.difference)
            found.append(SourceMap(one.name, one.values, bool((one.values < 0).any()), complete))
    except MissingExtra as error:
        missing.append(str(error))
    return found, missing


def explain(
    trained: TrainedModel,
    asked: Question,
    shown: Sequence[SourceMap],
    *,
    erasure: str = "replaced by <unk>",
    generator: torch.Generator,
    orders: int = RANDOM_ORDERS,
) -> Explanation:
    """Test maps of one output token by deletion.

    Args:
        asked: which token; shown: its maps, as `maps` gave them.
        erasure: in ERASURES; generator: draws the random orders; orders: how many.
    """
    tokens = len(asked.source) - 1  # <end> stays
    own = np.stack([ranked(one.values[:tokens]) for one in shown])
    random = np.stack([torch.randperm(tokens, generator=generator).numpy() for _ in range(orders)])
    steps = counts(tokens)
    deleted = gone(np.concatenate([own, random]), steps)
    sources = [
        [*ERASURES[erasure](asked.source[:tokens], away), asked.source[-1]] for order in deleted for away in order
    ]
    curves = log_probs(trained.model, asked, sources).reshape(len(deleted), len(steps))
    areas = area(curves, steps)
    random_areas = areas[len(shown) :]
    tested = [
        JudgedMap(one, curves[at], own_area, as_good(own_area, random_areas), judged(own_area, random_areas))
        for at, (one, own_area) in enumerate(zip(shown, map(float, areas)))
    ]
    return Explanation(float(curves[0, 0]), steps, tuple(tested), curves[len(shown) :], random_areas)


@dataclass(frozen=True, eq=False)
class Areas:
    """Deletion tests over sentences, one output token each.

    Attributes:
        done, total: sentences; names: of the maps.
        maps: areas in nats; random: mean area of each sentence's random orders.
        better: whether a map was better than random there, by its own judgement.
    """

    done: int
    total: int
    names: tuple[str, ...]
    maps: Float[np.ndarray, "sentence map"] = field(repr=False)
    random: Float[np.ndarray, " sentence"] = field(repr=False)
    better: Bool[np.ndarray, "sentence map"] = field(repr=False)

    @property
    def gains(self) -> Float[np.ndarray, " map"]:
        """Mean area of each map less that of random orders on the same sentences, in nats."""
        return (self.maps - self.random[:, None]).mean(axis=0)

    @property
    def errors(self) -> Float[np.ndarray, " map"]:
        """Standard errors of the gains; nan for a single sentence."""
        if self.done < 2:
            return np.full(len(self.names), np.nan)
        return (self.maps - self.random[:, None]).std(axis=0, ddof=1) / np.sqrt(self.done)


def over_sentences(
    trained: TrainedModel, examples: Sequence[Example], seeds: Seeds, *, erasure: str = "replaced by <unk>"
) -> Iterator[Areas]:
    """Test the maps on one output token of each sentence, a sentence a step; computes only as it is asked on.

    Args:
        examples: held-out ones, of which those that are too long are left out; the model's own output is explained, at a
            place drawn by the sentence's own chance.

    Raises:
        InputError: all of them are too long.
    """
    rows: list[Explanation] = []
    readable = [one for one in examples if len(one.source) < LONGEST]
    if not readable:
        raise InputError(tr(
            "none of these {count} sentences has fewer than {longest} tokens; choose another model",
            count=len(examples), longest=LONGEST))  # fmt: skip
    for at, example in enumerate(readable):
        source = trained.config.task.join(example.source)
        matrices = trained.matrices(source)
        output = last_cross(matrices).queries[1:]
        chance = seeds.generator("deletion", at)
        place = int(torch.randint(len(output) + 1, (), generator=chance))
        asked = question(trained, source, output, place)
        shown, _ = maps(trained, matrices, asked)
        rows.append(explain(trained, asked, shown, erasure=erasure, generator=chance))
        yield _areas(rows, len(readable))


def _areas(rows: Sequence[Explanation], total: int) -> Areas:
    every = [{one.shown.name: one for one in row.tested} for row in rows]
    names = tuple(name for name in every[0] if all(name in row for row in every))  # a long source has no flow
    return Areas(
        len(rows), total, names,
        np.array([[row[name].area for name in names] for row in every]),
        np.array([row.random_areas.mean() for row in rows]),
        np.array([[row[name].judgement == "better" for name in names] for row in every]),
    )  # fmt: skip
