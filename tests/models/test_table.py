"""Tables as models: by hand, the examples' lessons verified, and everything wrong said in one sentence."""

import json
import math

import pytest
import torch

from core.decoding.beam import BeamSearch
from core.decoding.exact import ExactSearch
from core.decoding.greedy import GreedySearch
from core.errors import AttentionLabError, DataError
from core.models.example_tables import EXAMPLE_TABLES
from core.models.table import TableModel
from core.models.table_rows import DEEPEST, END, gathered, pack, read_rows, scaled, unpack
from core.runs.catalog import SEARCHES
from core.runs.table_search import UNSEEN, search_table, whole_tree
from core.step_model import DecoderState, StepModel

TABLES = {name: example.table for name, example in EXAMPLE_TABLES.items()}


def beam(width, **more):
    return BeamSearch.from_dict({"width": width, **more})


def said(tokens):
    return " ".join(token for token in tokens if token != END)


def test_a_table_is_a_step_model_whose_prefixes_without_a_row_end():
    model = TableModel({(): {"A": 0.6, "B": 0.4}, ("B",): {"A": 0.25, END: 0.75}})
    assert isinstance(model, StepModel)
    first = model.step(torch.tensor([[model.begin]]), model.start([[0]]))
    assert isinstance(first.state, DecoderState)
    assert model.tokens == (END, "<begin>", "A", "B")
    assert first.log_probs.exp().tolist() == [[[0.0, 0.0, pytest.approx(0.6), pytest.approx(0.4)]]]
    two = first.state.select(torch.tensor([[0, 0]]))
    second = model.step(torch.tensor([[2, 3]]), two)
    assert second.log_probs.exp().tolist() == [[[1.0, 0.0, 0.0, 0.0], [pytest.approx(0.75), 0.0, 0.25, 0.0]]]


def test_slots_and_items_follow_their_hypotheses():
    model = TABLES["lecture"]
    state = model.start([[0], [0], [0]]).fed(torch.tensor([[2], [3], [2]]))
    chosen = state.select(torch.tensor([[0, 0], [0, 0]]), torch.tensor([1, 2]))
    assert chosen.prefixes == (((3,), (3,)), ((2,), (2,)))


@pytest.mark.parametrize("name", TABLES)
def test_all_outputs_of_a_table_share_all_probability(name):
    outputs = TABLES[name].outputs()
    assert sum(math.exp(one.logp) for one in outputs) == pytest.approx(1.0)
    assert len({one.tokens for one in outputs}) == len(outputs)
    assert max(len(one.tokens) for one in outputs) <= TABLES[name].longest


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("kind", SEARCHES)
def test_every_search_runs_on_every_example_and_tells_the_true_probability_of_what_it_found(name, kind):
    model = TABLES[name]
    found = search_table(model, SEARCHES[kind]())
    exact = {one.tokens: one.logp for one in model.outputs()}
    assert found.logp == pytest.approx(exact[found.tokens], abs=1e-9)
    assert found.error >= 0 and found.place == 1 + sum(logp > found.logp + 1e-9 for logp in exact.values())
    if kind == "exact":
        assert (found.proved, found.error, found.place) == (True, 0.0, 1)


def test_in_the_lectures_tree_greedy_takes_the_red_path_and_a_beam_of_two_the_green_one():
    model = TABLES["lecture"]
    red, green = search_table(model, GreedySearch()), search_table(model, beam(2))
    assert said(red.tokens) == "A B B" and math.exp(red.logp) == pytest.approx(0.6 * 0.6 * 0.6)
    assert said(green.tokens) == "B B B" and math.exp(green.logp) == pytest.approx(0.4 * 0.9 * 0.9)
    assert red.error == pytest.approx(math.log(0.324 / 0.216)) and said(red.truth) == "B B B"
    assert green.error == 0.0 and search_table(model, ExactSearch()).tokens == green.tokens


def test_a_garden_path_takes_a_beam_of_three():
    model = TABLES["garden"]
    assert search_table(model, GreedySearch()).error > 0
    assert search_table(model, beam(2)).error > 0
    assert said(search_table(model, beam(3)).tokens) == "time flies"
    assert search_table(model, beam(3)).error == 0.0


