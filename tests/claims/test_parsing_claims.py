"""The claims about parsing: the floor by hand, verdicts by their rules, a treebank that is not there."""

import pytest

from core.claims.claim import Measured
from core.claims.experiment import run
from core.claims.parsing import TREEBANK, OwnTreebank, Parsing, TreesOnly, floor, right_branching
from core.data.tree_tokens import read_linear
from core.errors import MissingData
from core.tasks.parsing import Parsing as Task
from core.tasks.task import held_out


def rows(free: float, whole: float = 1.0, only: float = 1.0) -> tuple[dict, ...]:
    shares = {"free": (free, whole), "trees only": (0.9, only)}
    return tuple(
        {"search": name, "step": 1, "bracket F1": f1, "well-formed": share} for name, (f1, share) in shares.items()
    )


@pytest.mark.parametrize("words", range(1, 7))
def test_a_right_branching_tree_is_one(words):
    tokens = right_branching(words, "S", "NP")
    found = read_linear(tokens, [str(at) for at in range(words)])
    assert found.well_formed and found.constituents[0].label == "S"
    assert [(one.first, one.last) for one in found.constituents[1:]] == [(at, words - 1) for at in range(1, words - 1)]


def test_the_floor_is_above_nothing_and_far_from_right():
    task = Task()
    found = floor(task, held_out(task, "test", 15), 0)
    assert found["well-formed"] == 1.0 and 0.1 < found["bracket F1"] < 0.5


@pytest.mark.parametrize(("effect", "baseline", "verdict"), [
    (0.95, 0.2, "shown"), (0.6, 0.2, "not shown"), (0.75, 0.5, "not shown"), (0.1, 0.2, "contradicted"),
])  # fmt: skip
def test_parsing_is_shown_where_it_is_far_above_the_floor(effect, baseline, verdict):
    assert Parsing().verdict([Measured(effect, baseline, ())]) == verdict


@pytest.mark.parametrize(("free", "whole", "only", "verdict"), [
    (0.3, 0.2, 1.0, "shown"), (0.3, 0.2, 0.99, "not shown"), (0.3, 0.9, 1.0, "not shown"), (0.85, 0.2, 1.0, "not shown"),
    (0.95, 0.2, 1.0, "contradicted"),
])  # fmt: skip
def test_the_restraint_is_shown_to_help_where_free_outputs_are_broken(free, whole, only, verdict):
    assert TreesOnly().verdict([Measured(0.9, free, rows(free, whole, only))]) == verdict


def test_without_a_treebank_it_is_said_what_to_set(monkeypatch):
    monkeypatch.delenv(TREEBANK)
    with pytest.raises(MissingData, match=f"there is no treebank to measure: set {TREEBANK}"):
        run(OwnTreebank(), [0])


def test_a_treebank_is_measured_against_its_own_floor():
    found = run(OwnTreebank(), [0], budget=0.01)
    assert [row["search"] for row in found.rows] == ["right-branching", "free", "trees only", "free", "trees only"]
    assert found.rows[-1]["well-formed"] == 1.0 and found.baseline == found.rows[0]["bracket F1"] > 0
