"""Whether what was sent writes what is written here: greedy outputs of the same sources, token for token."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.adapters.sending.parcel import Trained
from core.adapters.sending.target import AbstractOpened, Numbers
from core.adapters.sending.weights import ROWS
from core.data.vocabulary import END, UNK
from core.errors import AttentionLabError, InputError
from core.tasks.task import held_out
from core.training.evaluation import free_run, rules_for

_TOGETHER = 64  # sources that are decoded as one batch


@dataclass(frozen=True)
class Difference:
    """A source, and what was written for it here and there, as tokens."""

    source: str
    here: tuple[str, ...]
    there: tuple[str, ...]


@dataclass(frozen=True)
class Agreement:
    """What a comparison found.

    Attributes:
        checked: sources that were decoded by both; same: those with the same output.
        read_alike: those whose text is the same numbers here and there; None where nothing there reads text.
        first: the first whose output differs.
    """

    checked: int
    same: int
    read_alike: int | None
    first: Difference | None

    @property
    def ok(self) -> bool:
        """Whether there is no difference."""
        return self.checked == self.same and self.read_alike in (None, self.checked)


def held_out_texts(trained: Trained, count: int, longest: int = ROWS) -> list[str]:
    """Sources of the test split as a person would type them, up to `count`; those that the run carries where its data are not
    here. A source of which the model knows no token, or with more than `longest` tokens, is left out.
    """
    task = trained.config.task
    try:
        examples = held_out(task, "test", count)
    except AttentionLabError:
        examples = list(trained.examples.test)[:count]
    return [text for example in examples if _is_read(trained, text := task.join(example.source), longest)]


def compare(trained: Trained, opened: AbstractOpened, texts: Sequence[str]) -> Agreement:
    """Decode sources here and there, each to this project's limit for it."""
    vocabularies, tokens = trained.vocabularies, opened.parcel.tokens
    sources = [trained.read(text) for text in texts]
    numbers = _numbered(tokens, sources)
    read = opened.read(texts)
    rules = [rules_for(trained.model, vocabularies[0].encode_source(source)) for source in sources]
    limits = [min(one.max_new_tokens, opened.parcel.longest) for one in rules]
    here = [output[:limit] for output, limit in zip(free_run(trained.model, sources, vocabularies), limits)]
    there = _outputs(opened, numbers if read is None else read, limits)
    written = [tuple(tokens[number] for number in output) for output in there]
    parted = [at for at, output in enumerate(here) if tuple(output) != written[at]]
    first = Difference(texts[parted[0]], tuple(here[parted[0]]), written[parted[0]]) if parted else None
    alike = None if read is None else sum(one == other for one, other in zip(numbers, read))
    return Agreement(len(texts), len(texts) - len(parted), alike, first)


def _is_read(trained: Trained, text: str, longest: int) -> bool:
    try:
        return len(trained.read(text)) < longest  # <end> follows
    except InputError:
        return False


def _numbered(tokens: Sequence[str], sources: Sequence[Sequence[str]]) -> list[Numbers]:
    own = {token: number for number, token in enumerate(tokens)}
    return [[*(own.get(token, UNK) for token in source), END] for source in sources]


def _outputs(opened: AbstractOpened, sources: Sequence[Numbers], limits: Sequence[int]) -> list[Numbers]:
    """Like lengths together: few pads."""
    order = sorted(range(len(sources)), key=lambda at: len(sources[at]))
    found: dict[int, Numbers] = {}
    for first in range(0, len(order), _TOGETHER):
        places = order[first : first + _TOGETHER]
        outputs = opened.greedy([sources[at] for at in places], max(limits[at] for at in places))
        found |= {at: output[: limits[at]] for at, output in zip(places, outputs)}
    return [found[at] for at in range(len(sources))]
