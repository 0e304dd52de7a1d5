"""Speech in a language that is hardly written to text in another one, in the small: frames of sound to Chinese characters."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from random import Random
from typing import ClassVar, NamedTuple

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.language import tr
from core.settings import setting
from core.tasks.task import AbstractTask

# Taiwanese Hokkien as it sounds (Tâi-lô without tones) and the Mandarin for it
_WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    "subject": (("gua", "我"), ("li", "你"), ("i", "他"), ("lan", "咱"), ("guan", "我們"), ("in", "他們")),
    "verb": (("tsiah", "吃"), ("lim", "喝"), ("khuann", "看"), ("be", "買"), ("giah", "拿"), ("tshue", "找")),
    "object": (("png", "飯"), ("te", "茶"), ("tsheh", "書"), ("tsui", "水"), ("hi", "魚"), ("hue", "花")),
    "adverb": (("kinajit", "今天"), ("binatsai", "明天"), ("tsahng", "昨天"), ("tianntiann", "常常")),
}
_SAID = ("subject", "verb", "object", "adverb")
_WRITTEN = ("subject", "adverb", "verb", "object")
_LASTS = 3  # frames of a phone at most
HEARD, WRITTEN = ("frames", "phones"), ("characters", "phones")


class Sentence(NamedTuple):
    """A word for each part of speech, in the order in which they are said; each is its sound and its characters."""

    subject: tuple[str, str]
    verb: tuple[str, str]
    object: tuple[str, str]
    adverb: tuple[str, str]


@dataclass(frozen=True)
class Hokkien(AbstractTask):
    """Frames in, Chinese characters out, in another order: nobody has to write down what was said.

    A sentence has a subject, a verb, an object and an adverb, said in this order and written with the adverb second; the order
    of what is said is made up, so that attention has to cross. A word is its phones (letters of its Tâi-lô, without tones),
    and a phone lasts one to three frames. With probability `noise` a frame is any phone instead. Each character belongs to
    the first frame of its word.

    `source` and `target` make the two halves of a cascade of it: a recognizer from frames to phones, and a translator from
    phones to characters.

    Settings: `source`, `target`, `noise`. Held out: sentences, so that no combination of words of the test was ever heard.

    Source: Lee 2021, Transformer: Taiwanese speech to Mandarin text, trained on pairs alone.

    >>> task = Hokkien(source="phones")
    >>> example = task.sample(Random(1))
    >>> task.join(example.source), task.join_target(example.target)
    ('ligiahpngtsahng', '你昨天拿飯')
    """

    name: ClassVar[str] = "hokkien"
    summary: ClassVar[str] = (
        "noisy frames of spoken Hokkien to Mandarin characters, in another order: no text in between"
    )
    known_alignment: ClassVar[bool] = True

    source: str = setting(
        "frames", choices=HEARD, help="what is read: frames with noise, or the phones that were meant"
    )
    target: str = setting(
        "characters", choices=WRITTEN, help="what is written: Mandarin, or the phones that were meant"
    )
    noise: float = setting(0.15, low=0.0, high=0.9, step=0.05, help="probability that a frame is any phone instead")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.source == self.target:
            raise SettingError(
                tr("source and target are both phones, which is copying: choose source=frames or target=characters")
            )

    def sample(self, rng: Random) -> Example:
        """A sentence, each as likely as another, and how it sounded this time."""
        return self.spoken(Sentence(*(rng.choice(_WORDS[part]) for part in _SAID)), rng)

    def spoken(self, sentence: Sentence, rng: Random) -> Example:
        """The example of a sentence; chance lengthens and disturbs its frames."""
        source: list[str] = []
        begins: dict[str, list[int]] = {}
        for part in _SAID:
            begins[part] = []
            for phone in getattr(sentence, part)[0]:
                begins[part].append(len(source))
                source += self._sounded(phone, rng)
        written = _SAID if self.target == "phones" else _WRITTEN
        target = [(sign, part, at) for part in written for at, sign in enumerate(self._said(sentence, part))]
        links = tuple(
            (place, begins[part][at if self.target == "phones" else 0]) for place, (_, part, at) in enumerate(target)
        )
        return Example(tuple(source), tuple(sign for sign, _, _ in target), links)

    def held_out_by(self, example: Example) -> Sequence[str]:
        """The sentence, however it sounded and whatever is asked for: its characters."""
        target = "".join(example.target)
        return tuple(_sentences().get(target, target))

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Phones, and characters or phones."""
        return Vocabulary.of(_PHONES), Vocabulary.of(_PHONES if self.target == "phones" else _CHARACTERS)

    def tokenize(self, text: str) -> list[str]:
        """A token a frame or phone; spaces and capitals do not matter."""
        return list("".join(text.split()).lower())

    def tokenize_target(self, text: str) -> list[str]:
        """As the source."""
        return self.tokenize(text)

    def join(self, tokens: Sequence[str]) -> str:
        """Frames side by side."""
        return "".join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """As the source."""
        return self.join(tokens)

    def _sounded(self, phone: str, rng: Random) -> list[str]:
        if self.source == "phones":
            return [phone]
        return [rng.choice(_PHONES) if rng.random() < self.noise else phone for _ in range(rng.randint(1, _LASTS))]

    def _said(self, sentence: Sentence, part: str) -> str:
        sound, characters = getattr(sentence, part)
        return sound if self.target == "phones" else characters


def meant(target: Sequence[str]) -> tuple[str, ...]:
    """The phones of a sentence that is given by its characters; as it is given where there is no such sentence.

    >>> "".join(meant("你昨天拿飯"))
    'ligiahpngtsahng'
    """
    found = {characters: phones for phones, characters in _sentences().items()}
    return tuple(found.get("".join(target), target))


@cache
def _sentences() -> dict[str, str]:
    """Of every sentence its phones, and its characters."""
    every = [Sentence(*words) for words in product(*(_WORDS[part] for part in _SAID))]
    return {
        "".join(getattr(one, part)[0] for part in _SAID): "".join(getattr(one, part)[1] for part in _WRITTEN)
        for one in every
    }


_PHONES = "".join(sorted({phone for words in _WORDS.values() for sound, _ in words for phone in sound}))
_CHARACTERS = "".join(sorted({sign for words in _WORDS.values() for _, signs in words for sign in signs}))
