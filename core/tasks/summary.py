"""Reports to summaries: the facts in a fixed order, with the names and figures of the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.data.batch import Example
from core.data.documents import read_documents
from core.errors import SettingError
from core.language import tr
from core.settings import setting
from core.tasks.unseen import AbstractUnseen, Lot, filled, matched

_FIRST = "the company {who} has published its report .", "{who} :"
_FACTS = {  # what a report says, what a summary makes of it, in the order of summaries
    "its head is {n} now .": "led by {n}",
    "it earned {n} crowns last year .": "{n} crowns earned",
    "it has {n} people in all its offices .": "{n} people",
    "it will open a new house in {n} .": "new house in {n}",
    "{n} of its machines were sold abroad .": "{n} machines sold",
}
_NAMED = ("its head is {n} now .", "it will open a new house in {n} .")
_ASIDES = (
    "the weather was fine on that day .",
    "nobody had expected anything else .",
    "coffee was served afterwards .",
)
_COMMA, _STOP = ",", "."


@dataclass(frozen=True)
class Summary(AbstractUnseen):
    """A report of a company in, its facts in a fixed order out: what to leave out is learned, names and figures are copied.

    A report names a company, then some facts about it in any order, among asides that are left out of the summary. Every
    figure and most names are words that the vocabularies do not hold. A summary says each fact once: a decoder that does not
    know what it has said already repeats one (`attnlab claims coverage`).

    Or a person's own texts and what is made of them (`path`, in the forms of core/data/documents.py).

    Settings: `fewest`, `most` facts, `asides`, `known`; with `path`: `tokens`, `vocabulary_size`, `longest`, `pairs`. Held out:
    names and figures; of a person's own texts the long ones, with all that is made of them.

    Source: the pointer-generator's own task, made small: See et al. 2017, arXiv:1704.04368.

    >>> task = Summary()
    >>> text = "The company Borax has published its report. It earned 4172 crowns last year. Its head is Ilun now."
    >>> task.join_target(task.reference(task.tokenize(text)))
    'borax: led by ilun, 4172 crowns earned.'
    """

    name: ClassVar[str] = "summary"
    summary: ClassVar[str] = "A report with unseen names and figures to its facts in a fixed order; or your own texts"
    brings: ClassVar[str] = "Your own texts and their summaries: JSON lines, CSV, or a table (text, tab, summary)"
    read = staticmethod(read_documents)

    fewest: int = setting(2, low=1, high=len(_FACTS), help="facts in the shortest report")
    most: int = setting(3, low=1, high=len(_FACTS), help="facts in the longest report")
    asides: int = setting(1, low=0, high=len(_ASIDES), help="most sentences of a report that no summary has")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.fewest > self.most:
            raise SettingError(
                tr(
                    "fewest={fewest} is more than most={most}; lower fewest or raise most",
                    fewest=self.fewest,
                    most=self.most,
                )
            )

    @property
    def sentences(self) -> tuple[Sequence[str], Sequence[str]]:
        """Those of reports, and those of summaries."""
        return (_FIRST[0], *_FACTS, *_ASIDES), (_FIRST[1], *_FACTS.values(), _COMMA, _STOP)

    def write(self, lot: Lot) -> Example:
        """A report and its summary."""
        rng, who = lot.rng, lot.name()
        facts = rng.sample(list(_FACTS), rng.randint(self.fewest, self.most))
        values = {fact: lot.name() if fact in _NAMED else lot.figure() for fact in facts}
        body = [filled(fact, {"n": values[fact]}) for fact in facts]
        for aside in rng.sample(_ASIDES, rng.randint(0, self.asides)):
            body.insert(rng.randint(0, len(body)), aside.split())
        source = [*filled(_FIRST[0], {"who": who}), *(token for sentence in body for token in sentence)]
        return Example(tuple(source), _summarized(who, values))

    def answer(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The summary of a report of this task, whatever its names and figures."""
        who, values = None, dict[str, str]()
        for sentence in _cut(source):
            first = matched(_FIRST[0], sentence)
            who = first["who"] if first else who
            values |= {fact: gaps["n"] for fact in _FACTS if (gaps := matched(fact, sentence))}
        return None if who is None or not values else _summarized(who, values)


def _summarized(who: str, values: dict[str, str]) -> tuple[str, ...]:
    said = [filled(_FACTS[fact], {"n": values[fact]}) for fact in _FACTS if fact in values]
    tokens = filled(_FIRST[1], {"who": who})
    for at, part in enumerate(said):
        tokens += [_COMMA, *part] if at else part
    return (*tokens, _STOP)


def _cut(tokens: Sequence[str]) -> list[list[str]]:
    """Sentences, each with its full stop."""
    found: list[list[str]] = [[]]
    for token in tokens:
        found[-1].append(token)
        if token == _STOP:
            found.append([])
    return found
