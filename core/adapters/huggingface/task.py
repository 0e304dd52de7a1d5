"""Text as a model of a folder reads and writes it, by its own tokenizer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.adapters.huggingface.reading import Pieces, PieceVocabulary
from core.adapters.huggingface.seq2seq import Prompt
from core.data.vocabulary import Vocabulary
from core.tasks.adapted import AbstractAdapted


@dataclass(frozen=True)
class PieceTask(AbstractAdapted):
    """Sub-words in, sub-words out.

    Attributes:
        pieces: how text is cut; prompt: how the decoder begins and ends.
    """

    pieces: Pieces = field(kw_only=True, repr=False)
    prompt: Prompt = field(kw_only=True)

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """One for both sides, as such models have it."""
        before, after = self.pieces.around()
        unknown = self.pieces.tokenizer.unk_token_id
        shared = PieceVocabulary(
            self.pieces.shown, before=before, after=after, start=self.prompt.fed[-1], stop=self.prompt.end,
            never=self.prompt.never, unknown_number=self.prompt.end if unknown is None else int(unknown),
        )  # fmt: skip
        return shared, shared

    def around(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Source tokens with the marks that the tokenizer puts around a source."""
        source = self.vocabularies[0]
        assert isinstance(source, PieceVocabulary)
        return source.around(tokens)

    def tokenize(self, text: str) -> list[str]:
        """Source text to pieces."""
        return self.pieces.cut(text)

    def tokenize_target(self, text: str) -> list[str]:
        """Target text to pieces."""
        return self.pieces.cut(text, target=True)

    def join(self, tokens: Sequence[str]) -> str:
        """Pieces to text."""
        return self.pieces.text(self.vocabularies[0].encode(tokens))

    def join_target(self, tokens: Sequence[str]) -> str:
        """Pieces to text."""
        return self.pieces.text(self.vocabularies[1].encode(tokens))
