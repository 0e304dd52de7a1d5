"""English words to German phrases of three words, two of which are right: where a word must know which its neighbours are."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.language import tr
from core.settings import setting
from core.tasks.task import AbstractTask

# the two phrases of a word differ at every place, and no mixture of them is a phrase (tests/tasks/test_phrases.py)
_LEXICON = {
    "thanks": ("vielen herzlichen Dank", "ich danke dir"),
    "hello": ("guten Tag zusammen", "hallo ihr alle"),
    "goodbye": ("auf ein Wiedersehen", "bis bald dann"),
    "please": ("sei so gut", "ich bitte dich"),
    "sorry": ("tut mir leid", "ich bedauere das"),
    "always": ("zu jeder Zeit", "immer und ewig"),
    "never": ("zu keiner Stunde", "nie im Leben"),
    "perhaps": ("kann gut sein", "unter Umständen schon"),
    "everywhere": ("an jedem Ort", "weit und breit"),
    "gladly": ("mit großer Freude", "von Herzen gern"),
    "suddenly": ("auf einen Schlag", "ganz ohne Vorwarnung"),
    "quickly": ("in aller Eile", "schnell wie möglich"),
}
WORDS_OF_A_PHRASE = 3


@dataclass(frozen=True)
class Phrases(AbstractTask):
    """English words in, for each a German phrase of three words out, in order; of two phrases each is right and as frequent.

    A model that writes a word after the other has chosen a phrase with its first word. One that writes all places at once
    sees two equally good words at every place and cannot agree with itself: it mixes, which is what Gu et al. call
    multi-modality (their example is "Danke schön" and "Vielen Dank"). Where each of several right words stands alone, as
    in `synonyms`, there is nothing to agree on.

    Settings: `words`, `shortest`, `longest`. Held out: sources.

    Source: Gu et al. 2018, section 2.3, arXiv:1711.02281.

    >>> task = Phrases()
    >>> task.join_target(task.reference(task.tokenize("thanks never")))
    'vielen herzlichen Dank zu keiner Stunde'
    >>> example = Example(("thanks",), ("ich", "danke", "dir"))
    >>> task.right(example, "vielen herzlichen Dank".split()), task.right(example, "vielen danke dir".split())
    (True, False)
    """

    name: ClassVar[str] = "phrases"
    summary: ClassVar[str] = "English words to German phrases of three words, two of which are right"
    known_alignment: ClassVar[bool] = True

    words: int = setting(8, low=2, high=len(_LEXICON), help="English words; more take longer to learn")
    shortest: int = setting(2, low=1, high=10, help="words in the shortest source")
    longest: int = setting(4, low=1, high=10, help="words in the longest source")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shortest > self.longest:
            raise SettingError(
                tr(
                    "shortest={shortest} is more than longest={longest}; lower shortest or raise longest",
                    shortest=self.shortest,
                    longest=self.longest,
                )
            )

    def sample(self, rng: Random) -> Example:
        """Words drawn evenly, and for each an evenly drawn phrase."""
        source = tuple(rng.choices(list(self.phrases), k=rng.randint(self.shortest, self.longest)))
        target = tuple(word for english in source for word in rng.choice(self.phrases[english]))
        links = tuple((place, place // WORDS_OF_A_PHRASE) for place in range(len(target)))
        return Example(source, target, links)

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The English words, and all words of their phrases."""
        return Vocabulary.of(self.phrases), Vocabulary.of(word for phrase in self._meanings for word in phrase)

    def tokenize(self, text: str) -> list[str]:
        """One token a word; capitals do not matter."""
        return unicodedata.normalize("NFC", text).lower().split()

    def tokenize_target(self, text: str) -> list[str]:
        """One token a word; German nouns have capitals."""
        return unicodedata.normalize("NFC", text).split()

    def join(self, tokens: Sequence[str]) -> str:
        """Words with spaces between."""
        return " ".join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """As the source."""
        return self.join(tokens)

    def reference(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """One of the right answers: the first phrase of each word."""
        if any(word not in self.phrases for word in source):
            return None
        return tuple(word for english in source for word in self.phrases[english][0])

    def meaning(self, target: Sequence[str]) -> tuple[str, ...]:
        """The English word in place of each phrase; what is no phrase stays as it is."""
        pieces = [tuple(target[at : at + WORDS_OF_A_PHRASE]) for at in range(0, len(target), WORDS_OF_A_PHRASE)]
        return tuple(self._meanings.get(piece, " ".join(piece)) for piece in pieces)

    def mixture(self, english: str, piece: Sequence[str]) -> bool:
        """Whether each word of a piece stands at its place in one of the two phrases of a word, and all of them in neither.

        >>> Phrases().mixture("thanks", ["vielen", "danke", "Dank"]), Phrases().mixture("thanks", ["ich", "danke", "dir"])
        (True, False)
        """
        both = self.phrases[english]
        each = len(piece) == WORDS_OF_A_PHRASE and all(word in at for word, at in zip(piece, zip(*both)))
        return each and tuple(piece) not in both

    @cached_property
    def phrases(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """The right phrases of each English word."""
        return {
            english: tuple(tuple(phrase.split()) for phrase in _LEXICON[english])
            for english in list(_LEXICON)[: self.words]
        }

    @cached_property
    def _meanings(self) -> dict[tuple[str, ...], str]:
        """The English word of every phrase."""
        return {phrase: english for english, both in self.phrases.items() for phrase in both}
