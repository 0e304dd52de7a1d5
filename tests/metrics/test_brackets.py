"""Bracket scores: by hand, against a brute force, and against the tables that EVALB itself wrote."""

import itertools
import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.brackets import Leaf, Tree, read_tree
from core.data.tree_tokens import linear
from core.errors import InputError
from core.metrics.brackets import Bracketing, Conventions, bracket_measures, score, total, unparsed

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "ref-evalb"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"EVALB's tables are not here ({DATA})")
FIGURES = ["recall", "precision", "matched", "gold", "test", "crossing", "words", "tags", "tagging"]


def parameters(path: Path) -> Conventions:
    """The conventions of one of EVALB's parameter files."""
    rows = [line.split() for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    deleted = {row[1] for row in rows if row[0] == "DELETE_LABEL"}
    equal = {kind: tuple(tuple(row[1:]) for row in rows if row[0] == kind) for kind in ("EQ_LABEL", "EQ_WORD")}
    return Conventions(frozenset({"", *deleted}), equal["EQ_LABEL"], equal["EQ_WORD"])


def compared(gold: Path, test: Path, conventions: Conventions) -> list[Bracketing | None]:
    """Sentence by sentence; None where EVALB skips one or calls it an error."""
    found: list[Bracketing | None] = []
    for left, right in zip(*(path.read_text("utf-8").splitlines() for path in (gold, test)), strict=True):
        try:
            found.append(score(read_tree(left), read_tree(right), conventions) if right.strip() else None)
        except InputError:
            found.append(None)
    return found


def table(path: Path) -> list[dict[str, float] | None]:
    """The rows of sentences in what EVALB printed."""
    found: list[dict[str, float] | None] = []
    for line in path.read_text("utf-8").splitlines():
        cells = line.split()
        if len(cells) == 12 and cells[0].isdigit():
            found.append(dict(zip(FIGURES, map(float, cells[3:]))) if cells[2] == "0" else None)
    return found


def summary(path: Path, name: str) -> float:
    """A line of the summary over all sentences."""
    return float(re.search(rf"{re.escape(name)} *= *([\d.]+)", path.read_text("utf-8"))[1])


@needs_data
@pytest.mark.parametrize(("name", "result", "prm", "count"), [
    ("sample/sample", "sample/sample.rsl", "sample/sample.prm", 24), ("bug/bug", "bug/bug.rsl-new", "new.prm", 5),
])  # fmt: skip
def test_every_sentence_scores_as_evalb_scores_it(name, result, prm, count):
    found = compared(DATA / f"{name}.gld", DATA / f"{name}.tst", parameters(DATA / prm))
    wanted = table(DATA / result)
    assert len(found) == len(wanted) == count
    for mine, theirs in zip(found, wanted):
        assert (mine is None) == (theirs is None)
        if mine is not None:
            figures = {name: float(getattr(mine, name)) for name in FIGURES}
            figures |= {name: 100 * figures[name] for name in ("recall", "precision", "tagging")}
            assert figures == pytest.approx(theirs, abs=0.005)


@needs_data
def test_the_summary_is_evalbs():
    result = DATA / "sample" / "sample.rsl"
    valid = [one for one in compared(DATA / "sample/sample.gld", DATA / "sample/sample.tst", parameters(DATA / "sample/sample.prm")) if one]  # fmt: skip
    found = total(valid)
    shown = {
        "Bracketing Recall": found.recall, "Bracketing Precision": found.precision, "Tagging accuracy": found.tagging,
        "Complete match": found.complete / found.sentences, "No crossing": found.uncrossed / found.sentences,
    }  # fmt: skip
    assert found.sentences == 17 == summary(result, "Number of Valid sentence")
    assert {name: round(100 * value, 2) for name, value in shown.items()} == {
        name: summary(result, name) for name in shown
    }
    assert (round(100 * found.recall, 2), round(100 * found.precision, 2)) == (87.76, 90.53)


# ---------------------------------------------------------------- by hand and by brute force
def grown(rng: Random, words: range, depth: int = 0) -> Tree:
    """A random tree over some words."""
    children: list[Tree | Leaf] = []
    start = words.start
    while start < words.stop:
        stop = rng.randint(start + 1, words.stop)
        nested = depth < 4 and rng.random() < 0.6
        if nested:
            children.append(grown(rng, range(start, stop), depth + 1))
        else:
            children += [Leaf(rng.choice("PQ"), str(at)) for at in range(start, stop)]
        start = stop
    return Tree(rng.choice(["A", "B-SBJ", "TOP"]), tuple(children))


def spans(tree: Tree) -> list[tuple[str, tuple[str, ...]]]:
    """Every constituent by the words it holds: another way to say where it stands."""
    own = [] if tree.label == "TOP" else [(tree.label[0], tuple(leaf.word for leaf in tree.leaves))]
    return own + [one for child in tree.children if isinstance(child, Tree) for one in spans(child)]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6), words=st.integers(1, 7))
