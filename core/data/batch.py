"""Examples and batches: what a task yields and what a model is fed.

A source is followed by <end>; a target is fed as <begin> y₁ … yₙ and asked for y₁ … yₙ <end>. Pads are at the right
and every tensor of a batch comes with a `valid` mask (True = real).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch

from core.data.copying import Copyable
from core.data.recording import Heard
from core.data.vocabulary import PAD, Vocabulary
from core.shapes import Frames, Source, Tokens, Valid


@dataclass(frozen=True)
class Example:
    """One pair of token sequences.

    Attributes:
        source, target: tokens, without specials; those of a source may be heard (core/data/recording.py).
        alignment: pairs (target position, source position) that belong together, or None where nobody knows.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    alignment: tuple[tuple[int, int], ...] | None = None


class Batch(NamedTuple):
    """Padded examples.

    Attributes:
        source: numbers of the source tokens and <end>, or what is heard in them; `source_valid` is True where they are real.
        target_in: <begin> and the target; target_out: the target and <end>; `target_valid` for both. Beside a source that may
            be copied they hold its numbers past the vocabulary too.
        added: the tokens that each source adds to the target vocabulary, in the order of their numbers; () where nothing is copied.
    """

    source: Source
    source_valid: Valid
    target_in: Tokens
    target_out: Tokens
    target_valid: Valid
    added: tuple[tuple[str, ...], ...] = ()

    @property
    def target_tokens(self) -> int:
        """Number of real target tokens, <end> counted."""
        return int(self.target_valid.sum())

    def on(self, device: torch.device) -> "Batch":
        """The same batch on a device."""
        return Batch(*(one.to(device) for one in self[:-1]), self.added)


def pad(sequences: Sequence[Sequence[int]]) -> tuple[Tokens, Valid]:
    """Stack sequences of numbers, pads at the right."""
    longest = max((len(sequence) for sequence in sequences), default=0)
    tokens = torch.tensor(
        [list(sequence) + [PAD] * (longest - len(sequence)) for sequence in sequences], dtype=torch.long
    )
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    tokens = tokens.reshape(len(sequences), longest)
    return tokens, torch.arange(longest)[None, :] < lengths[:, None]


def pad_sources(sources: Sequence[Sequence[int]]) -> tuple[Source, Valid]:
    """Stack encoded sources, pads at the right: numbers, those they are copied under, or what is heard.

    Silence is not padding, zeros behind <end> are.
    """
    tokens, valid = pad(sources)
    copied = [source.copied for source in sources if isinstance(source, Copyable)]
    if copied and len(copied) == len(sources):
        return torch.stack([tokens, pad(copied)[0]], dim=-1), valid
    heard = [source.frames for source in sources if isinstance(source, Heard)]
    if not heard or len(heard) < len(sources):
        return tokens, valid
    frames: Frames = torch.nn.utils.rnn.pad_sequence(heard, batch_first=True)
    return frames, valid


def collate(examples: Sequence[Example], source: Vocabulary, target: Vocabulary) -> Batch:
    """Encode examples with the vocabularies of their two sides and stack them."""
    sources = [source.encode_source(example.source) for example in examples]
    targets = [
        read.encode(target, example.target) if isinstance(read, Copyable) else target.encode(example.target)
        for example, read in zip(examples, sources)
    ]
    target_in, target_valid = pad([[target.begin, *numbers] for numbers in targets])
    target_out, _ = pad([[*numbers, target.end] for numbers in targets])
    added = tuple(tuple(read.added) for read in sources if isinstance(read, Copyable))
    return Batch(*pad_sources(sources), target_in, target_out, target_valid, added)
