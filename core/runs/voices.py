"""Voices: speakers that were trained on disk, in run folders like all others, and what they say.

A voice's `vocabulary.json` has its tokens and how many frames one takes; its `examples.json` has held-out texts to try.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Float

from core.data.audio import FRAMES_A_SECOND, Sound, sound_of
from core.data.batch import pad_sources
from core.data.vocabulary import SPECIALS, Vocabulary
from core.errors import DataError, InputError, RunError
from core.language import tr
from core.metrics.doctor import TARGET, Finding, examine
from core.models.speaker import Speaker, build_speaker
from core.recording.matrix import AttentionMatrix
from core.runs import atomic, checkpoint, store
from core.runs.folder import RunFolder
from core.runs.voice_config import VoiceConfig, is_voice
from core.runs.weights import fitted
from core.training.speaker_trainer import SpeakerTrainer, matrix_of

LONGEST_TEXT = 200  # tokens of a text to say; what they learned from is far shorter
_PATIENCE = 2.5  # times as long as texts take, and one second more: then it is cut off
_SHOWN = 24


@dataclass(frozen=True, eq=False)
class Said:
    """A text as a voice said it.

    Attributes:
        tokens: as it was read; frames: the log-mel spectrum; matrix: where each step looked.
        stopped: whether the voice said itself that it was through.
        step: seconds of a row of the matrix.
    """

    tokens: tuple[str, ...]
    frames: Float[np.ndarray, "frame mel"] = field(repr=False)
    matrix: AttentionMatrix = field(repr=False)
    stopped: bool
    step: float

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return len(self.frames) / FRAMES_A_SECOND

    @property
    def sound(self) -> Sound:
        """To be heard, by Griffin–Lim.

        Raises:
            MissingExtra: librosa is not installed.
        """
        return sound_of(self.frames)

    @property
    def told(self) -> tuple[str, ...]:
        """What is wrong with it: the doctor's findings with seconds or tokens; <end> need not be looked at."""
        weights = self.matrix.weights[0]
        if not weights.any():
            return (tr("it looks at nothing"),)
        found = (one for one in examine(weights) if one.axis == TARGET or one.first < len(self.tokens))
        cut = (
            ()
            if self.stopped
            else (tr("it does not stop, and was cut off after {seconds:.1f} s", seconds=self.seconds),)
        )
        return (*map(self._told, found), *cut)

    def _told(self, one: Finding) -> str:
        if one.axis == TARGET:
            return f"{tr(one.kind)}, {one.first * self.step:.2f}–{(one.last + 1) * self.step:.2f} s"
        return tr(
            "{kind}, {list} at {first}",
            kind=tr(one.kind),
            list=" ".join(self.tokens[one.first : one.last + 1]),
            first=one.first + 1,
        )


@dataclass(frozen=True, eq=False)
class Voice:
    """A speaker with its tokens.

    Attributes:
        run: the folder; config: how it was trained; step: of the checkpoint.
        speaker: in evaluation; vocabulary: its tokens; pace: frames a token takes; texts: held-out ones.
    """

    run: RunFolder
    config: VoiceConfig
    step: int
    speaker: Speaker = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    pace: float
    texts: tuple[str, ...]

    def read(self, text: str) -> tuple[str, ...]:
        """A text to tokens.

        Raises:
            InputError: empty, too long, or with tokens that the voice never learned; DataError: not Mandarin, for pinyin.
        """
        if not text.strip():
            raise InputError(tr("the text is empty; type one, for example: {texts}", texts=self.texts[0]))
        tokens = tuple(self.config.task.tokenize(text))
        if len(tokens) > LONGEST_TEXT:
            raise InputError(
                tr(
                    "the text has {count:,} tokens; at most {longest_text} can be said: shorten it",
                    count=len(tokens),
                    longest_text=LONGEST_TEXT,
                )
            )
        if unknown := self.vocabulary.unknown(tokens):
            known = " ".join(token for token in self.vocabulary.tokens[len(SPECIALS) :] if token.strip())
            raise InputError(
                tr(
                    "{address} never learned to say {map}; it knows: {known}",
                    address=self.run.address,
                    map=" ".join(map(repr, unknown[:8])),
                    known=known[:300],
                )
            )
        return tokens

    def say(self, text: str, draw: int = 0) -> Said:
        """Say a text.

        Args:
            draw: 0 speaks without chance; else the prenet drops as in training, by this seed.

        Raises:
            InputError, DataError: as `read`; NumberError: the weights have diverged.
        """
        tokens = self.read(text)
        reduction = self.speaker.decoder.reduction
        most = int((len(tokens) * self.pace * _PATIENCE + FRAMES_A_SECOND) / reduction)
        chance = torch.Generator().manual_seed(draw) if draw else None
        said = self.speaker.speak(*pad_sources([self.vocabulary.encode_source(tokens)]), most, chance)
        steps = int(said.steps[0])
        frames = self.speaker.log_mel(said.frames[0, : steps * reduction]).numpy()
        matrix = matrix_of(said.weights[0, :, :steps], list(tokens), reduction)
        return Said(tokens, frames, matrix, bool(said.stopped[0]), reduction / FRAMES_A_SECOND)


