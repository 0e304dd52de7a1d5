"""The ladder of repeats: a pair of syllables said once, twice, three and four times, as no training utterance does.

Source: Lee 2021, Transformer: a speech synthesizer says 发财 four times in a row well, and once badly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from core.decoding.search import AbstractSearch
from core.errors import InputError
from core.language import tr
from core.models.seq2seq import Seq2Seq
from core.tasks.speech_like import SpeechLike
from core.training.evaluation import GREEDY, free_run

TIMES = (1, 2, 3, 4)
Pair = tuple[str, str]


@dataclass(frozen=True)
class Rung:
    """What a model makes of pairs that are said so often.

    Attributes:
        times: how often each pair is said; pairs: how many were tried.
        exact: share of the outputs that are right from the first frame to the last, in 0…1.
        onsets: syllables begun over syllables asked for: 1 is right, above it the model babbles, below it swallows.
    """

    times: int
    pairs: int
    exact: float
    onsets: float


def pairs_of(task: SpeechLike) -> list[Pair]:
    """Every ordered pair of different syllables."""
    return list(permutations(task.known, 2))


def repeat_ladder(
    model: Seq2Seq,
    task: SpeechLike,
    pairs: Sequence[Pair],
    *,
    times: Sequence[int] = TIMES,
    search: AbstractSearch = GREEDY,
) -> list[Rung]:
    """Let a model say pairs again and again, running free; the model is left in evaluation mode.

    Args:
        model: trained on the task; pairs: of `pairs_of`; times: how often, one rung each.

    Raises:
        InputError: no pair, or a syllable that the task does not know.
    """
    unknown = sorted({syllable for pair in pairs for syllable in pair} - set(task.known))
    if unknown or not pairs:
        raise InputError(
            tr(
                "no syllables {unknown} in this task; choose pairs of: {known}",
                unknown=", ".join(unknown),
                known=", ".join(task.known),
            )
            if unknown
            else tr("a ladder needs one pair of syllables at least, for instance fa cai")
        )
    return [_rung(model, task, pairs, count, search) for count in times]


def _rung(model: Seq2Seq, task: SpeechLike, pairs: Sequence[Pair], times: int, search: AbstractSearch) -> Rung:
    asked = [task.spoken(pair * times) for pair in pairs]
    outputs = free_run(model, [one.source for one in asked], task.vocabularies, search)
    right = sum(tuple(output) == one.target for output, one in zip(outputs, asked))
    begun = sum(task.onsets(output) for output in outputs)
    return Rung(times, len(asked), right / len(asked), begun / sum(len(one.source) for one in asked))
