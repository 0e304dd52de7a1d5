"""Constituency trees in brackets, as the Penn Treebank writes them: what a tree is, how files are read, what is cleaned away.

A tree may stand on one line or be spread over many, under any root label or none. A file whose brackets balance is read as
a whole. In one whose brackets do not, only what stands between two places where a tree may begin (a line that begins with a
bracket, a line after a blank one) can be trusted: each such piece is read by itself, and those that are broken are left out
and said, with file and line.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from core.data.parallel_text import clean, decode, read_bytes, split_lines
from core.errors import DataError
from core.language import mark, tr

DEEPEST = 200  # levels; treebanks stay below 50, and what is deeper was written by a machine to break something
ROOTS = ("", "ROOT", "TOP", "S1")  # labels that say no more than that a tree begins here
ENDINGS = (".ptb", ".mrg")
TRACE = "-NONE-"
_SIGN = re.compile(r"[()]|[^\s()]+")
_ESCAPED = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
_SHOWN = 5
_FORM = mark("expected trees such as (S (NP (DT the) (NN dog)) (VP (VBD slept)))")


@dataclass(frozen=True)
class Leaf:
    """A word and its part of speech."""

    tag: str
    word: str


@dataclass(frozen=True)
class Tree:
    """A constituent: its label and what it is made of, at least one child, at most `DEEPEST` levels."""

    label: str
    children: tuple["Tree | Leaf", ...]

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Its words, in order.

        >>> [leaf.word for leaf in read_tree("(S (NP (PRP it)) (VP (VBZ works)))").leaves]
        ['it', 'works']
        """
        found: list[Leaf] = []
        for child in self.children:
            found += [child] if isinstance(child, Leaf) else child.leaves
        return tuple(found)

    @property
    def height(self) -> int:
        """Levels of constituents."""
        return 1 + max((child.height for child in self.children if isinstance(child, Tree)), default=0)


@dataclass(frozen=True)
class Treebank:
    """Trees of files, and what was noticed while reading them.

    Attributes:
        trees: clean, in the order of the files.
        notes: sentences for the person who brought the files: what was left out, with file and line.
    """

    trees: tuple[Tree, ...]
    notes: tuple[str, ...] = ()


class _Sign(NamedTuple):
    """A bracket or a word, and the line it stands in."""

    text: str
    line: int


class _BrokenError(Exception):
    """A piece of a file that is no tree; its message says why, `line` where, `unsafe` whether trees beside it may be wrong too."""

    def __init__(self, line: int, reason: str, *, unsafe: bool = True) -> None:
        super().__init__(reason)
        self.line, self.unsafe = line, unsafe


def read_treebank(path: Path) -> Treebank:
    """The trees of a file, or of every .ptb and .mrg file of a folder and the folders in it.

    Raises:
        DataError: nothing is there, a file is too large or not text, or not one tree can be used.
    """
    files = [path]
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.suffix.lower() in ENDINGS and one.is_file())
        if not files:
            raise DataError(
                tr(
                    "the folder {path} has no file that ends in {join}; {form}",
                    path=path,
                    join=tr(" or ").join(ENDINGS),
                    form=tr(_FORM),
                )
            )
    trees: list[Tree] = []
    notes: list[str] = []
    broken: list[str] = []
    for one in files:
        text, said = decode(read_bytes(one), one.name)
        found, wrong = read_trees(text, one.name)
        trees, notes, broken = trees + found, [*notes, *said], broken + wrong
    if not trees:
        raise DataError(broken[0] if broken else tr("{name} has no trees; {form}", name=path.name, form=tr(_FORM)))
    if broken:
        more = "" if len(broken) <= _SHOWN else tr("; and {count:,} more", count=len(broken) - _SHOWN)
        notes.append(
            tr("{count:,} left out: {list}{more}", count=len(broken), list="; ".join(broken[:_SHOWN]), more=more)
        )
    return Treebank(tuple(trees), tuple(notes))


def read_trees(text: str, name: str) -> tuple[list[Tree], list[str]]:
    """The clean trees of a text, and what was wrong with those that were left out.

    >>> read_trees("(S (UH yes))\\n(S (UH no)\\n(S (UH well))", "said.ptb")[1]
    ['said.ptb, line 2: a bracket that opens here is never closed']
    """
    lines = split_lines(text)
    apart, faults = _apart(_signs(lines, 0))
    if faults:
        read = [_apart(_signs(part, first)) for first, part in _parts(lines)]
        apart = [piece for whole, fault in read if not any(one.unsafe for one in fault) for piece in whole]
        faults = [one for _, fault in read for one in fault]
    trees: list[Tree] = []
    for piece in apart:
        try:
            tree = cleaned(_tree(piece))
        except _BrokenError as error:
            faults.append(error)
            continue
        trees += [] if tree is None else [tree]
    return trees, [
        tr("{name}, line {line}: {one}", name=name, line=one.line, one=one)
        for one in sorted(faults, key=lambda one: one.line)
    ]


