"""Whisper: what its encoder hears of a recording, a position for every 20 ms, and its text.

The model always hears a stretch of one length (30 s), and whatever is shorter is followed by silence; that silence is part
of the source here too, since the decoder may look at it, and sometimes does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from transformers import AutoFeatureExtractor

from core.adapters.huggingface.folder import Opened, quietly
from core.adapters.huggingface.reading import Pieces, PieceVocabulary
from core.adapters.huggingface.seq2seq import AdaptedSeq2Seq, Prompt
from core.data.audio import RATE, Sound, read_wav
from core.data.named_file import named_file
from core.data.recording import Heard, Segment, SegmentVocabulary, recording_of
from core.data.vocabulary import Vocabulary
from core.errors import DataError, InputError
from core.language import tr
from core.shapes import Valid
from core.tasks.adapted import AbstractAdapted

_HALVED = 2  # frames of 10 ms for one position of the encoder
CHIRP = "chirp"  # a source without a file, to begin with


@dataclass(frozen=True)
class HeardVocabulary(SegmentVocabulary):
    """Stretches of a recording, and nothing behind them."""

    def encode_source(self, tokens: Sequence[str]) -> Heard:
        """Fingerprints with what is heard."""
        frames = np.stack([token.frames for token in tokens if isinstance(token, Segment)])
        return Heard(self.encode(tokens), torch.from_numpy(frames))


@dataclass(frozen=True)
class HeardTask(AbstractAdapted):
    """A recording in, its transcript out; the source is the path of a WAV file.

    Attributes:
        pieces: how text is cut; prompt: how the decoder begins and ends; extractor: the model's own features.
        longest: seconds that it hears.
    """

    hears: ClassVar[bool] = True

    pieces: Pieces = field(kw_only=True, repr=False)
    prompt: Prompt = field(kw_only=True)
    extractor: Any = field(kw_only=True, repr=False)

    @property
    def longest(self) -> int:
        """Seconds that the model hears."""
        return int(self.extractor.chunk_length)

    @property
    def carried(self) -> tuple[str, ...]:
        """No recording travels without its sound."""
        return ()

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Stretches of sound, and pieces."""
        target = PieceVocabulary(
            self.pieces.shown,
            start=self.prompt.fed[-1],
            stop=self.prompt.end,
            never=self.prompt.never,
            unknown_number=self.prompt.end,
        )
        return HeardVocabulary.reducing(_HALVED), target

    def around(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Seconds; nothing stands around them."""
        return tuple(str(token) for token in tokens)  # an axis needs no sound

    def path_of(self, text: str) -> Path | None:
        """The WAV file that a source names.

        Raises:
            DataError: it may not be named here.
        """
        return None if text.strip() == CHIRP else named_file(text.strip())

    def tokenize(self, text: str) -> list[str]:
        """Positions of the encoder, each named by the second at which it begins.

        Raises:
            DataError: no WAV file that can be read, or that may be named here; InputError: longer than the model hears.
        """
        path = self.path_of(text)
        sound = self._chirp if path is None else read_wav(path)
        if sound.seconds > self.longest:
            raise InputError(
                tr(
                    "{strip} lasts {seconds:,.1f} s, and this model hears {longest} s at a time: cut it",
                    strip=text.strip(),
                    seconds=sound.seconds,
                    longest=self.longest,
                )
            )
        features = self.extractor(sound.samples, sampling_rate=RATE, return_tensors="np").input_features[0]
        frames = np.ascontiguousarray(features.T.astype(np.float32)).reshape(-1, _HALVED, features.shape[0])
        return [Segment(f"{at * _HALVED / 100:.2f}", text.strip(), one) for at, one in enumerate(frames)]

    def tokenize_target(self, text: str) -> list[str]:
        """Target text to pieces."""
        return self.pieces.cut(text)

    def join(self, tokens: Sequence[str]) -> str:
        """The name of the recording."""
        return recording_of(tokens) or ""

    def join_target(self, tokens: Sequence[str]) -> str:
        """Pieces to text."""
        return self.pieces.text(self.vocabularies[1].encode(tokens))

    @cached_property
    def _chirp(self) -> Sound:
        """Half a second of a rising tone."""
        moments = np.arange(RATE // 2) / RATE
        return Sound((0.3 * np.sin(2 * np.pi * (200 + 600 * moments) * moments)).astype(np.float32))


class AdaptedWhisper(AdaptedSeq2Seq):
    """Steps a model that hears."""

    def _encode(
        self, source: Float[Tensor, "row segment slice mel"], valid: Valid
    ) -> Float[Tensor, "row segment width"]:
        """States of the recording; all of it is heard."""
        features = source.flatten(1, 2).transpose(1, 2)
        states: Tensor = self.huggingface.get_encoder()(input_features=features).last_hidden_state
        return states


def extractor_of(opened: Opened) -> Any:
    """The features of a folder's model.

    Raises:
        DataError: the folder does not say how they are made, or otherwise than its encoder wants them.
    """
    with quietly(opened.path):
        extractor = AutoFeatureExtractor.from_pretrained(opened.path, local_files_only=True, trust_remote_code=False)
    wanted = opened.model.config.num_mel_bins, opened.model.config.max_source_positions * _HALVED
    if (extractor.feature_size, extractor.nb_max_frames) != wanted:
        raise DataError(
            tr(
                "{path}: its feature extractor gives {nb_max_frames} frames of {feature_size} bands, and the "
                "encoder hears {wanted} of {wanted2}; save the model's own preprocessor_config.json into the folder",
                path=opened.path,
                nb_max_frames=extractor.nb_max_frames,
                feature_size=extractor.feature_size,
                wanted=wanted[1],
                wanted2=wanted[0],
            )
        )
    return extractor