def test_a_wider_beam_can_find_less():
    model = TABLES["wider"]
    logps = {width: search_table(model, beam(width)).logp for width in (1, 2, 3)}
    assert logps[1] == search_table(model, GreedySearch()).logp == pytest.approx(math.log(0.4 * 0.4))
    assert logps[2] == pytest.approx(math.log(0.35 * 0.5 * 0.34)) and logps[2] < logps[1] == logps[3]
    assert search_table(model, ExactSearch()).logp == logps[1]


def test_the_short_output_wins_by_the_sum_and_the_long_one_by_the_mean():
    model = TABLES["length"]
    assert said(search_table(model, ExactSearch()).tokens) == "no"
    mean = ExactSearch.from_dict({"length_norm": "mean", "length_penalty": 1.0})
    assert said(search_table(model, mean).tokens) == "I think so too"
    assert search_table(model, beam(4)).tokens == ("no", END)


def test_where_every_token_costs_the_same_outputs_of_all_lengths_tie_by_the_mean():
    outputs = [one for one in TABLES["equal"].outputs() if set(one.tokens) <= {"A", END}]
    means = [one.logp / len(one.tokens) for one in outputs]
    assert [len(one.tokens) for one in outputs] == [1, 2, 3, 4] and means == pytest.approx([math.log(0.5)] * 4)
    others = [one.logp / len(one.tokens) for one in TABLES["equal"].outputs() if one not in outputs]
    assert others and max(others) < math.log(0.5)


def test_the_empty_output_is_the_best_unless_it_is_forbidden():
    model = TABLES["empty"]
    for search in (GreedySearch(), beam(2)):
        assert said(search_table(model, search).tokens) == "big old house"
    for search in (beam(3), beam(8), ExactSearch()):
        assert search_table(model, search).tokens == (END,)
    full = search_table(model, ExactSearch.from_dict({"min_length": 1}))
    assert len(full.tokens) == 4 and full.error == 0.0 and full.place == 2


def test_the_drawn_tree_has_every_prefix_once_and_says_what_the_search_never_saw():
    model = TABLES["lecture"]
    columns = whole_tree(model, search_table(model, GreedySearch()))
    assert len(columns["id"]) == 1 + 2 + 4 + 8 + 8
    assert all(parent < at for at, parent in zip(columns["id"], columns["parent"]))
    status = dict(zip(zip(columns["step"], columns["logp"]), columns["status"]))
    assert list(status.values()).count("finished") == 1
    best = [at for at in columns["id"] if columns["is_gold"][at]]
    assert " ".join(columns["token"][at] for at in best) == "<begin> B B B <end>"
    below = [columns["status"][at] for at in columns["id"] if columns["parent"][at] == 2]
    assert columns["token"][2] == "B" and columns["status"][2] == "pruned_beam" and below == [UNSEEN] * 2


@pytest.mark.parametrize("name", TABLES)
def test_a_table_comes_back_whole_from_its_file_and_from_its_link(name):
    model = TABLES[name]
    for again in (TableModel.from_json(model.to_json()).rows, TableModel(unpack(model.packed())).rows):
        assert {p: list(row.items()) for p, row in again.items()} == {p: list(r.items()) for p, r in model.rows.items()}
    assert len(model.packed()) < 500


