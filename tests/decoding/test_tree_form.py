"""Trees only: what is free is what some tree goes on with, every output is a tree, and the best one is the best of all trees."""

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from core.data.tree_tokens import TreeTokens, read_linear
from core.decoding.batched import decode
from core.decoding.exact import ExactSearch
from core.decoding.frontier import Force, Limits, Rules
from core.decoding.hypothesis import Status
from core.decoding.stepper import Stepper
from core.decoding.tree_form import bar_untreelike
from core.decoding.weighing import FREE
from core.errors import SettingError
from core.runs.catalog import SEARCHES
from core.runs.draw_steps import _reason
from tests.doubles import BEGIN, END, RandomTable

TEXT = ("<end>", "<begin>", "(A", "(B", ")A", ")B", "XX", "<unk>")
TREES = TreeTokens(opens=(2, 3), closes=(4, 5), leaves=(6,))
WAYS = {
    "greedy": [{}, {"repetition_penalty": 1.5}, {"min_length": 8}],
    "beam": [{"width": 1}, {"width": 5}, {"width": 4, "length_norm": "mean", "stop": "never"}],
    "diverse": [{"width": 4, "groups": 2}],
    "stochastic": [{"width": 4}],
    "sampling": [{"draws": 8, "temperature": 2.0}, {"draws": 4, "top_k": 2, "temperature": 5.0}],
    "exact": [{"max_nodes": 200}],
}
CASES = [(name, values) for name in SEARCHES for values in WAYS[name]]


def rules(words: int, longest: int) -> Rules:
    return Rules(END, (BEGIN,), longest, words + 1, 5, trees=TREES)


@cache
def whole(words: int, longest: int) -> frozenset[tuple[int, ...]]:
    """Every well-formed tree over some words, <end> included, found by trying all sequences."""
    names = [str(at) for at in range(words)]
    found = set()
    for length in range(1, longest):
        for tokens in itertools.product((2, 3, 4, 5, 6), repeat=length):
            if tokens.count(6) == words and read_linear([TEXT[one] for one in tokens], names).well_formed:
                found.add((*tokens, END))
    return frozenset(found)


@pytest.mark.parametrize(("words", "longest"), [(1, 8), (2, 7), (3, 8)])
def test_a_token_is_free_where_some_tree_goes_on_with_it_and_nowhere_else(words, longest):
    trees = whole(words, longest)
    limits = Limits.of((rules(words, longest),), RandomTable(6, 0).distribution(())[None, None])
    prefixes = {tree[:at] for tree in trees for at in range(len(tree))}
    for prefix in prefixes:
        barred = bar_untreelike(limits, np.array(prefix, dtype=np.int64).reshape(1, 1, -1), len(TEXT))
        free = {token for token in range(len(TEXT)) if barred[0, 0, token] == FREE}
        assert free == {tree[len(prefix)] for tree in trees if tree[: len(prefix)] == prefix}, prefix


@pytest.mark.parametrize(("name", "values"), CASES, ids=[f"{name}-{values}" for name, values in CASES])
@pytest.mark.parametrize("peak", [0.5, 6.0])
def test_every_search_writes_trees_and_nothing_else(name, values, peak):
    search = SEARCHES[name](form="tree", **values)
    limits = [replace(rules(words, longest), item=words) for words, longest in ((1, 4), (1, 12), (4, 9), (6, 20))]
    table = RandomTable(6, 3, peak)
    for one, frontier in zip(limits, decode(search, table, [[7] * one.source_length for one in limits], limits)):
        names = [str(at) for at in range(one.source_length - 1)]
        assert frontier.finished
        for node in frontier.finished:
            assert node.status is Status.FINISHED
            assert read_linear([TEXT[token] for token in node.tokens()[:-1]], names).well_formed


@pytest.mark.parametrize("seed", range(4))
def test_exact_search_finds_the_most_probable_of_all_trees(seed):
    table, one = RandomTable(6, seed), rules(3, 8)
    (found,) = decode(ExactSearch(form="tree", max_nodes=3_000), table, [[7] * 4], [one])

    def logp(tokens: tuple[int, ...]) -> float:
        return sum(float(table.distribution((BEGIN, *tokens[:at]))[token]) for at, token in enumerate(tokens))

    best = max(whole(3, 8), key=logp)
    assert found.proved and tuple(found.best.tokens()) == best
    assert found.best.logp == pytest.approx(logp(best), abs=1e-5)


def test_items_of_different_length_do_not_see_each_others_words():
    search = SEARCHES["beam"](form="tree", width=3)
    limits = [replace(rules(words, 3 * words + 4), item=words) for words in (1, 5, 2, 3)]
    sources = [[7] * one.source_length for one in limits]
    table = RandomTable(6, 5)
    for one, source, together in zip(limits, sources, decode(search, table, sources, limits)):
        (alone,) = decode(search, table, [source], [one])
        assert [node.tokens() for node in alone.finished] == [node.tokens() for node in together.finished]


def test_what_is_barred_is_said_in_words():
    (last,) = decode(SEARCHES["greedy"](form="tree"), RandomTable(6, 3), [[7, 7, 7]], [rules(2, 12)])
    barred = [node.reason for one in last.history for node in one.born if node.status is Status.PRUNED_CONSTRAINT]
    assert barred and all(reason.startswith("no tree could come of it: ") for reason in barred)
    assert len(set(barred)) >= 3
    assert _reason(SEARCHES["sampling"](form="tree"), 0, 4) == "form tree"


def test_a_person_may_break_a_tree_and_the_search_ends_what_cannot_be_mended():
    stepper = Stepper(RandomTable(6, 1), SEARCHES["greedy"](form="tree"), [7, 7, 7], rules(2, 12))
    for token in (2, 6, 4):  # (A XX )A, with a word left
        stepper.forward(Force(token))
    stepper.finish()
    assert stepper.frontier.best.tokens() == [2, 6, 4, END]


def test_an_empty_source_has_an_empty_tree():
    (found,) = decode(SEARCHES["greedy"](form="tree"), RandomTable(6, 1), [[7]], [rules(0, 9)])
    assert found.best.tokens() == [END]


@pytest.mark.parametrize(("values", "limits", "says"), [
    ({}, replace(rules(3, 9), trees=None), "form=tree needs a run that writes trees"),
    ({"max_length": 5}, rules(3, 9), "no tree over 3 words fits into 5 tokens, <end> counted; it needs 6"),
    ({}, rules(30, 12), "no tree over 30 words fits into 12 tokens"),
])  # fmt: skip
def test_what_cannot_be_a_tree_is_refused(values, limits, says):
    with pytest.raises(SettingError, match=says):
        decode(SEARCHES["beam"](form="tree", **values), RandomTable(6, 1), [[7, 7, 7, 7]], [limits])
    with pytest.raises(SettingError, match="no_repeat_ngram=2 forbids brackets that a tree needs"):
        SEARCHES["beam"](form="tree", no_repeat_ngram=2)


def test_trees_and_other_outputs_are_not_decoded_together():
    both = [rules(1, 9), replace(rules(1, 9), trees=None)]
    with pytest.raises(SettingError, match="decode them apart"):
        decode(SEARCHES["greedy"](), RandomTable(6, 1), [[7, 7], [7, 7]], both)
