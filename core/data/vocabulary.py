"""A vocabulary: tokens and their numbers; the one home of the special symbols.

The first six numbers are always <pad> <begin> <end> <unk> <mask> <sep>. With `shared_boundary` the symbol that begins
a target is the one that ends it, as the lecture allows: `begin` and `end` are then the same number. With `distinct` a
sequence is a set: no search writes a token twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.errors import DataError
from core.language import tr

SPECIALS = ("<pad>", "<begin>", "<end>", "<unk>", "<mask>", "<sep>")
PAD, BEGIN, END, UNK, MASK, SEP = range(len(SPECIALS))


@dataclass(frozen=True)
class Vocabulary:
    """The tokens a model knows, specials first.

    >>> letters = Vocabulary.of("ba")
    >>> letters.encode(["a", "b", "z"])
    [6, 7, 3]
    >>> letters.decode([6, 7, 2])
    ['a', 'b', '<end>']
    """

    tokens: tuple[str, ...]
    shared_boundary: bool = False
    distinct: bool = False

    def __post_init__(self) -> None:
        if self.tokens[: len(SPECIALS)] != SPECIALS:
            raise DataError(
                tr(
                    "a vocabulary begins with {specials}; this one with {list}",
                    specials=" ".join(SPECIALS),
                    list=" ".join(self.tokens[:6]),
                )
            )
        if len(set(self.tokens)) != len(self.tokens):
            raise DataError(tr("a vocabulary holds each token once; this one repeats some"))

    @classmethod
    def of(cls, tokens: Iterable[str], *, shared_boundary: bool = False, distinct: bool = False) -> "Vocabulary":
        """The vocabulary of these tokens, sorted, specials in front."""
        return cls(SPECIALS + tuple(sorted(set(tokens) - set(SPECIALS))), shared_boundary, distinct)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Token to number."""
        return {token: number for number, token in enumerate(self.tokens)}

    @property
    def begin(self) -> int:
        """The number that a decoder is fed first."""
        return END if self.shared_boundary else BEGIN

    @property
    def end(self) -> int:
        """The number that ends a sequence."""
        return END

    @property
    def never_generated(self) -> tuple[int, ...]:
        """Numbers a decoder must not emit: all specials but <end> and <unk>."""
        return tuple(number for number in (PAD, BEGIN, MASK, SEP) if number != self.end)

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Numbers of tokens; a token never seen becomes <unk>."""
        return [self.numbers.get(token, UNK) for token in tokens]

    def encode_source(self, tokens: Sequence[str]) -> list[int]:
        """A source as a model reads it: the numbers of its tokens, and <end>."""
        return [*self.encode(tokens), END]

    def writing(self, source: Sequence[str], target: "Vocabulary") -> "Vocabulary":
        """What can be written beside a source, as numbers and as text: the target's, unless it is copied from as well."""
        return target

    def decode(self, numbers: Iterable[int]) -> list[str]:
        """Tokens of numbers."""
        return [self.tokens[number] for number in numbers]

    def unknown(self, tokens: Sequence[str]) -> list[str]:
        """Those tokens, each once and in order, that this vocabulary does not hold."""
        return [token for token in dict.fromkeys(tokens) if token not in self.numbers]

    def __len__(self) -> int:
        return len(self.tokens)
