"""Links between words that people made by hand, in the usual formats, checked against their sentences.

Three formats, each a function of `FORMATS`:

    pharaoh    a line a sentence pair: 0-0 1-2 2p3, or 2?3 for a possible link; blank where nothing is linked
    numbered   the same after the number of the sentence and a tab: 17⇥0-0 1-2 2p3
    naacl      a line a link: sentence, source position, target position, then S (sure) or P (possible): 0017 1 1 S

Positions count from 0 or from 1, as whoever wrote them liked; what a file itself shows decides (`numbering_of`), and where it
shows nothing somebody must say. In `naacl` position 0 of a file that counts from 1 is the empty word: no link.

Source: Mihalcea & Pedersen 2003 (the shared task's format); Koehn's Pharaoh, with p for possible as in AlibiWordAlignments.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from core.errors import DataError
from core.language import mark, tr

Link = tuple[int, int]
Numbering = Literal[0, 1]
ORDERS = (mark("source-target"), mark("target-source"))
_PAIR = re.compile(r"(\d{1,7})([-p?])(\d{1,7})(?::[0-9.eE+-]+)?")  # a system may put a probability behind a colon
_NUMBERED = re.compile(r"(\d{1,9})\t(.*)")
_SHOWN = 40  # characters of a bad line in a message


@dataclass(frozen=True)
class GoldLinks:
    """Links of one sentence pair: (target position, source position), from 0.

    Attributes:
        sure: nobody doubts them; possible: every sure one, and those that may be.

    Raises:
        DataError: a sure link is not possible.
    """

    sure: frozenset[Link]
    possible: frozenset[Link]

    def __post_init__(self) -> None:
        if not self.sure <= self.possible:
            target, source = min(self.sure - self.possible)
            raise DataError(tr(
                "the link of target {target} and source {source} is sure but not possible; every sure link is a possible "
                "one: add it there (GoldLinks.of does)", target=target,
                source=source))  # fmt: skip

    @classmethod
    def of(cls, sure: Collection[Link] = (), possible: Collection[Link] = ()) -> "GoldLinks":
        """Sure links, and others that are possible."""
        return cls(frozenset(sure), frozenset(sure) | frozenset(possible))


class WrittenLink(NamedTuple):
    """A link as it stands in a file.

    Attributes:
        line: of the file, from 1; sentence: its number; first, second: positions as written; sure: or only possible.
        text: what stands there, for messages.
    """

    line: int
    sentence: int
    first: int
    second: int
    sure: bool
    text: str


class WrittenLinks(NamedTuple):
    """A file of links, not yet checked against sentences.

    Attributes:
        links: in the order of the file; sentences: the numbers of all that have a line, also of those without links.
        nulls: whether position 0 may mean the empty word.
    """

    links: tuple[WrittenLink, ...]
    sentences: tuple[int, ...]
    nulls: bool = False


def pharaoh(text: str) -> WrittenLinks:
    """A line a sentence pair, the first line for the first.

    >>> [link[2:5] for link in pharaoh("0-0 1p2").links]
    [(0, 0, True), (1, 2, False)]

    Raises:
        DataError: something that is no link; the message says where.
    """
    lines = _lines(text)
    found = tuple(link for at, line in enumerate(lines, 1) for link in _pairs(at, at, line))
    return WrittenLinks(found, tuple(range(1, len(lines) + 1)))


def numbered(text: str) -> WrittenLinks:
    """A number, a tab and links on each line; blank lines are passed over.

    >>> numbered("7\\t0-0").sentences
    (7,)

    Raises:
        DataError: a line without a number, a number that comes twice, or something that is no link.
    """
    found: list[WrittenLink] = []
    seen: dict[int, int] = {}
    for at, line in enumerate(_lines(text), 1):
        if not line.strip():
            continue
        parts = _NUMBERED.fullmatch(line if "\t" in line else f"{line.strip()}\t")
        if parts is None:
            raise DataError(
                _strange(at, line, tr("expected the number of a sentence, a tab, and links such as 0-0 1p2"))
            )
        number = int(parts[1])
        if number in seen:
            raise DataError(tr(
                "line {at}: sentence {number} has links in line {seen} already; join the lines", at=at,
                number=number, seen=seen[number]))  # fmt: skip
        seen[number] = at
        found.extend(_pairs(at, number, parts[2]))
    return WrittenLinks(tuple(found), tuple(seen))


def naacl(text: str) -> WrittenLinks:
    """A line a link; without a letter it is sure, and a number behind it (a system's confidence) is not read.

    >>> [link[1:5] for link in naacl("0001 1 2 P").links]
    [(1, 1, 2, False)]

    Raises:
        DataError: a line that is no link.
    """
    found: list[WrittenLink] = []
    for at, line in enumerate(_lines(text), 1):
        words = line.split()
        if not words:
            continue
        fits = len(words) in (3, 4, 5) and all(re.fullmatch(r"\d{1,9}", word) for word in words[:3])
        kind = words[3] if len(words) > 3 else "S"
        if fits and len(words) == 4 and re.fullmatch(r"[0-9.]+", kind):
            kind = "S"
        if not fits or kind not in ("S", "P"):
            raise DataError(_strange(at, line, tr("expected: sentence, source position, target position, S or P")))
        number, first, second = map(int, words[:3])
        found.append(WrittenLink(at, number, first, second, kind == "S", " ".join(words[:4])))
    return WrittenLinks(tuple(found), tuple(dict.fromkeys(link.sentence for link in found)), nulls=True)


FORMATS: dict[str, Callable[[str], WrittenLinks]] = {"pharaoh": pharaoh, "numbered": numbered, "naacl": naacl}


def format_of(text: str) -> str:
    """The format of a file, by its first line that is not blank.

    Raises:
        DataError: no format has such a line.

    >>> format_of("0-0 1-2"), format_of("17\\t0-0"), format_of("0001 1 1 S")
    ('pharaoh', 'numbered', 'naacl')
    """
    for at, line in enumerate(_lines(text), 1):
        if not line.strip():
            continue
        words = line.split()
        if len(words) >= 3 and all(re.fullmatch(r"\d+", word) for word in words[:3]):
            return "naacl"
        if _NUMBERED.fullmatch(line):
            return "numbered"
        if all(_PAIR.fullmatch(word) for word in words):
            return "pharaoh"
        raise DataError(_strange(at, line, tr("expected links such as 0-0 1p2, or a line a link such as 0001 1 1 S")))
    raise DataError(tr("the file of links is empty; expected a line a sentence pair such as 0-0 1-2 2p3"))


def numbering_of(written: WrittenLinks, lengths: Mapping[int, tuple[int, int]]) -> Numbering:
    """Whether positions count from 0 or from 1, as the file itself shows.

    Args:
        lengths: first and second length of each sentence pair, in the order of the file's positions.

    Returns:
        0 where a position is 0; 1 where one is as large as its sentence is long.

    Raises:
        DataError: both are there, or neither.
    """
    zero = next((link for link in written.links if 0 in (link.first, link.second) and not written.nulls), None)
    end = next((link for link in written.links if _at_the_end(link, lengths)), None)
    if zero and end:
        raise DataError(tr(
            "line {line} has the position 0 ({text_}), and line {line2} one as large as the sentence is long "
            "({text_2}): either the file counts from 0 and line {line2} is wrong, or its sentences are others, or its "
            "positions are in the other order (target first)", line=zero.line,
            text_=zero.text, line2=end.line, text_2=end.text))  # fmt: skip
    if zero or end:
        return 0 if zero else 1
    if written.nulls:
        return 1  # as the format says
    raise DataError(tr(
        "no link tells whether positions count from 0 or from 1: none is 0, and none is as large as its sentence is long; say "
        "from where they count"
    ))  # fmt: skip


def placed(
    written: WrittenLinks, lengths: Mapping[int, tuple[int, int]], numbering: Numbering, order: str = ORDERS[0]
) -> dict[int, GoldLinks]:
    """The links of every sentence that has a line, from 0, all within their sentences.

    Args:
        lengths: tokens of (source, target) of each sentence by its number.
        order: which position is written first.

    Raises:
        DataError: a sentence that is not there, or a position beyond it; the message says the line and what to do.
    """
    turned = order == ORDERS[1]
    found: dict[int, tuple[set[Link], set[Link]]] = {}
    linked = {link.sentence for link in written.links}
    for number in written.sentences:
        if number > max(lengths, default=0) and number not in linked:
            continue  # blank lines at the end of the file
        if number not in lengths:
            raise DataError(_no_sentence(number, written, lengths))
        found[number] = (set(), set())
    for link in written.links:
        first, second = link.first - numbering, link.second - numbering
        if written.nulls and numbering and min(first, second) == -1:
            continue
        source, target = (second, first) if turned else (first, second)
        for position, length, side in zip((source, target), lengths[link.sentence], ("source", "target")):
            if not 0 <= position < length:
                raise DataError(_beyond(link, position + numbering, length, side, numbering))
        found[link.sentence][0 if link.sure else 1].add((target, source))
    return {number: GoldLinks.of(sure, possible) for number, (sure, possible) in found.items()}


def _lines(text: str) -> list[str]:
    """Blank lines at the end stay: each may be a sentence pair without links."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def _pairs(at: int, sentence: int, text: str) -> Iterator[WrittenLink]:
    for word in text.split():
        parts = _PAIR.fullmatch(word)
        if parts is None:
            raise DataError(_strange(at, word, tr("is no link; write 3-4, or 3p4 for one that is only possible")))
        yield WrittenLink(at, sentence, int(parts[1]), int(parts[3]), parts[2] == "-", word)


def _at_the_end(link: WrittenLink, lengths: Mapping[int, tuple[int, int]]) -> bool:
    first, second = lengths.get(link.sentence, (0, 0))
    return link.first == first > 0 or link.second == second > 0


def _strange(at: int, text: str, advice: str) -> str:
    return tr(
        "line {at} of the links: “{text_}{rest}” {advice}", at=at,
        text_=text[:_SHOWN], rest="…" if len(text) > _SHOWN else "", advice=advice)  # fmt: skip


def _no_sentence(number: int, written: WrittenLinks, lengths: Mapping[int, tuple[int, int]]) -> str:
    line = next((link.line for link in written.links if link.sentence == number), None)
    where = tr("line {line} of the links: ", line=line) if line else tr("the links: ")
    known = tr("{first} to {last}", first=min(lengths), last=max(lengths)) if lengths else tr("none")
    return tr(
        "{where}there is no sentence {number}; there are {count:,}, numbered {known}: bring the sentences that the "
        "links were made for",
        where=where, number=number, count=len(lengths), known=known)  # fmt: skip


def _beyond(link: WrittenLink, position: int, length: int, side: str, numbering: Numbering) -> str:
    said = tr(
        "line {line} of the links, sentence {sentence}: {text_} has {side} position {position}", line=link.line,
        sentence=link.sentence, text_=link.text, side=side, position=position)  # fmt: skip
    if position < numbering:
        return tr("{said}, but positions are to count from 1; let them count from 0", said=said)
    last = length - 1 + numbering
    advice = tr("let them count from 1") if position == length and not numbering else tr("is the order source first?")
    return tr(
        "{said}, but this sentence ends at {last} ({length} tokens, counted from {numbering}): {advice}", said=said,
        last=last, length=length, numbering=numbering, advice=advice)  # fmt: skip
