"""Sessions on models that are tables: branches, undoing, replaying, and what forcing costs, computed by hand."""

from math import log

import pytest

from core.decoding.beam import BeamSearch
from core.decoding.greedy import GreedySearch
from core.decoding.sampling import SamplingSearch
from core.decoding.session import MOST_BRANCHES, Branch, Explorer, Session
from core.decoding.trees.tree import DecodingTree
from core.errors import InputError
from tests.doubles import END, Markov, RandomTable, rules

#            END  BEGIN  red  green
GARDEN = [
    [1.00, 0.0, 0.00, 0.00],  # after END
    [0.00, 0.0, 0.60, 0.40],  # after BEGIN
    [0.45, 0.0, 0.35, 0.20],  # after red
    [0.90, 0.0, 0.05, 0.05],  # after green
]
RED, GREEN = 2, 3
GREEDY = GreedySearch()
START = Session("a source", GREEDY)
TEXTS = ["<end>", "<begin>", "red", "green"]


def garden() -> Explorer:
    return Explorer(Markov(GARDEN), [7, END], rules())


def table(longest: int = 5) -> Explorer:
    return Explorer(RandomTable(4, 3), [7, END], rules(longest))


def grown(explorer: Explorer, session: Session) -> DecodingTree:
    return explorer.tree(session, [str(number) for number in range(8)], {})


def written(tree: DecodingTree) -> str:
    """All of a tree's nodes; as text, since nan is not nan."""
    return str(tree.to_dict()["nodes"])


def outputs(tree: DecodingTree) -> set[tuple[int, ...]]:
    return {tuple(tree.nodes["token"][at] for at in tree.path(node)) for node in tree.finished()}


def test_a_branch_is_forced_and_its_difference_is_that_of_the_sums_by_hand():
    session, explorer = START.add(Branch((), GREEN, GREEDY)), garden()
    assert explorer.difference(START) is None
    # greedy: 0.6 · 0.45 = 0.27; forced onto green: 0.4 · 0.9 = 0.36, so forcing pays
    assert explorer.difference(session) == pytest.approx(log(0.36) - log(0.27), abs=1e-6)
    worse = session.add(Branch((GREEN,), RED, GREEDY))  # green red END: 0.4 · 0.05 · 0.45
    assert explorer.difference(worse) == pytest.approx(log(0.4 * 0.05 * 0.45) - log(0.36), abs=1e-6)


def test_a_branch_from_a_dead_node_brings_it_to_life_and_leaves_the_rest():
    explorer = garden()
    before = explorer.tree(START, TEXTS, {})
    (dead,) = [n for n in before.nodes["id"] if before.nodes["token"][n] == GREEN and before.nodes["step"][n] == 1]
    assert before.nodes["status"][dead].startswith("pruned") and before.children(dead) == []
    after = explorer.tree(START.add(Branch((GREEN,), None, GREEDY)), TEXTS, {})
    (node,) = [n for n in after.nodes["id"] if after.nodes["token"][n] == GREEN and after.nodes["step"][n] == 1]
    assert after.nodes["status"][node] == "expanded" and after.nodes["forced"][node]
    assert outputs(after) == outputs(before) | {(GREEN, END)}
    assert outputs(before) == {(RED, END)}


def test_the_rest_of_a_branch_goes_by_its_own_search_and_one_root_holds_all():
    explorer = table()
    session = START.add(Branch((3,), 2, BeamSearch(width=2))).add(Branch((4,), None, SamplingSearch(seed=5)))
    tree = grown(explorer, session)
    assert tree.nodes["parent"].count(-1) == 1
    ends = explorer.ends(session)
    assert [end.decision.search for end in ends] == [GREEDY, BeamSearch(width=2), SamplingSearch(seed=5)]
    for end, given in zip(ends[1:], [(3, 2), (4,)]):
        assert all(tuple(node.tokens()[: len(given)]) == given for node in end.finished)
    assert outputs(tree) == {tuple(node.tokens()) for end in ends for node in end.finished}


def test_undoing_to_the_beginning_and_redoing_to_the_end_gives_every_tree_again():
    explorer, session = table(), START
    trees = [written(grown(explorer, session))]
    for token in (2, 3, 4, 5, 2, 3, 4, 5, 2, 3, 4, 5):
        session = session.add(Branch((token, 2), token, SamplingSearch(seed=session.done)))
        trees.append(written(grown(explorer, session)))
    for done in reversed(range(12)):
        session = session.undo()
        assert session.done == done and written(grown(explorer, session)) == trees[done]
    assert session.undo() == session and session.branches == ()
    for done in range(1, 13):
        session = session.redo()
        assert written(grown(explorer, session)) == trees[done]
    assert session.redo() == session
    assert len(set(trees)) == 13  # each branch changed the tree


def test_a_new_branch_drops_what_was_undone_and_the_same_branch_is_not_added_twice():
    one, two, three = (Branch((), token, GREEDY) for token in (2, 3, 4))
    session = START.add(one).add(two).undo()
    assert session.add(one) is session
    assert session.add(three).line == (one, three)
    assert session.at(99).branches == (one, two) and session.at(-7).branches == ()


@pytest.mark.parametrize("seed", [0, 7])
def test_whoever_replays_a_session_draws_the_same_tokens(seed):
    session = START.add(Branch((), 3, SamplingSearch(seed=seed))).add(
        Branch((2,), None, SamplingSearch(draws=4, seed=seed))
    )
    here, there = grown(table(8), session), grown(table(8), session)
    assert here.nodes["token"] == there.nodes["token"] and here.draws == there.draws
    assert len(here.draws["id"]) > 4


def test_what_cannot_be_forced_is_refused_and_the_session_still_draws():
    explorer = garden()
    with pytest.raises(InputError, match="cannot be generated"):
        explorer.tree(START.add(Branch((), 99, GREEDY)), TEXTS, {})
    with pytest.raises(InputError, match="the output is over after 2 tokens; nothing can follow as token 3"):
        explorer.tree(START.add(Branch((RED, END), GREEN, GREEDY)), TEXTS, {})
    assert outputs(explorer.tree(START, TEXTS, {})) == {(RED, END)}


def test_a_session_has_an_end_somewhere():
    full = Session("a", GREEDY, tuple(Branch((n,), None, GREEDY) for n in range(MOST_BRANCHES)), MOST_BRANCHES)
    with pytest.raises(InputError, match="at most 1,000 branches"):
        full.add(Branch((), 2, GREEDY))
