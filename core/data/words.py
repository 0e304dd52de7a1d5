"""Running text as words, and what is known of a word that was never learned: its capitals and its ending.

A rare word is read as its shape, as parsers do: "Attlee" as <A…ee>, "blogging" as <a…ng>, "1,800" as <9>. So what training says
about rare words holds for unknown ones. Source of the idea: Petrov et al. 2006, "Learning accurate, compact, and interpretable
tree annotation", section 3 (unknown words by capitals and suffix).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from core.data.parallel_text import clean
from core.data.vocabulary import Vocabulary

# n't, 's and the like stand for themselves, as in treebanks of English; so does every sign that is no letter
_WORD = re.compile(r"\w+?(?=n['’]t\b)|n['’]t\b|['’](?:s|re|ve|ll|d|m)\b|\w+(?:[.@]\w+)*|[^\w\s]", re.IGNORECASE)
_PLAIN = re.compile(r"\w+(?:[-'’]\w+)*|[^\w\s]")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")


def cut_as_treebank(text: str) -> tuple[str, ...]:
    """Words as treebanks of English have them.

    >>> cut_as_treebank("She didn't see Mr. Smith's dog.")
    ('She', 'did', "n't", 'see', 'Mr', '.', 'Smith', "'s", 'dog', '.')
    """
    return tuple(_WORD.findall(clean(text)))


def cut_small(text: str) -> tuple[str, ...]:
    """Words and signs in small letters.

    >>> cut_small("It's a well-made Film!")
    ("it's", 'a', 'well-made', 'film', '!')
    """
    return tuple(_PLAIN.findall(clean(text).lower()))


CUTS: dict[str, Callable[[str], tuple[str, ...]]] = {"small letters": cut_small, "treebank": cut_as_treebank}


def sentences_of(line: str) -> list[str]:
    """A line cut behind . ! and ? where a space follows.

    >>> sentences_of("One. Two? Three")
    ['One.', 'Two?', 'Three']
    """
    return _SENTENCE_END.split(line.strip())


def shape(word: str) -> str:
    """How a word looks: capital letter (A), figure (9) or neither (a), a hyphen, and its last two letters.

    >>> [shape(word) for word in ("Attlee", "blogging", "1,800", "co-op", "!!")]
    ['<A…ee>', '<a…ng>', '<9>', '<a-…op>', '<…>']
    """
    if any(sign.isdigit() for sign in word):
        return "<9>"
    if not any(sign.isalpha() for sign in word):
        return "<…>"
    first = "A" if word[0].isupper() else "a"
    return f"<{first}{'-' if '-' in word[1:-1] else ''}…{word[-2:].lower()}>"


def vocabulary_with_shapes(sentences: Iterable[Sequence[str]], rarest: int) -> Vocabulary:
    """Words that come at least `rarest` times, and the shapes that at least as many different words have."""
    counts = Counter(word for words in sentences for word in words)
    shapes = Counter(shape(word) for word in counts)
    return Vocabulary.of(word for some in (counts, shapes) for word, count in some.items() if count >= rarest)


def read_as(words: Sequence[str], known: Vocabulary) -> tuple[str, ...]:
    """Every word itself where it is known, else its shape, which may be unknown too.

    >>> read_as(["the", "blogging"], Vocabulary.of(["the", "<a…ng>"]))
    ('the', '<a…ng>')
    """
    return tuple(word if word in known.numbers else shape(word) for word in words)


def frequent(sentences: Iterable[Sequence[str]], rarest: int, most: int) -> Vocabulary:
    """The `most` most frequent words that come at least `rarest` times; ties by the alphabet."""
    counts = Counter(word for words in sentences for word in words)
    kept = sorted((word for word, count in counts.items() if count >= rarest), key=lambda word: (-counts[word], word))
    return Vocabulary.of(kept[:most])
