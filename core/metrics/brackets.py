"""Labelled bracketing: how much of a tree's constituents another tree has, counted as the program EVALB counts.

A constituent counts as found where the other tree has one of the same label over the same words; one that stands twice must
be found twice. Labels that are no constituents (a root's) and tags that are not scored (traces, punctuation if one likes)
are taken out first, and with them whatever holds nothing else. Tags are scored apart.

The package for this on PyPI (pyevalb) was last changed in 2016, so it is ours; tests hold it to EVALB's own tables. Source:
Black et al. 1991; Collins 1997; EVALB by Sekine & Collins, and the treatment of mislabelled quotes by Ellis (2006).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.data.brackets import ROOTS, TRACE, Leaf, Tree, plain
from core.data.tree_tokens import WORD, read_linear
from core.errors import InputError
from core.language import tr

Span = tuple[str, int, int]  # label, first word, word behind the last


@dataclass(frozen=True)
class Conventions:
    """What is not told apart, and what is not scored.

    Attributes:
        deleted: labels and tags that are taken out, a tag with its word, a label without what it holds.
        equal_labels, equal_words: groups that count as the same; the first of each stands for all.
    """

    deleted: frozenset[str] = frozenset({*ROOTS, TRACE})
    equal_labels: tuple[tuple[str, ...], ...] = ()
    equal_words: tuple[tuple[str, ...], ...] = ()

    def label(self, label: str) -> str:
        """What stands for a label or a tag."""
        return next((group[0] for group in self.equal_labels if label in group), label)

    def word(self, word: str) -> str:
        """What stands for a word."""
        return next((group[0] for group in self.equal_words if word in group), word)


USUAL = Conventions()


@dataclass(frozen=True)
class Bracketing:
    """Counts of one sentence, or of many: they add up.

    Attributes:
        matched: constituents that both trees have; gold, test: that each has; crossing: of the test tree, those that overlap
            a gold one without holding it or being held.
        words: that are scored; tags: of them, those with the right tag.
        complete: sentences without a constituent too much or too few; uncrossed: without a crossing; sentences: in all.
    """

    matched: int
    gold: int
    test: int
    crossing: int
    words: int
    tags: int
    complete: int
    uncrossed: int
    sentences: int = 1

    @property
    def recall(self) -> float:
        """Share of the gold constituents that were found; 0 where there are none."""
        return self.matched / self.gold if self.gold else 0.0

    @property
    def precision(self) -> float:
        """Share of the test constituents that are right; 0 where there are none."""
        return self.matched / self.test if self.test else 0.0

    @property
    def f1(self) -> float:
        """Of the two, the harmonic mean."""
        return 2 * self.matched / (self.gold + self.test) if self.gold + self.test else 0.0

    @property
    def tagging(self) -> float:
        """Share of the words with the right tag; 0 where there are none."""
        return self.tags / self.words if self.words else 0.0


def total(scores: Iterable[Bracketing]) -> Bracketing:
    """Sums over sentences, so that each constituent counts alike; of none, zeros."""
    columns = list(zip(*(vars(one).values() for one in scores)))
    return Bracketing(*(map(sum, columns) if columns else [0] * 9))


def score(gold: Tree, test: Tree, conventions: Conventions = USUAL) -> Bracketing:
    """Compare a tree with the right one.

    A word is taken out with its tag in both trees or in neither: where one tree alone has a tag that is not scored, and
    the words left would not be as many, the word stays in both.

    >>> from core.data.brackets import read_tree
    >>> one, other = read_tree("(S (NP (D a) (N b)) (VP (V c)))"), read_tree("(S (D a) (NP (N b)) (VP (V c)))")
    >>> found = score(one, other)
    >>> found.matched, found.gold, found.test, round(found.f1, 3)
    (2, 3, 3, 0.667)

    Raises:
        InputError: they are not trees over the same words.
    """
    sides = [_words(tree, conventions) for tree in (gold, test)]
    kept = [[at for at, leaf in enumerate(side) if leaf.tag not in conventions.deleted] for side in sides]
    if len(kept[0]) != len(kept[1]) and len(sides[0]) == len(sides[1]):
        kept = [sorted({*kept[0], *kept[1]})] * 2
    left, right = ([side[at] for at in places] for side, places in zip(sides, kept))
    _refuse(left, right, conventions)
    spans, found = (Counter(_spans(tree, set(places), conventions)) for tree, places in zip((gold, test), kept))
    matched, there, made = ((spans & found).total(), spans.total(), found.total())
    crossing = sum(count for one, count in found.items() if any(_cross(one, other) for other in spans))
    tags = sum(conventions.label(a.tag) == conventions.label(b.tag) for a, b in zip(left, right))
    return Bracketing(
        matched, there, made, crossing, len(left), tags, int(matched == there == made), int(crossing == 0)
    )  # fmt: skip


def unparsed(gold: Tree, conventions: Conventions = USUAL) -> Bracketing:
    """The score of no tree at all: every constituent of the gold tree is missing, and no tag is right."""
    words = _words(gold, conventions)
    places = {at for at, leaf in enumerate(words) if leaf.tag not in conventions.deleted}
    return Bracketing(0, sum(1 for _ in _spans(gold, places, conventions)), 0, 0, len(places), 0, 0, 0)


def bracket_measures(outputs: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> dict[str, float]:
    """Figures of trees as tokens (core/data/tree_tokens.py), all as shares; an output that is no tree over the sentence has no
    constituents: its gold ones are missing.

    >>> found = bracket_measures(["(S XX )S".split(), "(S XX".split()], ["(S XX )S".split(), "(S XX )S".split()])
    >>> found["well-formed"], found["bracket recall"], found["bracket precision"]
    (0.5, 0.5, 1.0)
    """
    scores, whole, tagged = [], 0, False
    for output, reference in zip(outputs, references):
        words = [str(at) for at, token in enumerate(one for one in reference if not one.startswith(("(", ")")))]
        gold = read_linear(reference, words).tree
        if gold is None:
            continue  # a reference with a token that no vocabulary has
        tagged |= any(leaf.tag != WORD for leaf in gold.leaves)
        test = read_linear(output, words).tree
        whole += test is not None
        scores.append(unparsed(gold) if test is None else score(gold, test))
    if not scores:
        return {}
    found = total(scores)
    values = {"bracket F1": found.f1, "bracket precision": found.precision, "bracket recall": found.recall}
    values |= {"well-formed": whole / len(scores), "complete match": found.complete / len(scores)}
    return values | ({"tagging accuracy": found.tagging} if tagged else {})


def _words(tree: Tree, conventions: Conventions) -> list[Leaf]:
    """All words but traces, which are no words."""
    return [leaf for leaf in tree.leaves if leaf.tag != TRACE or TRACE not in conventions.deleted]


def _refuse(left: Sequence[Leaf], right: Sequence[Leaf], conventions: Conventions) -> None:
    if len(left) != len(right):
        raise InputError(
            tr(
                "the gold tree has {count} words and the other {count2}; compare trees of one sentence",
                count=len(left),
                count2=len(right),
            )
        )
    for at, (one, other) in enumerate(zip(left, right)):
        if conventions.word(one.word) != conventions.word(other.word):
            raise InputError(
                tr(
                    "word {at} is {word!r} in the gold tree and {word2!r} in the other; compare trees of one sentence",
                    at=at + 1,
                    word=one.word,
                    word2=other.word,
                )
            )


def _spans(tree: Tree, kept: set[int], conventions: Conventions) -> list[Span]:
    """The constituents over words that are scored, and hold at least one."""
    found: list[Span] = []
    counted = [0, 0]  # words passed: all but traces, and those of them that are scored

    def walk(node: Tree | Leaf) -> None:
        if isinstance(node, Leaf):
            if node.tag != TRACE or TRACE not in conventions.deleted:
                counted[1] += counted[0] in kept
                counted[0] += 1
            return
        first, label = counted[1], plain(node.label)
        for child in node.children:
            walk(child)
        if counted[1] > first and label not in conventions.deleted:
            found.append((conventions.label(label), first, counted[1]))

    walk(tree)
    return found


def _cross(one: Span, other: Span) -> bool:
    (_, a, b), (_, c, d) = one, other
    return a < c < b < d or c < a < d < b
