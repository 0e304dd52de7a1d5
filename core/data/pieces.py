"""Pieces of words: which of them make a word, by the marks that sub-word vocabularies put on them.

`▁` begins a word (SentencePiece, and byte-level pieces as they are shown here); `##` goes on inside one (WordPiece). A Chinese
or Japanese character is a word of its own: where texts have no spaces, pieces tell nothing of words.
"""

import unicodedata
from collections.abc import Sequence

SPACE = "▁"


def are_pieces(tokens: Sequence[str]) -> bool:
    """Whether some of these tokens are parts of words."""
    return any(token.startswith("##") for token in tokens) or any(token.startswith(SPACE) for token in tokens)


def words(tokens: Sequence[str]) -> list[range]:
    """Which neighboring pieces make a word: one begins with ▁, or after a piece that is not goes on (##).

    >>> words(["▁un", "believ", "able", "▁cats", "</s>"])
    [range(0, 3), range(3, 4), range(4, 5)]
    >>> words(["un", "##believ", "##able", "cats"])
    [range(0, 3), range(3, 4)]
    """
    spaced = any(token.startswith(SPACE) for token in tokens)
    starts = [
        at
        for at, token in enumerate(tokens)
        if at == 0 or _special(token) or _special(tokens[at - 1]) or _begins(token, spaced)
    ]
    return [range(first, last) for first, last in zip(starts, [*starts[1:], len(tokens)])]


def joined(tokens: Sequence[str], part: range) -> str:
    """The word that some pieces make.

    >>> joined(["▁un", "believ", "able"], range(3))
    'unbelievable'
    """
    return "".join(tokens[at].removeprefix("##").replace(SPACE, " ") for at in part).strip() or tokens[part.start]


def _begins(token: str, spaced: bool) -> bool:
    if _stands_alone(token[0]):
        return True
    return token.startswith(SPACE) if spaced else not token.startswith("##")


def _stands_alone(letter: str) -> bool:
    """Whether a letter is written without spaces between words."""
    return unicodedata.name(letter, "").startswith(("CJK UNIFIED", "HIRAGANA", "KATAKANA"))


def _special(token: str) -> bool:
    return len(token) > 2 and token[0] in "<[" and token[-1] in ">]"
