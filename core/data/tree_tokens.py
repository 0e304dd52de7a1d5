"""Trees as sequences of tokens: (S (NP XX )NP (VP XX )VP )S, and back.

A constituent opens with its label and closes with it, so a decoder says what it closes; a word is XX, or its part of
speech (Vinyals et al. 2015, arXiv:1412.7449). Tokens in this order are *well-formed* beside a sentence if each
closing bracket closes the label that was opened last, no constituent is empty, all stands in one tree, and there is a leaf
for every word of the sentence and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from core.data.brackets import DEEPEST, Leaf, Tree
from core.data.vocabulary import SPECIALS
from core.language import tr

WORD = "XX"
LEAVES = (WORD, "tags")
OTHER, OPENS, CLOSES, LEAF = range(4)  # what a token is


def opening(label: str) -> str:
    """The token that opens a constituent."""
    return f"({label}"


def closing(label: str) -> str:
    """The token that closes it."""
    return f"){label}"


def linear(tree: Tree | Leaf, leaves: str = WORD) -> list[str]:
    """A tree as tokens.

    Args:
        leaves: "XX" for every word, or "tags": its part of speech.

    >>> from core.data.brackets import read_tree
    >>> " ".join(linear(read_tree("(S (NP (DT the) (NN dog)) (VP (VBD slept)))")))
    '(S (NP XX XX )NP (VP XX )VP )S'
    """
    if isinstance(tree, Leaf):
        return [WORD if leaves == WORD else tree.tag]
    inside = [token for child in tree.children for token in linear(child, leaves)]
    return [opening(tree.label), *inside, closing(tree.label)]


@dataclass(frozen=True)
class Placed:
    """A constituent and the tokens that wrote it.

    Attributes:
        label: of it; opened, closed: places of its tokens; first, last: of its words, counted from 0, the last included.
        parent: the number of the constituent around it among all that were read, −1 for the outermost.
    """

    label: str
    opened: int
    closed: int
    first: int
    last: int
    parent: int


@dataclass(frozen=True)
class Reading:
    """What tokens say as a tree over a sentence.

    Attributes:
        tree: None where they are not well-formed.
        constituents: those that were opened and closed, in the order of their opening; of what is not well-formed, those
            before the fault.
        fault: why not, in words, or ""; at: the place of the first token that cannot stand there, the number of tokens
            where something is missing at the end, −1 where nothing is wrong.
    """

    tree: Tree | None
    constituents: tuple[Placed, ...]
    fault: str = ""
    at: int = -1

    @property
    def well_formed(self) -> bool:
        """Whether it is one whole tree over all words."""
        return self.tree is not None


@dataclass
class _Opened:
    """A constituent that is not closed yet."""

    label: str
    at: int
    number: int
    first: int
    children: list[Tree | Leaf]


def read_linear(tokens: Sequence[str], words: Sequence[str]) -> Reading:
    """The tree that tokens write over a sentence, or where they break.

    >>> read_linear("(S (NP XX )NP )VP".split(), ["it", "works"]).fault
    ')VP at place 5 would close (S, which was opened at place 1'
    """
    stack: list[_Opened] = []
    found: dict[int, Placed] = {}
    count, taken, root = 0, 0, None
    for at, token in enumerate(tokens):
        fault = _fault(token, at, stack, taken, len(words), root)
        if fault:
            return Reading(None, _ordered(found), fault, at)
        if token.startswith("(") and len(token) > 1:
            stack.append(_Opened(token[1:], at, count, taken, []))
            count += 1
        elif token.startswith(")") and len(token) > 1:
            one = stack.pop()
            parent = stack[-1].number if stack else -1
            found[one.number] = Placed(one.label, one.at, at, one.first, taken - 1, parent)
            made = Tree(one.label, tuple(one.children))
            if stack:
                stack[-1].children.append(made)
            else:
                root = made
        else:
            stack[-1].children.append(Leaf(token, words[taken]))
            taken += 1
    fault = _missing(stack, taken, len(words), root)
    return Reading(None if fault else root, _ordered(found), fault, len(tokens) if fault else -1)


def _ordered(found: dict[int, Placed]) -> tuple[Placed, ...]:
    return tuple(found[number] for number in sorted(found))


def _fault(token: str, at: int, stack: list[_Opened], taken: int, words: int, root: Tree | None) -> str:
    """Why a token cannot stand here, or ""."""
    place = tr("{token} at place {at}", token=token, at=at + 1)
    if root is not None:
        return tr("{place} comes after the tree is closed", place=place)
    if token.startswith("(") and len(token) > 1:
        return (
            tr("{place} nests deeper than {deepest} levels", place=place, deepest=DEEPEST)
            if len(stack) == DEEPEST
            else ""
        )
    if token.startswith(")") and len(token) > 1:
        if not stack:
            return tr("{place} closes what was never opened", place=place)
        last = stack[-1]
        if last.label != token[1:]:
            return tr(
                "{place} would close {opening}, which was opened at place {at}",
                place=place,
                opening=opening(last.label),
                at=last.at + 1,
            )
        return "" if last.children else tr("{place} closes a constituent without a word", place=place)
    if not stack:
        return tr("{place} stands outside all brackets", place=place)
    return (
        tr("{place} is one word more than the sentence has ({words})", place=place, words=words)
        if taken == words
        else ""
    )


def _missing(stack: list[_Opened], taken: int, words: int, root: Tree | None) -> str:
    if stack:
        last = stack[-1]
        return tr(
            "it ends before {opening}, which was opened at place {at}, is closed",
            opening=opening(last.label),
            at=last.at + 1,
        )
    if root is None:
        return tr("nothing was written")
    return "" if taken == words else tr("it ends with {taken} of the {words} words", taken=taken, words=words)


@dataclass(frozen=True)
class TreeTokens:
    """Which numbers of a vocabulary open, close, and stand for a word.

    Attributes:
        opens, closes: of every label, in the same order; leaves: numbers.
    """

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    leaves: tuple[int, ...]

    @classmethod
    def of(cls, tokens: Sequence[str]) -> "TreeTokens | None":
        """Those of a vocabulary; None where it cannot write trees: a bracket without its other half, or none at all.

        >>> TreeTokens.of([*SPECIALS, "(S", ")S", "XX"])
        TreeTokens(opens=(6,), closes=(7,), leaves=(8,))
        """
        numbers = {token: number for number, token in enumerate(tokens) if token not in SPECIALS}
        left, right = (
            [one[1:] for one in numbers if one.startswith(sign) and len(one) > 1] for sign in ("(", ")")
        )  # fmt: skip
        leaves = tuple(number for token, number in numbers.items() if not token.startswith(("(", ")")))
        if not left or set(left) != set(right) or not leaves:
            return None
        return cls(
            tuple(numbers[opening(label)] for label in left), tuple(numbers[closing(label)] for label in left), leaves
        )

    def kinds(self, vocabulary: int) -> Int[np.ndarray, " vocab"]:
        """OPENS, CLOSES, LEAF or OTHER, of every number up to the size of a vocabulary."""
        found = np.full(vocabulary, OTHER, dtype=np.int8)
        found[list(self.opens)], found[list(self.closes)], found[list(self.leaves)] = OPENS, CLOSES, LEAF
        return found

    def fewest(self, words: int) -> int:
        """The length of the shortest tree over so many words, <end> counted."""
        return words + 3 if words else 1