def test_a_row_off_by_less_than_a_millionth_is_taken_and_read_as_one():
    model = TableModel({(): {"A": 1 / 3, "B": 0.666666}})
    assert sum(model.row(()).values()) == 1.0 and TableModel({(): {"A": 0.0, "B": 1.0}}).outputs()[0].logp == 0.0


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"": {"A": 0.6, "B": 0.3}}, "the row of the first step sums to 0.9, not to 1"),
        ({"": {"A": 1.0}, "A": {"B": 0.5, "C": 0.6}}, "the row “A” sums to 1.1, not to 1"),
        ({"A": {"B": 1.0}}, "no first step"),
        ({"": {}}, "has 0 tokens; it needs 1 to 12"),
        ({"": {str(n): 1 / 13 for n in range(13)}}, "has 13 tokens; it needs 1 to 12"),
        ({"": {"A": 1.0}, "B": {"A": 1.0}}, "can never be reached: “B” is not in the row of the first step"),
        ({"": {"A": 1.0}, "A B": {"A": 1.0}}, "can never be reached: “B” is not in the row “A”"),
        ({"": {"A": -0.5, "B": 1.5}}, "a probability is a number from 0 to 1"),
        ({"": {"A": "much"}}, "it must be a number"),
        ({"": {"A": True}}, "it must be a number"),
        ({"": {"A": None}}, "it must be a number"),
        ({"": {"A B": 1.0}}, "a token is one word without spaces"),
        ({"": {"": 1.0}}, "a token is one word without spaces"),
        ({"": {"x" * 21: 1.0}}, "a token has at most 20 characters"),
        ({"": {"<begin>": 1.0}}, "<begin> can never be written"),
        ({"": {END: 1.0}, END: {"A": 1.0}}, "nothing comes after <end>"),
        ({" ".join("A" * n): {"A": 1.0} for n in range(DEEPEST + 1)}, "is too deep: at most 6 tokens"),
        ([1, 2], "is not of the form"),
        ({"": 1.0}, "is not of the form"),
    ],
)
def test_a_table_that_cannot_be_is_said_in_one_sentence_with_its_row(rows, words):
    with pytest.raises(DataError) as caught:
        TableModel.from_json(json.dumps(rows))
    assert words in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no JSON at line 1"),
        ("{", "no JSON"),
        ("[" * 99_999, "no JSON"),
        ("x" * 200_000, "has 200,000 characters"),
        ('{"": {"A": 0.5, "A": 0.5}}', "“A” stands twice"),
        ('{"": {"A": 1}, "A": {"B": 1}, "A ": {"C": 1}}', "a prefix has two rows"),
        ('{"": {"A": NaN}}', "a number from 0 to 1"),
        ('{"": {"A": 1e999}}', "a number from 0 to 1"),
    ],
)
def test_a_file_that_is_no_table_is_said_in_one_sentence(text, words):
    with pytest.raises(DataError, match=words):
        TableModel.from_json(text)


@pytest.mark.parametrize("link", ["", "abc", "ж", "%%%", "AAAA" * 100, TABLES["lecture"].packed()[:-9]])
def test_a_damaged_link_is_said_and_never_read(link):
    with pytest.raises(AttentionLabError):
        unpack(link)


def test_a_link_that_unpacks_to_far_more_than_a_table_is_not_unpacked():
    with pytest.raises(DataError):
        unpack(pack({(): {"A" * 50_000_000: 1.0}}))


def test_a_row_is_scaled_to_one_or_keeps_what_was_typed():
    rows = {(): {"A": 0.3, "B": 0.4, "C": 0.4}, ("A",): {"B": 0.25, "C": 0.75}}
    plain = scaled(rows)
    assert plain[()] == pytest.approx({"A": 3 / 11, "B": 4 / 11, "C": 4 / 11})
    assert plain["A",] == rows["A",]
    kept = scaled(rows, {(): "A"})
    assert kept[()] == pytest.approx({"A": 0.3, "B": 0.35, "C": 0.35})
    assert TableModel(kept).row(())["A"] == pytest.approx(0.3)


@pytest.mark.parametrize("rows", [{(): {"A": 0.0, "B": 0.0}}, {(): {"A": 0.4}}])
def test_what_cannot_be_scaled_is_said(rows):
    with pytest.raises(DataError, match="nothing to scale"):
        scaled(rows, None if len(rows[()]) > 1 else {(): "A"})


def test_rows_may_be_read_before_they_sum_to_one():
    assert read_rows('{"": {"A": 0.6, "B": 0.3}}') == {(): {"A": 0.6, "B": 0.3}}


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([("", "A", 1.0), ("A", None, 0.5)], "line 2 of the table has no token yet"),
        ([("", "A", None)], "line 1 of the table has no probability yet"),
        ([("", "A", 0.5), (None, " A", 0.5)], "line 2 of the table has “ A” a second time"),
        ([(None, None, None)], "no first step"),
    ],
)
def test_lines_that_are_not_filled_in_yet_are_named_by_their_number(entries, words):
    with pytest.raises(DataError, match=words):
        gathered(entries)


def test_empty_lines_and_missing_numbers_of_a_data_frame_are_read_as_nothing():
    nothing = float("nan")
    assert gathered([("", "A", 1.0), (nothing, nothing, nothing)]) == {(): {"A": 1.0}}
