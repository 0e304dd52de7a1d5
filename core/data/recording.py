"""A recording as a source: segments, which are tokens that can be heard.

Frames come a hundred a second, and a model that writes a letter at a time need not look at each. `reduction` of them, one
after another, are a segment; a listener (core/models/listener.py) makes one state of each. So a recording of T frames has
⌈T / reduction⌉ segments, the last filled up with zeros, and <end> follows them as it follows every source: a segment of
zeros. As a text a segment says when it begins; what is heard goes with it.

Features are taken relative to their recording: of every band its mean is subtracted, and all is divided by one standard
deviation, so a louder voice or another microphone changes little. Zero is then the middle, not silence.
"""

import base64
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.data.audio import FRAMES_A_SECOND, MELS, LogMel, Sound, log_mel
from core.data.vocabulary import END, SPECIALS, Vocabulary
from core.errors import DataError, ShapeError
from core.language import tr

_QUIET = 1e-3  # added to the standard deviation: of a recording without any change nothing is left


class Segment(str):
    """A stretch of a recording as a token; as a text, the second at which it begins. Equal to what sounds the same then.

    Attributes:
        recording: whose it is; frames: what is heard, [frame, mel], relative to the recording.
        fingerprint: a number made from what is heard.
    """

    recording: str
    frames: Float[np.ndarray, "slice mel"]
    fingerprint: int

    def __new__(cls, text: str, recording: str, frames: Float[np.ndarray, "slice mel"]) -> "Segment":
        """A text with what is heard."""
        made = super().__new__(cls, text)
        made.recording, made.frames, made.fingerprint = recording, frames, zlib.crc32(frames.tobytes())
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return str(self), self.recording, self.frames

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Segment) or self.fingerprint != other.fingerprint:
            return False
        return str.__eq__(self, other) and np.array_equal(self.frames, other.frames)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return self.fingerprint


class Heard(list[int]):
    """The numbers of a source whose segments are heard: a fingerprint of each, and <end>.

    Whoever counts or compares sources may do so as with numbers of tokens; no table has rows of these.

    Attributes:
        frames: what is heard, <end> included.
    """

    def __init__(self, numbers: Iterable[int], frames: Float[Tensor, "segment slice mel"]) -> None:
        super().__init__(numbers)
        self.frames = frames


@dataclass(frozen=True)
class SegmentVocabulary(Vocabulary):
    """The vocabulary of recordings: it holds no token, and none is unknown to it.

    Attributes:
        reduction: frames of a segment.
    """

    reduction: int = 4

    @classmethod
    def reducing(cls, reduction: int) -> "SegmentVocabulary":
        """That of segments of so many frames."""
        return cls(SPECIALS, reduction=reduction)

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """A fingerprint of what is heard in each segment."""
        return [_heard(token).fingerprint for token in tokens]

    def encode_source(self, tokens: Sequence[str]) -> list[int]:
        """Fingerprints and <end>, with what is heard.

        Raises:
            ShapeError: a token that cannot be heard, or of another number of frames.
        """
        end = np.zeros((self.reduction, MELS), np.float32)
        frames = [*(_heard(token).frames for token in tokens), end]
        if any(one.shape != end.shape for one in frames):
            raise ShapeError(
                tr(
                    "segments of this source must have {reduction} frames of {mels} bands each",
                    reduction=self.reduction,
                    mels=MELS,
                )
            )
        return Heard([*self.encode(tokens), END], torch.from_numpy(np.stack(frames)))

    def unknown(self, tokens: Sequence[str]) -> list[str]:
        """What cannot be heard."""
        return [token for token in dict.fromkeys(tokens) if not isinstance(token, Segment)]


def relative(sound: Sound) -> LogMel:
    """Log-mel features of a sound relative to the whole of it, rounded to half precision, as runs carry them."""
    features = log_mel(sound)
    features = (features - features.mean(axis=0)) / (features.std() + _QUIET)
    return features.astype(np.float16).astype(np.float32)


def segments(features: LogMel, recording: str, reduction: int) -> tuple[str, ...]:
    """Cut features into segments, the last filled up with zeros.

    >>> segments(np.ones((5, MELS), np.float32), "a", 4)
    ('0.00 s', '0.04 s')
    """
    missing = -len(features) % reduction
    filled = np.pad(features, ((0, missing), (0, 0))).reshape(-1, reduction, MELS)
    return tuple(
        Segment(f"{at * reduction / FRAMES_A_SECOND:.2f} s", recording, frames) for at, frames in enumerate(filled)
    )


def recording_of(tokens: Sequence[str]) -> str | None:
    """The name of the recording that tokens are of; None where they are no segments.

    >>> recording_of(["a", "b"]) is None
    True
    """
    first = tokens[0] if tokens else None
    return first.recording if isinstance(first, Segment) else None


def packed(features: Mapping[str, LogMel]) -> dict[str, str]:
    """Features of recordings by name, in half precision, as text for JSON."""
    return {name: base64.b64encode(one.astype("<f2").tobytes()).decode() for name, one in features.items()}


def unpacked(data: Mapping[str, str]) -> dict[str, LogMel]:
    """What `packed` packed.

    Raises:
        DataError: it is something else.
    """
    found = {}
    for name, text in data.items():
        try:
            numbers = np.frombuffer(base64.b64decode(text, validate=True), "<f2").astype(np.float32)
            found[str(name)] = numbers.reshape(-1, MELS)
        except (ValueError, TypeError) as error:
            raise DataError(
                tr("the recording {name!r} that the run carries is damaged; restore it from a copy", name=name)
            ) from error
        if not np.isfinite(numbers).all():
            raise DataError(
                tr(
                    "the recording {name!r} that the run carries holds what is no number; restore it from a copy",
                    name=name,
                )
            )
    return found


def _heard(token: str) -> Segment:
    if not isinstance(token, Segment):
        raise ShapeError(
            tr("the token {token!r} cannot be heard; this source must be segments of a recording", token=token[:20])
        )
    return token
