"""A question and a context to an answer: the lecture's "everything is question answering", in the small."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.data.batch import Example
from core.data.question_answers import context_of, read_questions
from core.errors import SettingError
from core.language import tr
from core.settings import setting
from core.tasks.unseen import AbstractUnseen, Lot, filled, matched

_KINDS = {  # a fact, and the question that its gap {n} answers
    "{n} has the {it} .": "who has the {it} ?",
    "the {it} is in {n} .": "where is the {it} ?",
    "the {it} costs {n} crowns .": "how much is the {it} ?",
}
_FIGURED = "the {it} costs {n} crowns ."
_THINGS = ("ball", "boat", "book", "clock", "drum", "kite", "lamp", "piano", "ring", "violin")
_SPOKEN = (*(f"{fact} {question}" for fact, question in _KINDS.items()), *_THINGS)


@dataclass(frozen=True)
class QuestionAnswering(AbstractUnseen):
    """A question and a few facts in, the name or figure that answers it out.

    The question comes first, then the context. Facts differ in kind and in the thing they are about; several share one of
    the two, so both must be matched. The answer is a word of the context that nobody has seen: to find it is to point at it.

    Or a person's own questions (`path`, in the forms of core/data/question_answers.py): question | context in, the answer out.

    Settings: `fewest`, `most` facts, `known`; with `path`: `tokens`, `vocabulary_size`, `longest`, `pairs`. Held out: names and
    figures; of a person's own questions the contexts, with all questions about them.

    Source: one sequence-to-sequence model for questions of every kind: McCann et al. 2018, arXiv:1806.08730.

    >>> task = QuestionAnswering()
    >>> text = "Who has the lamp? The lamp is in Torvik. Ylva has the lamp. Oskar has the kite."
    >>> task.join_target(task.reference(task.tokenize(text)))
    'ylva'
    """

    name: ClassVar[str] = "qa"
    summary: ClassVar[str] = "A question and a context with unseen names to the answer; or your own questions"
    brings: ClassVar[str] = "Your own questions: JSON in SQuAD's form, or rows with question, context and answer"
    read = staticmethod(read_questions)
    held_by = staticmethod(context_of)

    fewest: int = setting(2, low=1, high=8, help="facts in the shortest context")
    most: int = setting(4, low=1, high=8, help="facts in the longest context")

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
        """Those of contexts and questions; an answer has no words but its own."""
        return tuple(sentence.replace("{it}", "ball") for sentence in _SPOKEN), ()

    def write(self, lot: Lot) -> Example:
        """Facts about things, and a question that one of them answers."""
        rng = lot.rng
        pairs = [(fact, thing) for fact in _KINDS for thing in rng.sample(_THINGS, 3)]
        told = {
            pair: lot.figure() if pair[0] == _FIGURED else lot.name()
            for pair in rng.sample(pairs, rng.randint(self.fewest, self.most))
        }
        asked = rng.choice(list(told))
        source = filled(_KINDS[asked[0]], {"it": asked[1]})
        for (fact, thing), value in told.items():
            source += filled(fact, {"it": thing, "n": value})
        return Example(tuple(source), (told[asked],))

    def answer(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The answer that the first fact gives which fits the question."""
        if "?" not in source:
            return None
        cut = list(source).index("?") + 1
        asked = [(fact, gaps["it"]) for fact, question in _KINDS.items() if (gaps := matched(question, source[:cut]))]
        for fact, thing in asked:
            size = len(fact.split())
            for at in range(cut, len(source) - size + 1):
                gaps = matched(fact, source[at : at + size])
                if gaps and gaps["it"] == thing:
                    return (gaps["n"],)
        return None
