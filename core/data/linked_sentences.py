"""Sentence pairs with links made by hand: what a person brings to see how well attention agrees with it.

Sentences are cut at spaces, as their links count them. They come as two texts line by line, as one text of lines with ||| in
the middle, with a number and a tab in front, or as <s snum=0001> … </s>.
"""

import re
from dataclasses import dataclass

from core.data.parallel_text import split_lines
from core.data.word_links import FORMATS, ORDERS, GoldLinks, Numbering, format_of, numbering_of, placed
from core.errors import DataError
from core.language import tr

MIDDLE = "|||"
_NUMBERED = re.compile(r"(\d{1,9})\t(.*)")
_TAGGED = re.compile(r"<s\s+snum=\"?(\d{1,9})\"?\s*>(.*)</s>", re.IGNORECASE)


@dataclass(frozen=True)
class LinkedPair:
    """Two sentences and the links between their words.

    Attributes:
        number: as their file numbers them, or the line.
        source, target: words, cut at spaces.
        links: by (target position, source position), from 0.
    """

    number: int
    source: tuple[str, ...]
    target: tuple[str, ...]
    links: GoldLinks


def split_middle(text: str) -> tuple[str, str]:
    """The two sides of lines with ||| in the middle.

    >>> split_middle("a b ||| c")
    ('a b ', ' c')

    Raises:
        DataError: a line without it, or with two.
    """
    sides = [line.split(MIDDLE) for line in split_lines(text)]
    bad = next((at for at, parts in enumerate(sides, 1) if len(parts) != 2), None)
    if bad is not None:
        raise DataError(
            tr(
                "line {bad} of the sentences: expected a source, {middle} and a target; or bring the targets as a second file",
                bad=bad,
                middle=MIDDLE,
            )
        )
    return "\n".join(parts[0] for parts in sides), "\n".join(parts[1] for parts in sides)


def read_sentences(text: str, what: str = "sentences") -> dict[int, tuple[str, ...]]:
    """Words of every sentence, by its number: the one in front of it, or the line's.

    Raises:
        DataError: nothing there, a sentence without words, or a number that comes twice.

    >>> read_sentences("le chat\\nun âne")
    {1: ('le', 'chat'), 2: ('un', 'âne')}
    """
    lines = split_lines(text.removeprefix("\ufeff"))
    if not lines:
        raise DataError(
            tr("the {what} are empty; expected a sentence on each line, its words apart by spaces", what=what)
        )
    form = next((form for form in (_TAGGED, _NUMBERED) if form.fullmatch(lines[0].strip(" "))), None)
    found: dict[int, tuple[str, ...]] = {}
    for at, line in enumerate(lines, 1):
        parts = form.fullmatch(line.strip(" ")) if form else None
        if form and parts is None:
            raise DataError(
                tr(
                    "line {at} of the {what} has no number in front, and line 1 has; number all of them, or none",
                    at=at,
                    what=what,
                )
            )
        number, words = (int(parts[1]), parts[2].split()) if parts else (at, line.split())
        if number in found:
            raise DataError(
                tr(
                    "line {at} of the {what}: the number {number} is there already; give each sentence its own",
                    at=at,
                    what=what,
                    number=number,
                )
            )
        if not words:
            raise DataError(
                tr(
                    "line {at} of the {what} has no words; take the pair out of both files and out of the links",
                    at=at,
                    what=what,
                )
            )
        found[number] = tuple(words)
    return found


def read_linked(
    sources: str, targets: str, links: str, *, form: str | None = None, numbering: Numbering | None = None,
    order: str = ORDERS[0],
) -> tuple[LinkedPair, ...]:  # fmt: skip
    """Sentence pairs with their links.

    Args:
        sources, targets: sentences as text; links: as text.
        form: one of `FORMATS`; None goes by the first line.
        numbering: 0 or 1, from where positions count; None takes what the file shows.
        order: one of `ORDERS`, which position is written first.

    Returns:
        The pairs that have links in the order of the sources. In the format `naacl` a sentence that nobody linked has no line
        and is left out.

    Raises:
        DataError: what cannot be read, or does not fit together.

    >>> read_linked("a b", "b a", "0-1 1-0")[0].links.sure == {(0, 1), (1, 0)}
    True
    """
    source, target = read_sentences(sources, tr("source sentences")), read_sentences(targets, tr("target sentences"))
    if source.keys() != target.keys():
        raise DataError(
            _unpaired(source.keys() - target.keys(), target.keys() - source.keys(), len(source), len(target))
        )
    form = form or format_of(links)
    written = FORMATS[form](links)
    missing = [number for number in source if number not in set(written.sentences)]
    if missing and form != "naacl":
        raise DataError(
            tr(
                "{count:,} of {count2:,} sentence pairs have no line of links, the first is {missing}; give every "
                "pair a line, with nothing on it where no word is linked",
                count=len(missing),
                count2=len(source),
                missing=missing[0],
            )
        )
    lengths = {number: (len(source[number]), len(target[number])) for number in source}
    turned = order == ORDERS[1]
    seen = {number: pair[::-1] if turned else pair for number, pair in lengths.items()}
    start = numbering_of(written, seen) if numbering is None else numbering
    found = placed(written, lengths, start, order)
    return tuple(LinkedPair(at, source[at], target[at], found[at]) for at in source if at in found)


def _unpaired(only_source: set[int], only_target: set[int], sources: int, targets: int) -> str:
    side, number = ("source", min(only_source)) if only_source else ("target", min(only_target))
    other = "target" if side == "source" else "source"
    return tr(
        "there are {sources:,} source sentences and {targets:,} target sentences, and {side} sentence {number} has no {other}: "
        "bring both texts of the same pairs, line by line or with the same numbers",
        sources=sources,
        targets=targets,
        side=side,
        number=number,
        other=other,
    )
