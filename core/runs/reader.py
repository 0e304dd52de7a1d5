"""What every trained model can do with text, whichever way it writes: read a source, read a target, write tokens as text."""

import hashlib
from abc import ABC
from collections.abc import Sequence
from functools import cached_property

from core.data.vocabulary import Vocabulary
from core.errors import InputError
from core.language import tr
from core.models.parallel_decoder import ParallelTransformer
from core.models.seq2seq import Seq2Seq
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.folder import RunFolder

LONGEST_TEXT = 2000  # characters of a source that a person may type; models here are trained on far shorter ones


class AbstractTrained(ABC):
    """A model with its vocabularies, its task's way of reading text, and where it came from.

    Attributes:
        run: the folder; config: how it was trained; step: of the checkpoint.
        model: in evaluation, without gradients.
        examples: what the run carries to show.
    """

    run: RunFolder
    config: ExperimentConfig
    step: int
    model: Seq2Seq | ParallelTransformer
    examples: Examples

    @property
    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Source and target vocabulary."""
        return self.config.task.vocabularies

    def writing(self, source: str) -> Vocabulary:
        """What can be written beside a source, as numbers and as text: the target vocabulary, and what is copied from it."""
        own, target = self.vocabularies
        return own.writing(self.config.task.tokenize(source), target) if self.config.task.copied else target

    def read(self, source: str) -> list[str]:
        """Source text to tokens.

        Raises:
            InputError: empty, far too long, or not one token that the model knows.
        """
        if not source.strip():
            raise InputError(tr("the source is empty; type a text, for example: ") + self.example_text())
        if len(source) > LONGEST_TEXT:
            raise InputError(
                tr(
                    "the source has {count:,} characters; at most {longest_text:,} can be read: shorten it",
                    count=len(source),
                    longest_text=LONGEST_TEXT,
                )
            )
        tokens = self.config.task.tokenize(source)
        unknown = self.vocabularies[0].unknown(tokens)
        if tokens and len(unknown) == len(set(tokens)):
            raise InputError(
                tr(
                    "the model has never seen any token of this source ({list}); try: {example_text}",
                    list=" ".join(unknown[:8]),
                    example_text=self.example_text(),
                )
            )
        if not tokens:
            raise InputError(tr("nothing in this source is a token; try: ") + self.example_text())
        return tokens

    def columns(self, source: str) -> tuple[str, ...]:
        """What the encoder sees of a source, as it stands above the columns of cross-attention."""
        return (*self.read(source), "<end>")

    def unknown(self, source: str) -> list[str]:
        """Tokens of a source that the model has never seen; it reads them as <unk>."""
        return self.vocabularies[0].unknown(self.config.task.tokenize(source))

    def example_text(self) -> str:
        """A source that works."""
        return self.config.task.join(self.examples.probe.source)

    def reference(self, source: str) -> tuple[str, ...] | None:
        """The right output, where the task's rule or the run's examples tell."""
        tokens = tuple(self.config.task.tokenize(source))
        for example in (self.examples.probe, *self.examples.test):
            if example.source == tokens:
                return example.target
        return self.config.task.reference(tokens)

    def token(self, text: str, source: str = "") -> int:
        """The number of one target token a person typed; beside a source that is copied from, one of its own too.

        Raises:
            InputError: not exactly one token, or one the model does not know.
        """
        own = self.writing(source).numbers
        tokens = (
            [text] if text in own else [text.strip()] if text.strip() in own else self.config.task.tokenize_target(text)
        )
        if len(tokens) != 1:
            raise InputError(
                tr("{text_!r} is {count} tokens of this model; type exactly one", text_=text[:40], count=len(tokens))
            )
        if tokens[0] not in own:
            raise InputError(
                tr("{tokens!r} is no token of this model; it writes, for example: ", tokens=tokens[0][:40])
                + " ".join(self.vocabularies[1].tokens[6:30])
            )
        return own[tokens[0]]

    def read_target(self, target: str, source: str) -> list[str]:
        """Target text to tokens, beside its source.

        Raises:
            InputError: far too long, or a token that the model cannot write.
        """
        if len(target) > LONGEST_TEXT:
            raise InputError(
                tr(
                    "the target has {count:,} characters; at most {longest_text:,} can be read: shorten it",
                    count=len(target),
                    longest_text=LONGEST_TEXT,
                )
            )
        tokens = self.config.task.tokenize_target(target)
        unknown = self.writing(source).unknown(tokens)
        if unknown:
            raise InputError(
                tr("the model cannot write {list}; it writes, for example: ", list=" ".join(unknown[:8]))
                + " ".join(self.vocabularies[1].tokens[6:30])
            )
        return tokens

    def text(self, numbers: Sequence[int], source: str) -> str:
        """Target numbers to text, beside their source; <end> is left out."""
        return self.config.task.join_target(self.writing(source).decode(n for n in numbers if n != self.model.end))

    @cached_property
    def model_hash(self) -> str:
        """Fingerprint of the weights."""
        return digest(b"".join(tensor.numpy().tobytes() for tensor in self.model.state_dict().values()))


def digest(content: bytes) -> str:
    """A short fingerprint."""
    return hashlib.sha256(content).hexdigest()[:16]
