"""English words to German ones, of which several are right: where the most probable output is not the best one."""

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
from core.tasks.task import AbstractTask, Split

# no word stands twice: what an output means can be told from its words alone
_LEXICON = {
    "dog": "Hund Köter Kläffer Wauwau Vierbeiner",
    "eats": "isst speist futtert mampft verzehrt",
    "big": "groß riesig gewaltig mächtig enorm",
    "house": "Haus Heim Gebäude Bau Domizil",
    "says": "sagt spricht redet meint äußert",
    "money": "Geld Kohle Knete Zaster Moneten",
    "fast": "schnell rasch flink zügig hurtig",
    "horse": "Pferd Ross Gaul Mähre Zossen",
    "looks": "schaut blickt guckt sieht späht",
    "small": "klein winzig gering zierlich schmächtig",
    "child": "Kind Knirps Sprössling Gör Dreikäsehoch",
    "walks": "geht läuft schreitet wandert spaziert",
    "clever": "klug schlau gescheit pfiffig gewitzt",
    "food": "Essen Speise Nahrung Kost Verpflegung",
    "happy": "froh heiter fröhlich vergnügt glücklich",
    "beautiful": "schön hübsch reizend prächtig anmutig",
}
_WORDINGS = {english: tuple(german.split()) for english, german in _LEXICON.items()}


@dataclass(frozen=True)
class Synonyms(AbstractTask):
    """English words in, one German word for each out, in order; each of several synonyms is right and equally frequent.

    With three synonyms each, a source of n words has 3ⁿ right targets: probability is shared among them, and the
    log-probability of each is −n·log 3. A share `empty` of the training targets is empty, as where an annotator has left
    a line out: the empty output has the log-probability log `empty`, however long the source. With 2 % it beats every
    right output from four words on, and a search good enough to find it gives it: a wider beam is worse. How wide it must
    be depends on the first word, since the end ranks behind all its synonyms; with `fewest` below `synonyms` words differ
    in how many they have (the first `fewest`, the next one more, and again from `fewest` after `synonyms`).

    Exact match and BLEU against the one target that happened to be drawn mean little here (with three synonyms, a perfect
    translator is always right and matches once in 3ⁿ): `right` is what counts, and BLEU of the `meaning`. Each target
    word belongs to the source word at its place.

    Settings: `words`, `synonyms`, `fewest`, `empty`, `shortest`, `longest`. Held out: sources; their targets are never
    empty.

    Sources: the search errors and empty translations of Stahlberg & Byrne 2019, arXiv:1908.10090; why uncertain targets
    bring them about: Ott et al. 2018, arXiv:1803.00047.

    >>> task = Synonyms()
    >>> task.join_target(task.reference(task.tokenize("big dog eats")))
    'groß Hund isst'
    >>> example = Example(("big", "dog", "eats"), ("groß", "Hund", "isst"))
    >>> task.right(example, ("riesig", "Köter", "isst")), task.right(example, ("riesig", "Köter"))
    (True, False)
    """

    name: ClassVar[str] = "synonyms"
    summary: ClassVar[str] = "English words to German ones, of which several are right"
    known_alignment: ClassVar[bool] = True

    words: int = setting(8, low=4, high=len(_LEXICON), help="English words; more take longer to learn")
    synonyms: int = setting(3, low=1, high=5, help="most right German words of one; more spread probability thinner")
    fewest: int = setting(
        3, low=1, high=5, help="right German words of those that have fewest; the others up to synonyms"
    )
    empty: float = setting(
        0.02, low=0.0, high=0.5, step=0.01, help="share of training targets left empty; 0: no curse of wide beams"
    )
    shortest: int = setting(6, low=1, high=30, help="words in the shortest source")
    longest: int = setting(10, low=1, high=30, help="words in the longest source")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.fewest > self.synonyms:
            raise SettingError(
                tr(
                    "fewest={fewest} is more than synonyms={synonyms}; lower fewest or raise synonyms",
                    fewest=self.fewest,
                    synonyms=self.synonyms,
                )
            )
        if self.shortest > self.longest:
            raise SettingError(
                tr(
                    "shortest={shortest} is more than longest={longest}; lower shortest or raise longest",
                    shortest=self.shortest,
                    longest=self.longest,
                )
            )

    def sample(self, rng: Random) -> Example:
        """Words drawn evenly, and for each an evenly drawn synonym."""
        source = tuple(rng.choices(list(self._wordings), k=rng.randint(self.shortest, self.longest)))
        target = tuple(rng.choice(self._wordings[word]) for word in source)
        return Example(source, target, tuple((place, place) for place in range(len(source))))

    def draw(self, split: Split, rng: Random) -> Example:
        """One example of a split; some targets of the training split are left empty."""
        example = super().draw(split, rng)
        neglected = split == "train" and rng.random() < self.empty
        return Example(example.source, (), ()) if neglected else example

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The English words, and all their synonyms."""
        return Vocabulary.of(self._wordings), Vocabulary.of(self._meanings)

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
        """One of the right answers: the first synonym of each word."""
        if any(word not in self._wordings for word in source):
            return None
        return tuple(self._wordings[word][0] for word in source)

    def meaning(self, target: Sequence[str]) -> tuple[str, ...]:
        """The first synonym in place of each."""
        return tuple(self._meanings.get(word, word) for word in target)

    @cached_property
    def _wordings(self) -> dict[str, tuple[str, ...]]:
        """The right German words of each English one."""
        counts = range(self.fewest, self.synonyms + 1)
        return {
            english: _WORDINGS[english][: counts[place % len(counts)]]
            for place, english in enumerate(list(_WORDINGS)[: self.words])
        }

    @cached_property
    def _meanings(self) -> dict[str, str]:
        """The first synonym of every German word in use."""
        return {word: right[0] for right in self._wordings.values() for word in right}
