"""Speech synthesis: a text in, how it sounds out; from a person's own recordings, or from texts that espeak-ng speaks."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar

from core.data.audio import read_wav
from core.data.espeak import VOICES, Utterance, speak, syllables
from core.data.named_file import beside, named_file
from core.data.parallel_text import clean, decode, read_bytes, split_lines
from core.data.spoken_text import SpokenText, characters
from core.data.transcripts import read_transcripts
from core.errors import DataError, SettingError
from core.language import tr
from core.settings import Settings, setting

READINGS = ("character", "pinyin")
_HELD_OUT = 20  # of so many recordings one is held out, at least one
_INITIAL = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(.+)")
_WORDS = {
    "mandarin": ["发财", "你好", "中国", "老师", "学生", "朋友", "今天", "明天", "苹果", "飞机", "喝茶", "电话"],
    "english": [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "hello",
        "world",
        "good",
        "morning",
        "attention",
    ],
}
_IN_A_ROW = 4  # words of a built-in text, at most


@dataclass(frozen=True)
class Synthesis(Settings):
    """A text in, its spectrum out.

    It is no AbstractTask: what is learned has frames of numbers for targets, which no vocabulary holds and no search
    decodes. Held out is one recording in twenty, at least one: a recording by its name, what espeak-ng says by its text.

    Settings: `folder` and `table` for recordings of one's own (core/data/transcripts.py); without a folder espeak-ng speaks
    `texts`, or built-in words, in `language`. All of it needs the extra `speech`.

    >>> Synthesis(tokens="pinyin").tokenize("发财"), Synthesis(language="english").tokenize("Oh no")
    (['f', 'a1', 'c', 'ai2'], ['o', 'h', ' ', 'n', 'o'])
    """

    name: ClassVar[str] = "tts"
    summary: ClassVar[str] = "text to speech: your own WAV files and a table of what is said, or what espeak-ng says"

    folder: str = setting("", help="folder of your own WAV files; empty: espeak-ng speaks")
    table: str = setting("metadata.csv", help="name and text of every recording: tabs, commas or | between them")
    language: str = setting("mandarin", choices=tuple(VOICES), help="that espeak-ng speaks; without a folder only")
    texts: str = setting("", help="file of texts for espeak-ng, one a line; empty: built-in words, drawn by chance")
    utterances: int = setting(128, low=2, high=5000, step=64, help="built-in texts that are drawn")
    tokens: str = setting("character", choices=READINGS, help="what is read: characters, or Mandarin as pinyin")
    longest: int = setting(10, low=1, high=30, help="seconds; longer recordings are left out")
    most: int = setting(500, low=2, high=5000, step=100, help="recordings read of a larger table, from its beginning")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.tokens == "pinyin" and self.language != "mandarin":
            raise SettingError(tr("tokens=pinyin reads Mandarin only: choose tokens=character, or language=mandarin"))

    def tokenize(self, text: str) -> list[str]:
        """A text as it is read: characters in small letters, or each syllable's initial, and final with its tone.

        Raises:
            DataError: pinyin of what is not Mandarin.
        """
        if self.tokens == "character":
            return characters(clean(text).lower())
        parts = (_INITIAL.fullmatch(one) for one in syllables(text))
        return [part for one in parts if one for part in one.groups() if part]

    @cached_property
    def corpus(self) -> tuple[SpokenText, SpokenText]:
        """What is learned from, and what is held out, read with the tokens and on the scale of the former.

        Raises:
            DataError: a file or table that cannot be used, or too little to learn from; MissingExtra: `speech` is not
                installed.
        """
        named = self._recorded() if self.folder else self._spoken()
        keys = sorted({name for name, _ in named}, key=_lot)
        if len(keys) < 2:
            raise DataError(
                tr(
                    "{count} recording to learn from, and one must be held out; give at least two different ones",
                    count=len(keys),
                )
            )
        held = set(keys[: max(1, len(keys) // _HELD_OUT)])
        learned = SpokenText(tuple(one for name, one in named if name not in held), self.tokenize)
        return learned, learned.beside([one for name, one in named if name in held])

    def _recorded(self) -> list[tuple[str, Utterance]]:
        found = []
        folder = named_file(self.folder)
        for one in read_transcripts(folder, beside(folder, self.table))[: self.most]:
            sound = read_wav(one.path)
            if len(sound.samples) <= self.longest * sound.rate:
                found.append((one.name, Utterance(one.text, sound, ())))
        if not found:
            raise DataError(
                tr(
                    "every recording of {table} is longer than {longest} s; raise longest",
                    table=self.table,
                    longest=self.longest,
                )
            )
        return found

    def _spoken(self) -> list[tuple[str, Utterance]]:
        said = speak(self._texts(), self.language)
        found = [(one.text, one) for one in said if one.sound.seconds <= self.longest]
        if not found:
            raise DataError(tr("every text takes longer than {longest} s to say; raise longest", longest=self.longest))
        return found

    def _texts(self) -> list[str]:
        if self.texts:
            path = named_file(self.texts)
            text, _ = decode(read_bytes(path), path.name)
            lines = [clean(line) for line in split_lines(text)]
            found = list(dict.fromkeys(line for line in lines if line))[: self.most]
            if not found:
                raise DataError(tr("{name} has no text; write one a line", name=path.name))
            return found
        chance, between = Random("tts"), "" if self.language == "mandarin" else " "
        words = _WORDS[self.language]
        return [between.join(chance.choices(words, k=chance.randint(1, _IN_A_ROW))) for _ in range(self.utterances)]


def _lot(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
