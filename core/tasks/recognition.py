"""Speech recognition from a person's own recordings: what is heard in, what is said out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from core.data.audio import FRAMES_A_SECOND, LogMel, read_wav
from core.data.batch import Example
from core.data.named_file import beside, named_file, reachable
from core.data.parallel_text import clean
from core.data.recording import SegmentVocabulary, packed, recording_of, relative, segments, unpacked
from core.data.tokenization import TOKENIZERS, AbstractTokenizer, tokenizer_of, vocabulary_of
from core.data.transcripts import Transcript, read_transcripts
from core.data.vocabulary import Vocabulary
from core.errors import DataError, SettingError
from core.language import tr
from core.settings import setting
from core.tasks.task import AbstractTask, held_out, split_of

_CARRIED = 24  # held-out recordings of a split that a run carries, so that it opens where the folder is not


@dataclass(frozen=True)
class Recognition(AbstractTask):
    """A recording in, its transcript out, in small letters: the sound does not tell capitals.

    The source text is the name of a recording, as the table has it, or the path of a WAV file. Its tokens are segments of
    `reduction` frames of 10 ms; how they are heard is said in core/data/recording.py.

    Settings: `folder`, `table`, `target_tokens`, `vocabulary_size`, `longest`, `most`, `reduction`. Held out: recordings, by
    their names; the same words may be said in several.

    Source: the folder and its table (core/data/transcripts.py). Features need no extra; reading WAV files needs `speech`.

    >>> Recognition(reduction=3)
    Traceback (most recent call last):
    ...
    core.errors.SettingError: reduction=3 is no power of two, and each layer of the pyramid halves time: choose 1, 2, 4 or 8
    """

    name: ClassVar[str] = "asr"
    summary: ClassVar[str] = "speech recognition: your own WAV files and a table of what is said"
    running_text: ClassVar[bool] = True
    transcribes: ClassVar[bool] = True
    hears: ClassVar[bool] = True

    folder: str = setting("", help="folder of WAV files, of any rate; they are converted to 16 kHz, one channel")
    table: str = setting("metadata.csv", help="name and text of every recording: tabs, commas or | between them")
    target_tokens: str = setting("character", choices=tuple(TOKENIZERS), help="what a transcript is cut into")
    vocabulary_size: int = setting(4000, low=20, high=50_000, step=500, help="tokens; rarer ones become <unk>")
    longest: int = setting(10, low=1, high=60, help="seconds; longer recordings are left out")
    most: int = setting(2000, low=10, high=20_000, help="recordings read of a larger table, from its beginning")
    reduction: int = setting(4, low=1, high=8, help="frames of 10 ms that the listener makes one state of: 1, 2, 4, 8")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.reduction.bit_count() != 1:
            raise SettingError(tr(
                "reduction={reduction} is no power of two, and each layer of the pyramid halves time: choose 1, 2, 4 or 8",
                reduction=self.reduction))  # fmt: skip

    @cached_property
    def transcripts(self) -> tuple[Transcript, ...]:
        """The rows of the table, at most `most`.

        Raises:
            SettingError: no folder is given; DataError: the folder or the table cannot be used.
        """
        if not self.folder:
            raise SettingError(
                tr("folder is empty: give a folder of WAV files with a table of names and texts (task.folder=…)")
            )
        folder = named_file(self.folder)
        return read_transcripts(folder, beside(folder, self.table))[: self.most]

    @cached_property
    def features(self) -> dict[str, LogMel]:
        """What is heard in each recording that is short enough, by name.

        Raises:
            DataError: a file cannot be read, or all are too long; MissingExtra: soundfile is not installed.
        """
        read = {one.name: relative(read_wav(one.path)) for one in self.transcripts}
        found = {name: one for name, one in read.items() if len(one) <= self.longest * FRAMES_A_SECOND}
        if not found:
            raise DataError(tr(
                "every recording of {table} is longer than {longest} s; raise longest", table=self.table,
                longest=self.longest))  # fmt: skip
        return found

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the table: what was left out."""
        left = len(self.transcripts) - len(self.features)
        return (tr("{left:,} of {count:,} recordings are longer than {longest} s and were left out", left=left, count=len(self.transcripts), longest=self.longest),) if left else ()  # fmt: skip

    @cached_property
    def cutter(self) -> AbstractTokenizer:
        """The tokenizer of transcripts, learned from the training split."""
        return TOKENIZERS[self.target_tokens].learn(self._training_texts, self.vocabulary_size)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """All recordings that are short enough, of all splits."""
        return tuple(
            Example(segments(self.features[one.name], one.name, self.reduction), tuple(self.tokenize_target(one.text)))
            for one in self.transcripts
            if one.name in self.features
        )

    @cached_property
    def carried(self) -> dict[str, LogMel]:
        """Held-out recordings that a run takes with it, by name."""
        kept: dict[str, LogMel] = {}
        for split in ("validation", "test"):
            for example in held_out(self, split, _CARRIED):
                kept[self.join(example.source)] = self.features[self.join(example.source)]
        return kept

    def sample(self, rng: Random) -> Example:
        """One recording, each as likely as another."""
        return rng.choice(self.examples)

    def held_out_by(self, example: Example) -> Sequence[str]:
        """The name of the recording."""
        return [self.join(example.source)]

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Segments, and the frequent tokens of the training transcripts."""
        target = vocabulary_of(self.cutter, self._training_texts, self.vocabulary_size)
        return SegmentVocabulary.reducing(self.reduction), target

    def tokenize(self, text: str) -> list[str]:
        """The segments of a recording, by its name or the path of a WAV file; none where there is no such recording.

        Raises:
            DataError: the WAV file is not there, cannot be used, or is longer than `longest`.
        """
        name = text.strip()
        features = self._heard(name)
        return [] if features is None else list(segments(features, name, self.reduction))

    def tokenize_target(self, text: str) -> list[str]:
        """As transcripts were cut."""
        return self.cutter.tokenize(clean(text).lower())

    def join(self, tokens: Sequence[str]) -> str:
        """The name of the recording."""
        return recording_of(tokens) or ""

    def join_target(self, tokens: Sequence[str]) -> str:
        """Tokens as text."""
        return self.cutter.join(tokens)

    def tokenizers(self) -> dict[str, Any]:
        """The tokenizer of transcripts, and what is heard in held-out recordings, ready for JSON."""
        return {"target": self.cutter.to_dict(), "recordings": packed(self.carried)}

    def restored(self, vocabularies: tuple[Vocabulary, Vocabulary], tokenizers: Mapping[str, Any]) -> AbstractTask:
        """This task as a run folder kept it; its folder need not be there."""
        if not isinstance(vocabularies[0], SegmentVocabulary):
            vocabularies = SegmentVocabulary.reducing(self.reduction), vocabularies[1]
        twin = super().restored(vocabularies, tokenizers)
        try:
            twin.__dict__["cutter"] = tokenizer_of(tokenizers["target"])
            twin.__dict__["carried"] = unpacked(dict(tokenizers["recordings"]))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(tr("the tokenizer or the recordings of this run are missing; train it again")) from error
        return twin

    def path_of(self, text: str) -> Path | None:
        """The WAV file that a source names; None where the run carries only what is heard in it, or there is none.

        Raises:
            DataError: it may not be named by whoever asks.
        """
        name = text.strip()
        if name not in self._paths and not name.lower().endswith(".wav"):
            return None
        known = self._paths.get(name)  # of whoever opened it first: a published run is one for the whole class
        path = named_file(name) if known is None else reachable(known)
        return path if path.suffix.lower() == ".wav" else None

    def _heard(self, name: str) -> LogMel | None:
        if name in self.__dict__.get("carried", {}):
            return self.carried[name]
        if name in self.__dict__.get("features", {}):
            return self.features[name]
        path = self.path_of(name)
        if path is None:
            return None
        features = relative(read_wav(path))
        if len(features) > self.longest * FRAMES_A_SECOND:
            raise DataError(tr(
                "{name} lasts {count:,.1f} s, and this model learned from recordings of at most "
                "{longest} s: cut it into shorter ones, or train with a larger task.longest", name=path.name,
                count=len(features) / FRAMES_A_SECOND, longest=self.longest))  # fmt: skip
        return features

    @cached_property
    def _paths(self) -> dict[str, Path]:
        """Recordings of the table by name, where the folder is here."""
        try:
            here = bool(self.folder) and named_file(self.folder).is_dir()
        except DataError:  # a run that was made elsewhere: its folder may not be named here
            here = False
        if not here:
            return {}
        return {one.name: one.path for one in self.transcripts}

    @cached_property
    def _training_texts(self) -> tuple[str, ...]:
        texts = tuple(clean(one.text).lower() for one in self.transcripts if split_of([one.name]) == "train")
        if not texts:
            raise DataError(tr(
                "{table} has too few recordings to train on ({count}); add more rows", table=self.table,
                count=len(self.transcripts)))  # fmt: skip
        return texts
