"""A model from elsewhere as the pages, notebooks and the command line take it: stepped, recorded, edited like one's own.

What such a model must be is small (docs/models-from-elsewhere.md): a step model with taps where its attention flows
(core/step_model.py, core/recording/tap.py), and a task that says how it reads and writes (core/tasks/adapted.py).
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from core.data.batch import Batch, pad, pad_sources
from core.decoding.batched import decode
from core.decoding.frontier import Rules
from core.decoding.search import AbstractSearch
from core.errors import DataError, InputError
from core.language import tr
from core.recording.matrix import AttentionMatrix
from core.recording.recorded import Recorded
from core.recording.recorder import Recorder
from core.runs.examples import Examples
from core.runs.reader import AbstractTrained
from core.runs.stepwise import GREEDY, AbstractStepwise
from core.step_model import StepModel
from core.tasks.adapted import AbstractAdapted
from core.tasks.task import Split, held_out
from core.training.events import Evaluated

LONGEST_OUTPUT = 200  # tokens; a search of a model that never ends must end


@dataclass(frozen=True)
class Place:
    """Where a model from elsewhere lies.

    Attributes:
        path: its folder; name: what it is called; address: what finds it again; read_only: nothing is written there.
    """

    path: Path
    name: str
    address: str
    read_only: bool = True


@dataclass(frozen=True)
class Architecture:
    """What a model's own files say of how it is built.

    Attributes:
        settings: by the names that they use.
    """

    settings: dict[str, Any] = field(default_factory=dict, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """The settings."""
        return self.settings


@dataclass(frozen=True)
class Facts:
    """What is known of a model from elsewhere.

    Attributes:
        task: what it reads and writes; model: how it is built; notes: what whoever opened it should know.
        seed: it was trained with one that nobody knows here.
    """

    task: AbstractAdapted
    model: Architecture
    notes: tuple[str, ...] = ()
    seed: None = None


@dataclass(frozen=True, eq=False)
class AdaptedModel(AbstractStepwise):
    """A model from elsewhere that writes a token after the other.

    Attributes:
        run: where it lies; config: what it reads and writes; step: 0, nobody knows it.
        model: a step model with taps, in evaluation, without gradients; `longest` says how many tokens it can write, and
            `longest_source` how many it can read.
        examples: sources to begin with.
    """

    run: Place
    config: Facts
    step: int
    model: nn.Module = field(repr=False)
    examples: Examples = field(repr=False)

    @property
    def stepped(self) -> StepModel:
        """The model with every step's cross-attention recorded."""
        return Recorded(self.model, "*cross*")

    def read(self, source: str) -> list[str]:
        """Source text to tokens.

        Raises:
            InputError: as of a run's, or longer than the encoder can read.
        """
        tokens = super().read(source)
        length, longest = len(self.columns_of(tokens)), self.model.longest_source
        if length > longest:
            raise InputError(
                tr(
                    "the source has {length:,} tokens; this model reads at most {longest:,}: shorten it",
                    length=length,
                    longest=longest,
                )
            )
        return tokens

    def columns_of(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """What the encoder sees of source tokens."""
        return self.config.task.around(tokens)

    def columns(self, source: str) -> tuple[str, ...]:
        """What the encoder sees of a source."""
        return self.columns_of(self.read(source))

    def item(self, source: str, keep_pruned: int = 5) -> tuple[list[int], Rules]:
        """A source as a search wants it; outputs are at most twice as long and ten tokens more."""
        numbers = self.vocabularies[0].encode_source(self.read(source))
        most = min(2 * len(numbers) + 10, self.model.longest, LONGEST_OUTPUT)
        item = zlib.crc32(",".join(map(str, numbers)).encode())
        return numbers, Rules(self.model.end, self.model.never_generated, most, len(numbers), keep_pruned, item)

    def matrices(
        self, source: str, target: str | None = None, only: str = "*", level: str = "weights"
    ) -> list[AttentionMatrix]:
        """Every attention matrix for a source and a target, in one pass under the target."""
        numbers, rules = self.item(source, 0)
        if target is None:
            written = decode(GREEDY, self.model, [numbers], [rules])[0].best.written(self.model.end)
        else:
            written = self.vocabularies[1].encode(self.read_target(target, source))
        fed, valid = pad([[self.model.begin, *written]])
        with torch.no_grad(), Recorder(self.model, only, level) as recorder:
            self.model(Batch(*pad_sources([numbers]), fed, fed, valid))
        if recorder.truncated:
            raise InputError(
                tr("the attention of this source and target needs more memory than is kept for it; shorten them")
            )
        keys, rows = self.columns(source), tuple(self.vocabularies[1].decode(fed[0].tolist()))
        led = self.vocabularies[1].decode(getattr(self.model, "led_in", ()))
        return recorder.matrices(
            {"encoder self": keys, "decoder self": rows, "decoder cross": rows},
            {"encoder self": keys, "decoder self": (*led, *rows), "decoder cross": keys},
        )

    def evaluate(self, split: Split = "test", search: AbstractSearch = GREEDY, *, n: int = 500) -> Evaluated:
        """Nothing is known to be right.

        Raises:
            DataError: always.
        """
        held_out(self.config.task, split, n)
        raise DataError(tr("{address} cannot be scored here: no right answers are known", address=self.run.address))


@dataclass(frozen=True, eq=False)
class AdaptedReader(AbstractTrained):
    """A model from elsewhere that only reads: its self-attention is to be seen, and it writes nothing here.

    Attributes:
        run: where it lies; config: what it reads; step: 0, nobody knows it.
        model: called with the numbers of a text; `longest_source` says how many it can read.
        examples: texts to begin with.
    """

    run: Place
    config: Facts
    step: int
    model: nn.Module = field(repr=False)
    examples: Examples = field(repr=False)

    def matrices(
        self, source: str, target: str | None = None, only: str = "*", level: str = "weights"
    ) -> list[AttentionMatrix]:
        """Every attention matrix for a text.

        Args:
            target: read behind the source, as one text with it; only, level: as of `AbstractStepwise.matrices`.

        Raises:
            InputError: the text cannot be read.
        """
        tokens = self.read(source + target if target else source)
        numbers, labels = self.vocabularies[0].encode_source(tokens), self.config.task.around(tokens)
        if len(numbers) > self.model.longest_source:
            raise InputError(
                tr(
                    "the text has {count:,} tokens; this model reads at most {longest_source:,}: shorten it",
                    count=len(numbers),
                    longest_source=self.model.longest_source,
                )
            )
        with Recorder(self.model, only, level) as recorder:
            self.model(numbers)
        if recorder.truncated:
            raise InputError(tr("the attention of this text needs more memory than is kept for it; shorten it"))
        sides = dict.fromkeys(("encoder self", "decoder self"), labels)
        return recorder.matrices(sides, sides)
