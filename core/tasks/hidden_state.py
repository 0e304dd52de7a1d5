"""A hidden state behind noisy reports: where a decoder that trusts its own last answer goes wrong and stays wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from string import ascii_lowercase
from typing import ClassVar

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.language import tr
from core.settings import setting
from core.tasks.task import AbstractTask


@dataclass(frozen=True)
class HiddenState(AbstractTask):
    """Reports of a state in, the state itself out, place by place.

    The state stays as it is with probability `stays`, and else becomes another one, all others alike. Each report is true
    with probability `true`, and else any state, the true one too. So nearly always the last answer is the next one; a decoder
    that was only ever fed right answers learns to repeat them and to doubt the source. Running free it repeats its own first
    error as faithfully.

    What the state was cannot be told from the reports for certain: token accuracy is what counts, 1 / `states` by chance.

    Settings: `states`, `stays`, `true`, `shortest`, `longest`. Held out: sources.

    >>> task = HiddenState(shortest=12, longest=12)
    >>> example = task.sample(Random(5))
    >>> task.join(example.source), task.join_target(example.target)
    ('eegggggchggd', 'eegggggggggg')
    """

    name: ClassVar[str] = "state"
    summary: ClassVar[str] = "noisy reports of a state that seldom changes to the state (exposure bias)"
    known_alignment: ClassVar[bool] = True

    states: int = setting(8, low=2, high=26, help="states there are, letters from a on")
    stays: float = setting(0.9, low=0.0, high=1.0, step=0.05, help="probability that the state does not change")
    true: float = setting(0.5, low=0.0, high=1.0, step=0.05, help="probability that a report is true, not any state")
    shortest: int = setting(30, low=1, high=60, help="reports in the shortest source")
    longest: int = setting(30, low=1, high=60, help="reports in the longest source")

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
        """A walk of the state from an even draw on, and its reports."""
        letters = self._letters
        walk = [rng.choice(letters)]
        for _ in range(rng.randint(self.shortest, self.longest) - 1):
            stays = rng.random() < self.stays
            walk.append(walk[-1] if stays else rng.choice([one for one in letters if one != walk[-1]]))
        reports = tuple(state if rng.random() < self.true else rng.choice(letters) for state in walk)
        return Example(reports, tuple(walk), tuple((place, place) for place in range(len(walk))))

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The letters, on both sides."""
        vocabulary = Vocabulary.of(self._letters)
        return vocabulary, vocabulary

    def tokenize(self, text: str) -> list[str]:
        """One token a letter; spaces and capitals do not matter."""
        return list("".join(text.split()).lower())

    def tokenize_target(self, text: str) -> list[str]:
        """As the source."""
        return self.tokenize(text)

    def join(self, tokens: Sequence[str]) -> str:
        """Letters side by side."""
        return "".join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """As the source."""
        return self.join(tokens)

    @property
    def _letters(self) -> str:
        return ascii_lowercase[: self.states]
