"""Text to tokens and back: characters, words, or byte-pair pieces learned from data.

A tokenizer is learned from texts, can say itself in JSON, and comes back from it the same. Text is expected to be clean
(see parallel_text.clean): composed, with single plain spaces.
"""

import json
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar

import tokenizers
from tokenizers import models, pre_tokenizers, trainers

from core.data.pieces import SPACE
from core.data.vocabulary import Vocabulary
from core.errors import DataError
from core.language import tr

# characters of scripts that put no spaces between words: each is a word here
ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# punctuation stays by itself, so that no merge can spell a special symbol such as <pad>
PIECES = rf"{SPACE}?\w+|{SPACE}?[^\w{SPACE}]|{SPACE}"
_LETTER = rf"[^\W{ALONE}]"
_WORD = re.compile(rf"[{ALONE}]|{_LETTER}+(?:['’-]{_LETTER}+)*|[^\w\s]")
_NO_SPACE_BEFORE = frozenset(".,!?;:%)]}»”’…、。！？，；：）」』》")
_NO_SPACE_AFTER = frozenset("([{«“„¿¡（「『《")


class AbstractTokenizer(ABC):
    """A way to cut text into tokens.

    Attributes:
        kind: the tokenizer's word in settings and files.
        inventory: tokens that belong to the vocabulary even where no text has them.
    """

    kind: ClassVar[str]
    inventory: frozenset[str] = frozenset()

    @classmethod
    @abstractmethod
    def learn(cls, texts: Iterable[str], size: int) -> "AbstractTokenizer":
        """The tokenizer of these texts, aiming at `size` different tokens where that can be chosen."""

    @abstractmethod
    def tokenize(self, text: str) -> list[str]:
        """Cut a text; every character but spaces is in one of the tokens."""

    @abstractmethod
    def join(self, tokens: Sequence[str]) -> str:
        """The text a person reads; cutting it again gives the tokens again."""

    def to_dict(self) -> dict[str, Any]:
        """The tokenizer in JSON's types."""
        return {"kind": self.kind}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "AbstractTokenizer":
        """The tokenizer that said `data`."""
        return cls()


class CharacterTokenizer(AbstractTokenizer):
    """One token a character, spaces included.

    >>> CharacterTokenizer().tokenize("a dog")
    ['a', ' ', 'd', 'o', 'g']
    """

    kind: ClassVar[str] = "character"

    @classmethod
    def learn(cls, texts: Iterable[str], size: int) -> "AbstractTokenizer":
        """Nothing to learn."""
        return cls()

    def tokenize(self, text: str) -> list[str]:
        """Every character."""
        return list(text)

    def join(self, tokens: Sequence[str]) -> str:
        """Characters side by side."""
        return "".join(tokens)


class WordTokenizer(AbstractTokenizer):
    """Words and punctuation marks; Chinese and Japanese characters one by one.

    Joining puts spaces where European and Chinese typography has them: a text with its own habits comes back with
    other spaces, never with other words.

    >>> words = WordTokenizer().tokenize("Don't (ever) go, Tom!")
    >>> words
    ["Don't", '(', 'ever', ')', 'go', ',', 'Tom', '!']
    >>> WordTokenizer().join(words)
    "Don't (ever) go, Tom!"
    >>> WordTokenizer().tokenize("我用2台。")
    ['我', '用', '2', '台', '。']
    """

    kind: ClassVar[str] = "word"

    @classmethod
    def learn(cls, texts: Iterable[str], size: int) -> "AbstractTokenizer":
        """Nothing to learn: the vocabulary keeps the frequent words."""
        return cls()

    def tokenize(self, text: str) -> list[str]:
        """Words, and everything else that is not a space, one by one."""
        return _WORD.findall(text)

    def join(self, tokens: Sequence[str]) -> str:
        """Words with spaces where they belong."""
        text, open_quote = "", False
        for place, token in enumerate(tokens):
            previous = tokens[place - 1] if place else ""
            after_opening = previous in _NO_SPACE_AFTER or (previous == '"' and open_quote)
            closing = token in _NO_SPACE_BEFORE or (token == '"' and open_quote)
            open_quote ^= token == '"'
            tight = not text or after_opening or closing or _stands_alone(previous) or _stands_alone(token)
            text += token if tight else " " + token
        return text