def read_tree(text: str, name: str = "the tree") -> Tree:
    """What a text of brackets says, as it stands; several trees beside each other become one without a label.

    Raises:
        DataError: it is empty, or its brackets do not make a tree.
    """
    try:
        apart, faults = _apart(_signs(split_lines(text), 0))
        for fault in faults:
            raise fault
        found = tuple(_tree(one) for one in apart)
    except _BrokenError as error:
        raise DataError(tr("{name}, line {line}: {error}", name=name, line=error.line, error=error)) from error
    if not found:
        raise DataError(tr("{name} is empty; {form}", name=name, form=tr(_FORM)))
    return found[0] if len(found) == 1 and isinstance(found[0], Tree) else Tree("", found)


def written(tree: Tree | Leaf) -> str:
    """A tree on one line, round brackets among its words escaped.

    >>> written(read_tree("(S\\n  (NP (NN a) (-LRB- -LRB-)))"))
    '(S (NP (NN a) (-LRB- -LRB-)))'
    """
    if isinstance(tree, Leaf):
        word = {"(": "-LRB-", ")": "-RRB-"}.get(tree.word, tree.word)
        return f"({tree.tag} {word})"
    return f"({tree.label} {' '.join(written(child) for child in tree.children)})"


def cleaned(tree: Tree | Leaf) -> Tree | None:
    """Without traces and what holds nothing else, without function tags, without a root label that says nothing.

    >>> written(cleaned(read_tree("( (S (NP-SBJ-1 (PRP we)) (VP (VBD won) (NP (-NONE- *))) ))")))
    '(S (NP (PRP we)) (VP (VBD won)))'
    """
    kept = _kept(tree)
    if not isinstance(kept, Tree):
        return None if kept is None else Tree("ROOT", (kept,))
    while kept.label in ROOTS and len(kept.children) == 1 and isinstance(kept.children[0], Tree):
        kept = kept.children[0]
    return kept if kept.label else Tree("ROOT", kept.children)


def plain(label: str) -> str:
    """A label without its function tags and indices.

    >>> plain("NP-SBJ-1"), plain("NP=2"), plain("-LRB-"), plain("PRT|ADVP")
    ('NP', 'NP', '-LRB-', 'PRT')
    """
    return label if label.startswith("-") else re.split(r"[-=|]", label)[0] or label


def _kept(tree: Tree | Leaf) -> Tree | Leaf | None:
    if isinstance(tree, Leaf):
        return None if tree.tag == TRACE else tree
    children = tuple(kept for child in tree.children if (kept := _kept(child)) is not None)
    return Tree(plain(tree.label), children) if children else None


def _signs(lines: Sequence[str], first: int) -> list[_Sign]:
    return [_Sign(sign, at) for at, line in enumerate(lines, first + 1) for sign in _SIGN.findall(line)]


def _parts(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Pieces between places where a tree may begin, each with the number of lines before it."""
    starts = [
        at for at, line in enumerate(lines) if line.startswith("(") or (line.strip() and at and not lines[at - 1].strip())
    ]  # fmt: skip
    for start, end in zip([0, *starts], [*starts, len(lines)]):
        if any(line.strip() for line in lines[start:end]):
            yield start, list(lines[start:end])


def _apart(signs: Sequence[_Sign]) -> tuple[list[list[_Sign]], list[_BrokenError]]:
    """The signs of every tree whose brackets balance, and what stands between them that should not."""
    found: list[list[_Sign]] = []
    faults: list[_BrokenError] = []
    opened: list[_Sign] = []
    for sign in signs:
        if not opened and sign.text == ")":
            faults.append(_BrokenError(sign.line, tr("a bracket is closed here that was not opened")))
            continue
        if not opened and sign.text != "(":
            if not faults or faults[-1].line != sign.line:  # a line of prose is one fault
                reason = tr("{text_!r} stands outside all brackets; {form}", text_=sign.text[:40], form=tr(_FORM))
                faults.append(_BrokenError(sign.line, reason, unsafe=False))
            continue
        if not opened:
            found.append([])
        found[-1].append(sign)
        if sign.text == "(":
            opened.append(sign)
        elif sign.text == ")":
            opened.pop()
    if opened:
        faults.append(_BrokenError(opened[-1].line, tr("a bracket that opens here is never closed")))
        found.pop()
    return found, faults


def _tree(signs: Sequence[_Sign]) -> Tree | Leaf:
    """The tree of brackets that balance."""
    opened: list[tuple[int, list[str], list[Tree | Leaf]]] = []  # line, words, children
    for sign in signs:
        if sign.text == "(":
            if len(opened) == DEEPEST:
                raise _BrokenError(sign.line, tr("a tree nests deeper than {deepest} levels", deepest=DEEPEST))
            opened.append((sign.line, [], []))
        elif sign.text != ")":
            _, words, children = opened[-1]
            if children:
                raise _BrokenError(
                    sign.line, tr("the word {text_!r} stands beside constituents, without a tag", text_=sign.text[:40])
                )
            words.append(sign.text)
        else:
            closed = _closed(*opened.pop())
            if not opened:
                return closed
            opened[-1][2].append(closed)
    raise AssertionError("brackets that balance end with the last one")


def _closed(line: int, words: list[str], children: list[Tree | Leaf]) -> Tree | Leaf:
    if children and len(words) <= 1:
        return Tree(words[0] if words else "", tuple(children))
    if not children and len(words) == 2:
        word = clean(_ESCAPED.get(words[1], words[1]))
        if word:
            return Leaf(words[0], word)
    said = " ".join(words)[:40]
    raise _BrokenError(line, tr("({said}) is neither a tag with one word nor a label with constituents", said=said))