def create_voice(name: str, config: VoiceConfig) -> RunFolder:
    """Make a voice that is ready to be trained.

    Raises:
        RunError: the name is taken or impossible; DataError: the recordings or texts cannot be used.
    """
    store.check_name(name)
    learned, held_out = config.task.corpus  # reads the data: what is wrong with it is said before a run exists
    texts = list(dict.fromkeys(one.text for one in held_out.utterances))[:_SHOWN]
    words = {"source": learned.vocabulary.tokens[len(SPECIALS) :], "target": [], "pace": learned.pace}
    run = store.create(name, config.to_dict())
    with atomic.disk_errors(tr("writing the vocabulary of {address}", address=run.address)):
        atomic.write_json(run.path / "vocabulary.json", words)
        atomic.write_json(run.path / "examples.json", {"texts": texts})
    return run


def voice_trainer(run: RunFolder, config: VoiceConfig) -> SpeakerTrainer:
    """A trainer at step 0.

    Raises:
        RunError: the texts have other tokens than when the run was made; DataError: they cannot be used.
    """
    learned, held_out = config.task.corpus
    vocabulary, _ = _words(run)
    if learned.vocabulary != vocabulary:
        raise RunError(
            tr(
                "the recordings or texts of {address} have changed since it was made: they have other tokens now; put "
                "them back, or train a new voice",
                address=run.address,
            )
        )
    speaker = build_speaker(config.model, len(vocabulary), config.seeds)
    return SpeakerTrainer(speaker, learned, held_out, config.training, config.seeds)


def load_voice(address: str, step: int | None = None) -> Voice:
    """The voice of a run: a name, or the path of a run folder.

    Args:
        step: which checkpoint; None takes the newest whole one.

    Raises:
        RunError: no such run, no voice, damaged, or not trained yet.
    """
    run = store.open_run(address)
    if not is_voice(run):
        raise RunError(
            tr("{address} is no voice: it writes tokens; train one with: attnlab train --task tts", address=run.address)
        )
    return opened_voice(run, step)


def opened_voice(run: RunFolder, step: int | None = None) -> Voice:
    """As `load_voice`, of a folder that is known to be a voice.

    Raises:
        RunError: damaged, or not trained yet.
    """
    config = VoiceConfig.from_dict(run.config())
    found = checkpoint.load(run, step)
    if found is None:
        raise RunError(
            tr("{address} has no checkpoint yet; wait for its first one, or resume its training", address=run.address)
        )
    vocabulary, pace = _words(run)
    speaker = fitted(run, found.model, lambda: build_speaker(config.model, len(vocabulary), config.seeds))
    speaker.eval().requires_grad_(False)
    data = _json(run, "examples.json")
    texts = tuple(map(str, data.get("texts") or ())) if isinstance(data, dict) else ()
    return Voice(run, config, found.step, speaker, vocabulary, pace, texts)


def _words(run: RunFolder) -> tuple[Vocabulary, float]:
    data = _json(run, "vocabulary.json")
    try:
        return Vocabulary(SPECIALS + tuple(map(str, data["source"]))), float(data["pace"])
    except (KeyError, TypeError, ValueError, DataError) as error:
        raise RunError(
            tr(
                "{path}: not the vocabulary of a voice ({error}); train it anew",
                path=run.path / "vocabulary.json",
                error=error,
            )
        ) from error


def _json(run: RunFolder, name: str) -> Any:
    return atomic.read_json(run.path / name, tr("restore it from a copy, or train the voice anew"))
