"""One wrong word in the prefix: what several models write behind it, and what they would have written without it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from core.data.batch import Example, collate
from core.data.vocabulary import SPECIALS, Vocabulary
from core.errors import InputError, RunError
from core.language import tr
from core.metrics.exposure import aftermath
from core.models.seq2seq import Seq2Seq
from core.runs.trained import TrainedModel
from core.seeds import Seeds
from core.training.exposing import another, behind, injured, recovery, written

Models = Mapping[str, Seq2Seq]
Vocabularies = tuple[Vocabulary, Vocabulary]


@dataclass(frozen=True)
class Continued:
    """What one model writes behind the place of the wrong word, to the last place of the right target, <end> counted.

    Attributes:
        hurt: behind the wrong word; whole: behind the right one in its place.
    """

    hurt: tuple[str, ...]
    whole: tuple[str, ...]


@dataclass(frozen=True)
class Aftermath:
    """Share right at each distance behind a place, over many items, from 1 on.

    Attributes:
        hurt: behind a wrong word; whole: behind the right one.
    """

    hurt: tuple[float, ...]
    whole: tuple[float, ...]


def writable(vocabulary: Vocabulary) -> range:
    """Numbers of the tokens that may be a wrong word: all but the specials."""
    return range(len(SPECIALS), len(vocabulary))


def continued(
    models: Models, vocabularies: Vocabularies, example: Example, place: int, word: str
) -> dict[str, Continued]:
    """Put a word into the right prefix of an example, and let each model write on.

    Args:
        place: of the target, counted from 0; word: any token of the target's vocabulary.

    Raises:
        InputError: there is no such place or word.
    """
    own = vocabularies[1]
    if not 0 <= place < len(example.target):
        raise InputError(
            tr(
                "place {place} is not in this target of {count} tokens: choose one that is",
                place=place + 1,
                count=len(example.target),
            )
        )
    if own.unknown([word]):
        raise InputError(
            tr(
                "{word!r} is no token of this task; it has, for example: {list}",
                word=word[:40],
                list=" ".join(own.tokens[len(SPECIALS) :][:24]),
            )
        )
    batch = collate([example], *vocabularies)
    hurt = injured(batch, place, torch.tensor(own.encode([word])))
    given, after = behind(batch, place + 1), slice(place + 1, None)
    return {
        name: Continued(*(_texts(own, written(model, one, given)[0, after].tolist()) for one in (hurt, batch)))
        for name, model in models.items()
    }


def aftermaths(
    models: Models, vocabularies: Vocabularies, examples: Sequence[Example], place: int, seeds: Seeds
) -> dict[str, Aftermath]:
    """The same over many examples, each with a wrong word of its own at this place; examples that end before it are left out.

    Args:
        seeds: where the wrong words come from, the same for every model.

    Raises:
        InputError: no example reaches the place.
    """
    long = [one for one in examples if len(one.target) > place]
    if not long:
        raise InputError(tr("no held-out target has a place {place}: choose an earlier one", place=place + 1))
    batch = collate(long, *vocabularies)
    found = {}
    for name, model in models.items():
        wrong = another(batch, place, writable(vocabularies[1]), seeds)
        hurt, whole, valid = recovery(model, batch, place, wrong)
        found[name] = Aftermath(*(aftermath(right, valid, valid.shape[1]) for right in (hurt, whole)))
    return found


def comparable(one: TrainedModel, other: TrainedModel) -> None:
    """Let pass two runs that can be shown the same wrong word.

    Raises:
        RunError: they differ in more than how they were trained.
    """
    if one.config.task != other.config.task or one.vocabularies != other.vocabularies:
        raise RunError(
            tr(
                "{address} and {address2} were trained on different tasks or settings of a task: choose two runs "
                "of the same",
                address=one.run.address,
                address2=other.run.address,
            )
        )


def _texts(vocabulary: Vocabulary, numbers: Sequence[int]) -> tuple[str, ...]:
    return tuple(vocabulary.tokens[number] for number in numbers)
