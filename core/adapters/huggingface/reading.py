"""Text of a Hugging Face model as tokens that people read, and back.

A vocabulary of the house is a list of different texts; a tokenizer has pieces as its kind writes them. Here every piece is
shown as what it stands for: `▁` where a word begins with a space (SentencePiece's `▁`, byte-level `Ġ`), `##` where it
goes on inside one (WordPiece), characters of any script as themselves, and bytes that are no whole character as `<E4>`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from transformers import PreTrainedTokenizerBase

from core.data.pieces import SPACE
from core.data.vocabulary import Vocabulary
from core.errors import DataError
from core.language import tr

_BYTE = re.compile(r"<0x([0-9A-F]{2})>")


@dataclass(frozen=True)
class PieceVocabulary(Vocabulary):
    """The pieces of a tokenizer under its own numbers.

    Attributes:
        tokens: what is shown, all different.
        before, after: numbers that stand around every source.
        start, stop: the number a decoder is fed first, and the one that ends a sequence; never: what is not generated.
        unknown_number: of what it cannot write.
    """

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    start: int = 0
    stop: int = 0
    never: tuple[int, ...] = ()
    unknown_number: int = 0

    def __post_init__(self) -> None:
        if len(set(self.tokens)) != len(self.tokens):
            raise DataError(tr("a vocabulary holds each token once; this one repeats some"))

    @property
    def begin(self) -> int:
        """The number that a decoder is fed first."""
        return self.start

    @property
    def end(self) -> int:
        """The number that ends a sequence."""
        return self.stop

    @property
    def never_generated(self) -> tuple[int, ...]:
        """Numbers that the model's own settings bar."""
        return self.never

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Numbers of tokens."""
        return [self.numbers.get(token, self.unknown_number) for token in tokens]

    def encode_source(self, tokens: Sequence[str]) -> list[int]:
        """A source as the encoder reads it."""
        return [*self.before, *self.encode(tokens), *self.after]

    def around(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """The same as text."""
        return (*self.decode(self.before), *tokens, *self.decode(self.after))


class Pieces:
    """What a tokenizer's pieces look like, and text cut into them.

    Args:
        tokenizer: the model's own.
        size: how many numbers the model knows; the tokenizer may have fewer or, padded, more.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, size: int) -> None:
        self.tokenizer, self.size = tokenizer, size

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """What is shown for every number, all different."""
        raw = [_text(piece) for piece in self.tokenizer.convert_ids_to_tokens(list(range(self.size)))]
        byte_level = _byte_level(self.tokenizer)
        pieces = [_readable(piece, byte_level) if piece else f"<{number}>" for number, piece in enumerate(raw)]
        often = Counter(pieces)
        return tuple(f"{piece}⟨{number}⟩" if often[piece] > 1 else piece for number, piece in enumerate(pieces))

    def numbers(self, text: str, *, target: bool = False) -> list[int]:
        """A text as numbers, nothing put around it."""
        given = {"text_target": text} if target else {"text": text}
        return list(self.tokenizer(**given, add_special_tokens=False)["input_ids"])

    def cut(self, text: str, *, target: bool = False) -> list[str]:
        """A text as what is shown of its pieces."""
        return [self.shown[number] for number in self.numbers(text, target=target)]

    def around(self, text: str = "a") -> tuple[tuple[int, ...], tuple[int, ...]]:
        """What the tokenizer puts before and behind a source.

        Raises:
            DataError: it changes a text when it puts something around it.
        """
        bare, full = self.numbers(text), list(self.tokenizer(text)["input_ids"])
        for at in range(len(full) - len(bare) + 1):
            if full[at : at + len(bare)] == bare:
                return tuple(full[:at]), tuple(full[at + len(bare) :])
        raise DataError(
            tr("the tokenizer reads a text otherwise when it marks its beginning and end; it cannot be used here")
        )

    def text(self, numbers: Iterable[int]) -> str:
        """Numbers as text; what only marks beginnings and ends is left out."""
        return str(self.tokenizer.decode(list(numbers), skip_special_tokens=True))


def _text(piece: str | bytes | None) -> str:
    return piece.decode("utf-8", "replace") if isinstance(piece, bytes) else piece or ""


def _byte_level(tokenizer: PreTrainedTokenizerBase) -> dict[str, int] | None:
    """The byte behind each letter of a byte-level vocabulary; None where pieces are written as they are."""
    known = tokenizer.get_vocab()
    if "Ġ" not in known and not any(piece.startswith("Ġ") for piece in known):
        return None
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + at): byte for at, byte in enumerate(others)}


def _readable(piece: str, byte_level: dict[str, int] | None) -> str:
    """One piece as people read it.

    >>> _readable("<0xE4>", None), _readable("▁the", None)
    ('<E4>', '▁the')
    """
    if found := _BYTE.fullmatch(piece):
        return f"<{found[1]}>"
    if byte_level is None or not all(letter in byte_level for letter in piece):
        return piece
    raw = bytes(byte_level[letter] for letter in piece)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(f"<{byte:02X}>" for byte in raw)
    return text.replace(" ", SPACE).replace("\n", "⏎").replace("\t", "⇥")
