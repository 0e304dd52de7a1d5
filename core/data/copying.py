"""Sources whose tokens may be copied: numbers past the target vocabulary for the tokens that it does not hold.

A model that copies can write more than its vocabulary. Of one source, the tokens that the target vocabulary lacks get the
numbers from its size on, in the order in which they first stand there: the extended vocabulary of that source (See et al.
2017, section 2.2, arXiv:1704.04368). A number past the vocabulary means something beside its source only; whoever turns
numbers into text asks `writing`, whoever embeds them reads <unk>.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.data.recording import SegmentVocabulary
from core.data.vocabulary import END, UNK, Vocabulary
from core.errors import SettingError
from core.language import tr


class Copyable(list[int]):
    """The numbers of a source as a model reads them, <end> included; whoever counts or compares sources may do so.

    Attributes:
        copied: for each of them the number under which it is written; <end> is written as <end>.
        added: the numbers that this source adds to the target vocabulary.
    """

    def __init__(self, numbers: Iterable[int], copied: list[int], added: dict[str, int]) -> None:
        super().__init__(numbers)
        self.copied, self.added = copied, added

    def encode(self, target: Vocabulary, tokens: Iterable[str]) -> list[int]:
        """Numbers of target tokens beside this source: <unk> is only what neither knows."""
        return [target.numbers.get(token, self.added.get(token, UNK)) for token in tokens]


_NOTHING = Vocabulary.of(())


@dataclass(frozen=True)
class CopyableVocabulary(Vocabulary):
    """A source vocabulary that knows under which numbers its tokens are written.

    Attributes:
        target: the vocabulary of the other side.

    >>> source, target = copyable((Vocabulary.of(["my", "name", "is"]), Vocabulary.of(["hello"])))
    >>> source.encode_source(["my", "name", "is", "Mira"]).copied
    [7, 8, 9, 10, 2]
    >>> source.writing(["my", "name", "is", "Mira"], target).decode([6, 10])
    ['hello', 'Mira']
    """

    target: Vocabulary = _NOTHING

    def encode_source(self, tokens: Sequence[str]) -> Copyable:
        """Numbers and <end>, and what is written for each."""
        own, added = self.target.numbers, self._added(tokens)
        copied = [own.get(token, added.get(token, UNK)) for token in tokens]
        return Copyable(super().encode_source(tokens), [*copied, END], added)

    def writing(self, source: Sequence[str], target: Vocabulary) -> Vocabulary:
        """The target vocabulary and what this source adds to it."""
        added = tuple(self._added(source))
        return Vocabulary(target.tokens + added, target.shared_boundary) if added else target

    def _added(self, tokens: Sequence[str]) -> dict[str, int]:
        return {token: len(self.target) + at for at, token in enumerate(self.target.unknown(tokens))}


def copyable(vocabularies: tuple[Vocabulary, Vocabulary]) -> tuple[Vocabulary, Vocabulary]:
    """The two vocabularies of a task for a model that copies.

    Raises:
        SettingError: the source is heard, not read.
    """
    source, target = vocabularies
    if isinstance(source, SegmentVocabulary):
        raise SettingError(
            tr(
                "a source that is heard has no token that could be copied: choose copy=none, or a task whose source is text"
            )
        )
    return CopyableVocabulary(source.tokens, source.shared_boundary, target=target), target