class PairTokenizer(AbstractTokenizer):
    """Byte-pair encoding over characters: frequent words become one piece, rare ones several.

    A piece that begins with ▁ had a space before it (a text counts as having one in front). Characters never seen in
    learning stay as they are, one a token: cutting loses nothing.

    Source: Sennrich, Haddow & Birch 2016, arXiv:1508.07909; merges by Hugging Face tokenizers.

    >>> pairs = PairTokenizer.learn(["low low lower lowest"] * 5, 12)
    >>> pairs.tokenize("low lows")
    ['▁low', '▁low', 's']
    >>> pairs.join(pairs.tokenize("slow zebra"))
    'slow zebra'
    """

    kind: ClassVar[str] = "bpe"

    def __init__(self, vocabulary: Mapping[str, int], merges: Sequence[tuple[str, str]]) -> None:
        self._vocabulary, self._merges = dict(vocabulary), list(merges)
        self.inventory = frozenset(vocabulary)
        self._engine = _engine(models.BPE(vocab=self._vocabulary, merges=self._merges))

    @classmethod
    def learn(cls, texts: Iterable[str], size: int) -> "AbstractTokenizer":
        """Merge the most frequent pair again and again, until there are `size` pieces; the same texts, the same merges."""
        engine = _engine(models.BPE())
        engine.train_from_iterator(map(_mark, texts), trainers.BpeTrainer(vocab_size=size, show_progress=False))
        model = json.loads(engine.to_str())["model"]
        return cls(model["vocab"], [_pair(merge) for merge in model["merges"]])

    def tokenize(self, text: str) -> list[str]:
        """Pieces from left to right."""
        tokens: list[str] = []
        # the engine drops characters it does not know without a word, so it is given only those it does
        for known, run in groupby(_mark(text) if text else "", self.inventory.__contains__):
            text = "".join(run)
            tokens += self._engine.encode(text).tokens if known else text
        return tokens

    def join(self, tokens: Sequence[str]) -> str:
        """Pieces side by side, marks read as spaces."""
        return "".join(tokens).replace(SPACE, " ").removeprefix(" ")

    def to_dict(self) -> dict[str, Any]:
        """Pieces in order of their number, and merges in order of precedence."""
        pieces = sorted(self._vocabulary, key=self._vocabulary.__getitem__)
        return {"kind": self.kind, "pieces": pieces, "merges": [list(pair) for pair in self._merges]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "AbstractTokenizer":
        """The tokenizer that said `data`."""
        vocabulary = {piece: number for number, piece in enumerate(data["pieces"])}
        return cls(vocabulary, [_pair(merge) for merge in data["merges"]])


TOKENIZERS: dict[str, type[AbstractTokenizer]] = {
    tokenizer.kind: tokenizer for tokenizer in (CharacterTokenizer, WordTokenizer, PairTokenizer)
}


def tokenizer_of(data: Mapping[str, Any]) -> AbstractTokenizer:
    """The tokenizer that said `data` with to_dict.

    Raises:
        DataError: `data` is not what a tokenizer says.
    """
    try:
        return TOKENIZERS[data["kind"]].from_dict(data)
    except Exception as error:  # the engine raises bare Exception for merges it does not like
        raise DataError(
            tr(
                "a saved tokenizer cannot be read ({name}: {error}); train the run again",
                name=type(error).__name__,
                error=error,
            )
        ) from error


def vocabulary_of(tokenizer: AbstractTokenizer, texts: Iterable[str], size: int) -> Vocabulary:
    """The tokenizer's inventory and the `size` most frequent tokens of texts (of equally frequent ones the first)."""
    counts = Counter(token for text in texts for token in tokenizer.tokenize(text))
    frequent = sorted(counts, key=lambda token: (-counts[token], token))[:size]
    return Vocabulary.of({*frequent, *tokenizer.inventory})


def _engine(model: models.BPE) -> tokenizers.Tokenizer:
    engine = tokenizers.Tokenizer(model)
    cut = tokenizers.Regex(PIECES)
    engine.pre_tokenizer = pre_tokenizers.Split(cut, behavior="isolated")
    return engine


def _mark(text: str) -> str:
    return SPACE + text.replace(" ", SPACE)


def _pair(merge: Any) -> tuple[str, str]:
    first, second = merge.split(" ") if isinstance(merge, str) else merge
    return first, second


def _stands_alone(token: str) -> bool:
    return bool(token) and re.match(rf"[{ALONE}]", token) is not None