def test_counts_are_those_of_a_brute_force(seed, words):
    rng = Random(seed)
    gold, test = (grown(rng, range(words)) for _ in range(2))
    found, left, right = score(gold, test), spans(gold), spans(test)
    free = list(left)
    matched = 0
    for one in right:
        if one in free:
            free.remove(one)
            matched += 1
    crossed = [
        one for one in right
        if any(set(one[1]) & set(other[1]) and set(one[1]) - set(other[1]) and set(other[1]) - set(one[1]) for other in left)
    ]  # fmt: skip
    tags = sum(a.tag == b.tag for a, b in zip(gold.leaves, test.leaves))
    wanted = (matched, len(left), len(right), len(crossed), words, tags)
    assert (found.matched, found.gold, found.test, found.crossing, found.words, found.tags) == wanted
    assert found.complete == (sorted(left) == sorted(right)) and found.uncrossed == (not crossed)


def test_a_constituent_that_stands_twice_must_be_found_twice():
    once, twice = read_tree("(S (NP (N a)))"), read_tree("(S (NP (NP (N a))))")
    assert (score(twice, once).matched, score(twice, once).gold, score(once, twice).test) == (2, 3, 3)


def test_what_is_no_tree_counts_as_missing_and_not_as_left_out():
    right, wrong = ["(S", "(NP", "XX", ")NP", "XX", ")S"], ["(S", "(NP", "XX", ")S"]
    found = bracket_measures([right, wrong], [right, right])
    assert found == {
        "bracket F1": pytest.approx(2 / 3), "bracket precision": 1.0, "bracket recall": 0.5, "well-formed": 0.5,
        "complete match": 0.5,
    }  # fmt: skip
    assert unparsed(read_tree("(S (NP (N a)) (V b))")).recall == 0


def test_tags_are_measured_where_they_are_written():
    gold, test = read_tree("(S (N a) (V b))"), read_tree("(S (N a) (N b))")
    found = bracket_measures([linear(test, "tags")], [linear(gold, "tags")])
    assert (found["tagging accuracy"], found["bracket F1"], found["complete match"]) == (0.5, 1.0, 1.0)


@pytest.mark.parametrize(("test", "says"), [
    ("(S (N a))", "the gold tree has 2 words and the other 1"), ("(S (N a) (N c))", "word 2 is 'b' in the gold tree and 'c'"),
])  # fmt: skip
def test_trees_of_different_sentences_are_refused(test, says):
    with pytest.raises(InputError, match=says):
        score(read_tree("(S (N a) (N b))"), read_tree(test))


def test_sums_over_no_sentence_are_zeros():
    found = total([])
    assert (found.sentences, found.f1, found.recall, found.precision, found.tagging) == (0, 0.0, 0.0, 0.0, 0.0)
    assert bracket_measures([], []) == {}


def test_every_order_of_equal_groups_gives_the_same():
    trees = [read_tree("(S (ADVP (R a)) (X (B b)))"), read_tree("(S (PRT (R a)) (X (C b)))")]
    for group in itertools.permutations(("ADVP", "PRT", "B", "C"), 2):
        same = Conventions(equal_labels=(group,))
        assert score(*trees, same).matched == (3 if set(group) == {"ADVP", "PRT"} else 2)
