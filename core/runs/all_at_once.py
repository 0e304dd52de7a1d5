"""One source, written in several ways: a token after the other, all places at once, and some of them again.

Whatever the way, what is told is of one form: one stage for each call of the decoder, with the tokens that stand after it
and how sure the model was of each when it wrote it; and for every place the most probable tokens, which is where a mixed
output shows its reason: two translations that are equally good at every place, and no place that knows of another's choice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

import numpy as np
import torch

from core.data.batch import Example, collate
from core.decoding.all_places import AbstractAllPlaces, write
from core.decoding.batched import decode
from core.decoding.greedy import GreedySearch
from core.decoding.mask_predict import AtOnce, MaskPredict
from core.language import tr
from core.models.fast.table import fast
from core.runs.reader import AbstractTrained
from core.runs.trained import TrainedModel
from core.runs.trained_parallel import TrainedParallel
from core.tasks.phrases import WORDS_OF_A_PHRASE, Phrases
from core.training.evaluation import free_run, rules_for

LENGTHS = (8, 16, 32, 64)
_TOP = 3  # tokens told of each place
_TIMES = 5  # that a decoding is measured


@dataclass(frozen=True)
class Stage:
    """What stands after one call of the decoder; a place where nothing does has an empty text.

    Attributes:
        tokens: texts; confidences: probability of each when it was written, in 0…1, 0 where nothing stands.
        written: which were written in this call; again: which are emptied after it.
    """

    tokens: tuple[str, ...]
    confidences: tuple[float, ...]
    written: tuple[bool, ...]
    again: tuple[bool, ...]


@dataclass(frozen=True)
class Told:
    """One way on one source.

    Attributes:
        name: of the way; output: as text; right: whether it says what the reference says, None where there is none.
        stages: a call of the decoder each; tops: of each place, the most probable tokens and their probabilities.
        mixtures: what is mixed, in words.
    """

    name: str
    output: str
    right: bool | None
    stages: tuple[Stage, ...] = field(repr=False)
    tops: tuple[tuple[tuple[str, float], ...], ...] = field(repr=False)
    mixtures: tuple[str, ...]

    @property
    def calls(self) -> int:
        """How often the decoder was called."""
        return len(self.stages)


@dataclass(frozen=True)
class Cost:
    """What outputs of one length cost one way.

    Attributes:
        name: of the way; length: tokens, <end> counted; calls: of the decoder; milliseconds: wall time of one output.
    """

    name: str
    length: int
    calls: int
    milliseconds: float


def token_by_token(trained: TrainedModel, source: str, name: str) -> Told:
    """Greedily, a token after the other.

    Raises:
        InputError: the source cannot be read.
    """
    tokens = trained.read(source)
    (output,) = free_run(trained.model, [tokens], trained.vocabularies)
    with torch.no_grad():
        batch = collate([Example(tuple(tokens), tuple(output))], *trained.vocabularies)
        laws = torch.softmax(trained.model(batch)[0], dim=-1).numpy()
    most = rules_for(trained.model, trained.vocabularies[0].encode_source(tokens)).max_new_tokens
    words, numbers = (*output, "<end>")[:most], batch.target_out[0].tolist()  # stopped at its limit it wrote no <end>
    sure = [float(law[number]) for law, number in zip(laws, numbers)]
    stages = tuple(
        Stage(
            (*words[: at + 1], *[""] * (len(words) - at - 1)), (*sure[: at + 1], *[0.0] * (len(words) - at - 1)),
            tuple(place == at for place in range(len(words))), (False,) * len(words),
        )
        for at in range(len(words))
    )  # fmt: skip
    return _told(trained, name, source, output, stages, laws[: len(words)])


def all_places(trained: TrainedParallel, source: str, how: AbstractAllPlaces, name: str) -> Told:
    """All places at once; the distributions told are those of the first pass, in which no place knew another.

    Raises:
        InputError: the source cannot be read; SettingError: the model has not learned what the settings ask for.
    """
    writing, texts = trained.written(source, how), trained.vocabularies[1].tokens
    stages = tuple(
        Stage(tuple(texts[number] for number in one.tokens), one.confidences, one.written, one.again)
        for one in writing.passes
    )
    output = [texts[number] for number in writing.output if number != trained.model.end]
    return _told(trained, name, source, output, stages, writing.passes[0].laws)


def costs(
    left: TrainedModel, at_once: TrainedParallel, masked: TrainedParallel, source: str, passes: int
) -> list[Cost]:
    """What outputs of several lengths cost, the same source read each time; nothing is said of how good they are.

    Args:
        at_once, masked: decoded in one pass and in so many; a length they have no places for is left out.
    """
    numbers = left.vocabularies[0].encode_source(left.read(source))
    stepped = fast(left.model, only="")
    found = []
    for length in LENGTHS:
        search = GreedySearch(min_length=length - 1, max_length=length)
        rules = rules_for(left.model, [0] * length, keep_pruned=0)
        found.append(_cost(tr("left to right"), length, length, partial(decode, search, stepped, [numbers], [rules])))
        for name, trained, how in (
            (tr("all at once"), at_once, AtOnce(length="oracle")),
            (tr("mask-predict, {passes} passes", passes=passes), masked, MaskPredict(passes=passes, length="oracle")),
        ):
            if length <= trained.model.longest:
                own = trained.vocabularies[0].encode_source(trained.read(source))
                calls = write(how, trained.model, [own], [length])[0].calls
                found.append(_cost(name, length, calls, partial(write, how, trained.model, [own], [length])))
    return found


def _cost(name: str, length: int, calls: int, work: Callable[[], object]) -> Cost:
    return Cost(name, length, calls, fastest(work))


def fastest(work: Callable[[], object]) -> float:
    """Milliseconds of the fastest of a few times: whatever else the machine does only adds."""
    times = []
    for _ in range(_TIMES):
        began = perf_counter()
        work()
        times.append(1000 * (perf_counter() - began))
    return min(times)


def _told(
    trained: AbstractTrained,
    name: str,
    source: str,
    output: Sequence[str],
    stages: tuple[Stage, ...],
    laws: np.ndarray,
) -> Told:
    task, tokens, texts = trained.config.task, tuple(trained.read(source)), trained.writing(source).tokens
    reference = task.reference(tokens)
    right = None if reference is None else task.right(Example(tokens, reference), output)
    tops = tuple(
        tuple((texts[token], float(law[token])) for token in np.argsort(-law, kind="stable")[:_TOP]) for law in laws
    )
    mixtures = mixed(task, tokens, output) if isinstance(task, Phrases) else ()
    return Told(name, task.join_target(output), right, stages, tops, mixtures)


def mixed(task: Phrases, source: Sequence[str], output: Sequence[str]) -> tuple[str, ...]:
    """The phrases of an output that are mixtures, each with what it is mixed from.

    >>> mixed(Phrases(), ["thanks"], ["vielen", "danke", "Dank"])
    ('thanks: “vielen danke Dank” is neither “vielen herzlichen Dank” nor “ich danke dir”',)
    """
    found = []
    for at, english in enumerate(source):
        piece = output[WORDS_OF_A_PHRASE * at : WORDS_OF_A_PHRASE * (at + 1)]
        if english in task.phrases and task.mixture(english, piece):
            one, other = (" ".join(phrase) for phrase in task.phrases[english])
            found.append(
                tr(
                    "{english}: “{piece}” is neither “{one}” nor “{other}”",
                    english=english,
                    piece=" ".join(piece),
                    one=one,
                    other=other,
                )
            )
    return tuple(found)
