"""Trees are folded from arrays; here they are held to the definition: hypothesis by hypothesis, in the order of time."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.decoding.frontier import Force
from core.decoding.hypothesis import PRUNED, Hypothesis, Status
from core.decoding.search import AbstractSearch
from core.decoding.stepper import Stepper
from core.decoding.trees.tree import COLUMNS, DecodingTree, fold
from core.decoding.view import Frontier
from core.runs.catalog import SEARCHES
from core.settings import declarations
from tests.doubles import BEGIN, END, RandomTable, rules

TEXTS = [f"t{number}" for number in range(40)]
VARIATIONS: tuple[dict[str, Any], ...] = (
    {}, {"width": 2, "stop": "never"}, {"width": 4, "length_norm": "mean"}, {"width": 6, "groups": 3, "diversity": 0.7},
    {"draws": 6, "temperature": 1.4, "seed": 3}, {"draws": 4, "top_k": 2}, {"width": 4, "seed": 7}, {"min_length": 3},
    {"no_repeat_ngram": 2, "repetition_penalty": 1.5}, {"start_width": 2, "length_norm": "gnmt"}, {"max_nodes": 4},
)  # fmt: skip
CASES = [
    kind(**values) for kind in SEARCHES.values() for values in VARIATIONS if set(values) <= {one.name for one in declarations(kind)}
]  # fmt: skip
every_search = pytest.mark.parametrize("search", CASES, ids=[f"{one.name}-{at}" for at, one in enumerate(CASES)])


class Defined:
    """The tree by its definition: every hypothesis that was born gets a node, the same prefix once."""

    def __init__(self, lasts: list[Frontier]) -> None:
        once: dict[tuple[int, int], Frontier] = {}
        for last in lasts:
            for frontier in last.history:
                once.setdefault((id(frontier.decision), frontier.at), frontier)
        self.rows: list[dict[str, Any]] = []
        self.nodes: list[Hypothesis] = []
        self.places: dict[tuple[int, ...], int] = {}
        self.draws: list[tuple[int, int]] = []
        numbered = sorted(enumerate(once.values()), key=lambda pair: pair[1].step)
        for move, frontier in numbered:
            for node in frontier.born or frontier.live:
                self._place(node, move, frontier)
        parents = {row["parent"] for row in self.rows}
        for place, row in enumerate(self.rows):
            if row["status"] == Status.LIVE and place in parents:
                row["status"] = Status.EXPANDED
        for last in lasts:
            for node, status, reason in last.verdicts():
                self.rows[self.places[tuple(node.tokens())]] |= {"status": status, "reason": reason}

    def _place(self, node: Hypothesis, move: int, frontier: Frontier) -> None:
        prefix = tuple(node.tokens())
        place = self.places.setdefault(prefix, len(self.rows))
        row = {
            "id": place, "parent": self.places[prefix[:-1]] if prefix else -1, "step": len(prefix), "token": node.token,
            "text": TEXTS[node.token], "logp_token": node.logp_token, "logp": node.logp, "adj": node.rank_score - node.logp,
            "rank_score": node.rank_score, "bound": node.bound, "rank": node.rank, "group": node.group, "slot": node.slot,
            "status": node.status, "reason": node.reason, "forced": node.forced, "prob_filtered": node.prob_filtered,
            "draw": len(self.draws) if node.draw else -1, "n_tokens": len(prefix), "adj_parts": node.parts, "walk": move,
            "is_gold": frontier.rules.gold is not None and frontier.rules.gold[: len(prefix)] == prefix,
        }  # fmt: skip
        if place == len(self.rows):
            self.rows.append(row)
            self.nodes.append(node)
        elif self.rows[place]["status"] in PRUNED and node.status not in PRUNED:
            self.rows[place] = {**row, "walk": self.rows[place]["walk"]}
        if node.draw is not None:
            self.draws.append((place, node.draw.index))


def hold(tree: DecodingTree, defined: Defined) -> None:
    assert len(tree) == len(defined.rows)
    for name in COLUMNS:
        if name == "attn":
            continue
        for place, (own, row) in enumerate(zip(tree.nodes[name], defined.rows, strict=True)):
            expected = row[name]
            same = (
                own == pytest.approx(expected, abs=1e-12, nan_ok=True)
                if isinstance(expected, float | dict)
                else own == expected
            )
            assert same, (name, place, own, expected)
    assert list(zip(tree.draws["node"], tree.draws["draw"])) == defined.draws
    for place, node in enumerate(defined.nodes):
        rows = tree.rows("table.cross", place)
        if place == 0:
            assert rows is None
        else:  # attention names the prefix that was read
            prefix = (BEGIN, *node.tokens()[:-1])
            assert rows is not None and rows[0, 0] == np.float32(hash(prefix) % 997)


def stepped(search: AbstractSearch, seed: int, gold: tuple[int, ...] | None = None) -> Stepper:
    limits = rules(longest=5)
    limits = limits if gold is None else type(limits)(**{**vars(limits), "gold": gold})
    return Stepper(RandomTable(4, seed, peak=2.0), search, [7, END], limits)


@every_search
@pytest.mark.parametrize("gold", [None, (2, 3, END), (5, 5, 5, END)])
def test_a_folded_tree_is_what_its_hypotheses_say(search, gold):
    for seed in range(3):
        last = stepped(search, seed, gold).finish()
        hold(fold([last], TEXTS, {}), Defined([last]))


@every_search
def test_a_tree_in_the_middle_of_a_search_is_too(search):
    walk = stepped(search, 1)
    for _ in range(2):
        walk.forward()
    hold(fold([walk.frontier], TEXTS, {}), Defined([walk.frontier]))


@settings(max_examples=60, deadline=None)
@given(
    number=st.integers(0, len(CASES) - 1),
    seed=st.integers(0, 1000),
    forced=st.lists(st.tuples(st.integers(0, 3), st.integers(2, 5)), min_size=1, max_size=3),
)
def test_branches_are_folded_into_one_tree(number, seed, forced):
    walk = stepped(CASES[number], seed, (2, 4, END))
    ends = [walk.finish()]
    for depth, token in forced:
        while walk.frontier.step > depth or walk.done:
            if walk.frontier.step == 0:
                break
            walk.back()
        if not walk.done and walk.frontier.live:
            walk.forward(Force(token))
            ends.append(walk.finish())
    hold(fold(ends, TEXTS, {}), Defined(ends))


def test_of_a_search_that_records_nothing_no_attention_is_told():
    class Silent(RandomTable):
        def step(self, tokens, state):
            return super().step(tokens, state)._replace(rows=dict)

    search = SEARCHES["beam"](width=2)
    tree = fold([Stepper(Silent(4, 0), search, [7, END], rules()).finish()], TEXTS, {})
    assert set(tree.nodes["attn"]) == {-1} and not tree.attention


def test_moves_are_numbered_in_the_order_of_time():
    for search in CASES:
        last = stepped(search, 2).finish()
        nodes = fold([last], TEXTS, {}).nodes
        assert all(nodes["walk"][parent] < own for own, parent in zip(nodes["walk"][1:], nodes["parent"][1:]))
        assert max(nodes["walk"]) < len(last.history)
        if search.name in ("greedy", "beam"):
            assert nodes["walk"] == nodes["step"]
