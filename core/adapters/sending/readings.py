"""How a task reads text, in the words of the package tokenizers, so that others read it without this project.

A reading makes text clean as the task does and cuts it as the task does; where a task does something that cannot be said so
(it fills numbers up with zeros, say), there is none, and what is sent reads numbers only. Regular expressions are written out
where Python and Oniguruma, which tokenizers uses, mean different signs by the same letter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from core.data.tokenization import (
    ALONE,
    PIECES,
    SPACE,
    AbstractTokenizer,
    CharacterTokenizer,
    PairTokenizer,
    WordTokenizer,
)
from core.data.vocabulary import END, SPECIALS, UNK
from core.tasks.task import AbstractTask

_WHITE = r"\s\x1c-\x1f"  # what Python calls space
_LETTER = rf"[\p{{L}}\p{{N}}_&&[^{ALONE}]]"
_COMPOSED = normalizers.NFC()
# Python writes the last sigma of a word in its own way; a letter at a time would not
_SMALL = normalizers.Sequence([normalizers.Replace(Regex(r"(?<=\p{L})Σ(?!\p{L})"), "ς"), normalizers.Lowercase()])
_CLOSED_UP = normalizers.Replace(Regex(f"[{_WHITE}]+"), "")
_SPACED = normalizers.Sequence([normalizers.Replace(Regex(f"[{_WHITE}]+"), " "), normalizers.Strip()])
_READABLE = normalizers.Sequence([_COMPOSED, normalizers.Replace(Regex(r"\p{Cf}"), ""), _SPACED])
_CLEAN = normalizers.Sequence(
    [
        _COMPOSED,
        normalizers.Replace(Regex(rf"[[\p{{Cf}}\p{{Cc}}]&&[^{_WHITE}]]"), ""),
        _SPACED,
        normalizers.Replace(SPACE, "_"),
    ]
)


def _cut(pattern: str) -> Any:
    """Keep what matches, drop what lies between."""
    return pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True)


_SIGNS = pre_tokenizers.Split(Regex("(?m:.)"), behavior="isolated")
_SPACES = _cut(f"[^{_WHITE}]+")
_WORDS_AND_SIGNS = _cut(rf"[\p{{L}}\p{{N}}_]+|[^\p{{L}}\p{{N}}_{_WHITE}]")
_WORDS = _cut(rf"[{ALONE}]|{_LETTER}+(?:['’-]{_LETTER}+)*|[^\p{{L}}\p{{N}}_{_WHITE}]")


@dataclass(frozen=True, eq=False)
class Reading:
    """From text to tokens and back.

    Attributes:
        clean: what is done to the text first, in order; cut: where it is cut then.
        between: what stands between two tokens of an output; SPACE: they say it themselves.
        pairs: what cuts it further, by merges; None where tokens are words of a list.
    """

    clean: tuple[Any, ...]
    cut: Any
    between: str
    pairs: PairTokenizer | None = None

    def tokenizer(self, tokens: Sequence[str]) -> Tokenizer:
        """As a tokenizer of the package, that ends a source with <end>.

        Args:
            tokens: by their numbers.
        """
        numbers = {token: number for number, token in enumerate(tokens)}
        if self.pairs is None:
            model = models.WordLevel(numbers, unk_token=SPECIALS[UNK])
        else:
            merges = [(first, second) for first, second in self.pairs.to_dict()["merges"]]
            model = models.BPE(vocab=numbers, merges=merges, unk_token=SPECIALS[UNK], fuse_unk=False)
        made = Tokenizer(model)
        made.normalizer = normalizers.Sequence(list(self.clean))
        made.pre_tokenizer = self.cut
        made.post_processor = processors.TemplateProcessing(
            single=f"$A {SPECIALS[END]}", special_tokens=[(SPECIALS[END], END)]
        )
        made.decoder = _WRITINGS[self.between]
        return made


_WRITINGS = {
    "": decoders.Fuse(),
    " ": None,
    SPACE: decoders.Sequence([decoders.Replace(SPACE, " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)]),
}  # fmt: skip


def reading_of(task: AbstractTask) -> Reading | None:
    """How a task reads; None where it cannot be said in the package's words."""
    made = READINGS.get(task.name)
    return None if made is None else made(task)


def letters(task: AbstractTask) -> Reading:
    """Small letters side by side."""
    return Reading((_CLOSED_UP, _SMALL), _SIGNS, "")


def dates(task: AbstractTask) -> Reading:
    """Signs, spaces among them."""
    return Reading((_READABLE,), _SIGNS, "")


def numbers(task: AbstractTask) -> Reading:
    """Small letters, spaces among them, to digits."""
    return Reading((_COMPOSED, _SMALL, _SPACED), _SIGNS, "")


def pinyin(task: AbstractTask) -> Reading:
    """Characters to syllables."""
    return Reading((_COMPOSED, _CLOSED_UP), _SIGNS, " ")


def words(task: AbstractTask) -> Reading:
    """Small words between spaces."""
    return Reading((_COMPOSED, _SMALL), _SPACES, " ")


def plain(task: AbstractTask) -> Reading:
    """What stands between spaces, as it is."""
    return Reading((), _SPACES, " ")


def parse(task: Any) -> Reading:
    """Words or tags between spaces; the grammar's sentences without the signs that end a word."""
    small = (_SMALL,) if task.reads == "words" else ()
    ends = () if task.path else (normalizers.Replace(Regex(rf"[.,!?;:]+(?=[{_WHITE}]|\z)"), ""),)
    return Reading((_COMPOSED, *small, *ends), _SPACES, " ")


def unseen(task: Any) -> Reading | None:
    """Small words and signs; a person's own texts as they were cut."""
    if task.path:
        return _by(task.cutter, _CLEAN, _SMALL)
    if getattr(task, "language", "en") == "zh":
        return Reading((_COMPOSED, _SMALL, _CLOSED_UP), _SIGNS, "")
    return Reading((_COMPOSED, _SMALL), _WORDS_AND_SIGNS, " ")


def text(task: Any) -> Reading | None:
    """As a person's own pairs were cut."""
    return _by(task.cutters[0], _CLEAN)


def labels(task: Any) -> Reading | None:
    """As a person's own texts were cut, small."""
    return _by(task.cutter, _CLEAN, _SMALL)


def _by(tokenizer: AbstractTokenizer, *clean: Any) -> Reading | None:
    """What a tokenizer does behind a clean text."""
    if isinstance(tokenizer, CharacterTokenizer):
        return Reading(clean, _SIGNS, "")
    if isinstance(tokenizer, WordTokenizer):
        return Reading(clean, _WORDS, " ")
    if isinstance(tokenizer, PairTokenizer):
        mark = normalizers.Sequence([normalizers.Replace(" ", SPACE), normalizers.Prepend(SPACE)])
        return Reading((*clean, mark), pre_tokenizers.Split(Regex(PIECES), behavior="isolated"), SPACE, tokenizer)
    return None


READINGS: dict[str, Callable[[Any], Reading | None]] = {
    "reverse": letters,
    "copy": letters,
    "sort": letters,
    "state": letters,
    "hokkien": letters,
    "dates": dates,
    "numbers": numbers,
    "pinyin": pinyin,
    "synonyms": words,
    "phrases": words,
    "speech_like": words,
    "hull": plain,
    "parse": parse,
    "chat": unseen,
    "summary": unseen,
    "qa": unseen,
    "text": text,
    "labels": labels,
}
