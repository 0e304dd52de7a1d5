"""What is other in an output than in its reference, token by token: the shortest way from one to the other.

Source: Wagner & Fischer 1974 (the string-to-string correction problem), insertions and deletions only.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Kind = Literal["same", "other", "missing"]


class Piece(NamedTuple):
    """One token: in both, only in the output ("other"), or only in the reference ("missing")."""

    kind: Kind
    token: str


def difference(output: Sequence[str], reference: Sequence[str]) -> list[Piece]:
    """Output and reference over each other, in reading order; what is missing stands where it should be.

    >>> [tuple(piece) for piece in difference("abd", "acd")]
    [('same', 'a'), ('missing', 'c'), ('other', 'b'), ('same', 'd')]
    """
    agree = _longest(output, reference)
    pieces, at, to = [], 0, 0
    while at < len(output) or to < len(reference):
        if at < len(output) and to < len(reference) and output[at] == reference[to]:
            pieces.append(Piece("same", output[at]))
            at, to = at + 1, to + 1
        elif to < len(reference) and (at == len(output) or agree[at][to + 1] >= agree[at + 1][to]):
            pieces.append(Piece("missing", reference[to]))
            to += 1
        else:
            pieces.append(Piece("other", output[at]))
            at += 1
    return pieces


def _longest(output: Sequence[str], reference: Sequence[str]) -> list[list[int]]:
    """For every pair of suffixes: how many tokens they have in common, in order."""
    table = [[0] * (len(reference) + 1) for _ in range(len(output) + 1)]
    for at in reversed(range(len(output))):
        for to in reversed(range(len(reference))):
            same = output[at] == reference[to]
            table[at][to] = table[at + 1][to + 1] + 1 if same else max(table[at + 1][to], table[at][to + 1])
    return table
