"""Interventions on the shipped models: what was set is what was used, what changed is told with the right numbers."""

import math

import pytest
import torch

from core.errors import InputError
from core.recording.edit import Edit, Edited
from core.runs.catalog import SEARCHES
from core.runs.intervention import check, heads, intervene
from core.runs.trained import load

CROSS = "decoder.layers.1.cross_attention.attention"
GRU = "decoder.cross_attention"
SOURCE = "20 de mayo de 1948"


@pytest.fixture(scope="module")
def transformer():
    return load("demo/dates-transformer")


@pytest.fixture(scope="module")
def gru():
    return load("demo/dates-gru")


def one_hot(trained, at):
    return tuple(float(key == at) for key in range(len(trained.item(SOURCE)[0])))


def nodes(tree):
    return [list(tree.nodes[name]) for name in ("parent", "token", "status", "logp", "logp_token", "rank_score")]


def stepped(trained, tokens, edits=()):
    """Log-probabilities of every next token, step by step: [step, vocab]."""
    model, laws = Edited(trained.model, edits), []
    state = model.start([trained.item(SOURCE)[0]])
    for token in (trained.model.begin, *tokens[:-1]):
        step = model.step(torch.tensor([[token]]), state)
        laws.append(step.log_probs[0, 0].double())
        state = step.state
    return torch.stack(laws)


@pytest.mark.parametrize("search", SEARCHES)
def test_without_edits_both_decodings_are_equal_bit_for_bit_whatever_the_search(transformer, search):
    found = intervene(transformer, SOURCE, SEARCHES[search](), [])
    assert nodes(found.before) == nodes(found.after) and len(found.before) > 10
    assert found.parted is None and found.old == found.new and not any(found.old.changed)
    assert all(one.divergence == 0.0 and one.p_before == one.p_after for one in found.shifts)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_row_set_at_one_step_is_recorded_there_on_every_path_and_undone_it_is_as_before(gru, search):
    row = one_hot(gru, 0)
    kind = SEARCHES[search]()
    found = intervene(gru, SOURCE, kind, [Edit(GRU, 0, row, 2)])
    steps, recorded = found.after.nodes["step"], 0
    for node, step in enumerate(steps):
        own = found.after.rows(GRU, node)
        if own is not None:
            assert (own[0].tolist() == list(row)) == (step == 2)
            recorded += step == 2
    assert recorded and found.old.text == "1948-05-20" != found.new.text and found.parted == 2
    assert nodes(intervene(gru, SOURCE, kind, []).after) == nodes(found.before)


def test_the_numbers_of_what_changed_are_those_of_stepping_along_each_path(gru):
    edits = [Edit(GRU, 0, one_hot(gru, 0), 2)]
    found = intervene(gru, SOURCE, SEARCHES["beam"](width=3), edits)
    for output, other in ((found.old, found.new), (found.new, found.old)):
        before, after = stepped(gru, output.numbers), stepped(gru, output.numbers, edits)
        at = torch.arange(len(output.numbers))
        assert output.logp_before == pytest.approx(float(before[at, list(output.numbers)].sum()), abs=1e-4)
        assert output.logp_after == pytest.approx(float(after[at, list(output.numbers)].sum()), abs=1e-4)
        assert output.tokens != other.tokens
    before, after = stepped(gru, found.old.numbers), stepped(gru, found.old.numbers, edits)
    for one, number, p, q in zip(found.shifts, found.old.numbers, before.exp(), after.exp(), strict=True):
        assert one.divergence == pytest.approx(
            sum(a * math.log(a / b) for a, b in zip(p.tolist(), q.tolist())), abs=1e-4
        )
        assert (one.p_before, one.p_after) == pytest.approx((float(p[number]), float(q[number])), abs=1e-5)
        own = [float(x) for at, x in enumerate(q) if at not in gru.model.never_generated]
        assert one.rank_after == 1 + sum(x > float(q[number]) for x in own) and one.rank_before == 1
    assert found.shifts[0].divergence == 0.0 and found.shifts[1].divergence > 1  # the edit is of step 2
    assert found.shifts[1].favorite == found.new.tokens[1]


def test_the_scores_of_the_trees_are_those_of_the_outputs(transformer):
    found = intervene(transformer, SOURCE, SEARCHES["greedy"](), [Edit(CROSS, 0)])
    assert found.before.header["logp"] == pytest.approx(found.old.logp_before, abs=1e-5)
    assert found.after.header["logp"] == pytest.approx(found.new.logp_after, abs=1e-5)
    assert found.after.header["edits"] == [{"site": CROSS, "head": 0}] and "edits" not in found.before.header


def test_tokens_that_one_output_has_alone_are_marked_in_it(transformer):
    found = intervene(transformer, SOURCE, SEARCHES["greedy"](), [Edit(CROSS, 0)])
    assert (found.old.text, found.new.text) == ("1948-05-20", "1948-05-26")
    assert [at for at, changed in enumerate(found.old.changed) if changed] == [9]
    assert [at for at, changed in enumerate(found.new.changed) if changed] == [9]
    assert found.parted == 10


def test_a_head_of_the_encoder_may_be_off_too(transformer):
    encoder = [site.name for site, _ in heads(transformer, SOURCE) if site.stack == "encoder"]
    found = intervene(
        transformer, SOURCE, SEARCHES["greedy"](), [Edit(path, at) for path in encoder for at in range(4)]
    )
    assert found.old.text == "1948-05-20" != found.new.text


def test_the_heads_of_a_model_are_counted(transformer, gru):
    assert [(site.label, count) for site, count in heads(transformer, SOURCE)] == [
        ("encoder self · layer 1", 4), ("encoder self · layer 2", 4), ("decoder self · layer 1", 4), ("cross · layer 1", 4),
        ("decoder self · layer 2", 4), ("cross · layer 2", 4),
    ]  # fmt: skip
    assert [(site.name, count) for site, count in heads(gru, SOURCE)] == [(GRU, 1)]


def test_an_edit_of_a_step_that_no_path_reaches_is_named(gru):
    late, early = Edit(GRU, 0, one_hot(gru, 1), 30), Edit(GRU, 0, one_hot(gru, 1), 3)
    assert intervene(gru, SOURCE, SEARCHES["greedy"](), [late, early]).unreached == (late,)


def test_what_cannot_be_is_refused_before_anything_is_decoded(transformer, gru):
    most = gru.item(SOURCE)[1].max_new_tokens
    with pytest.raises(InputError, match=f"there is no step {most + 1}, an output for this source has at most {most}"):
        check(gru, SOURCE, [Edit(GRU, 0, one_hot(gru, 0), most + 1)])
    check(gru, SOURCE, [Edit(GRU, 0, one_hot(gru, 0), most)])
    with pytest.raises(InputError, match=r"there is no such head, cross · layer 2 has 4 heads"):
        check(transformer, SOURCE, [Edit(CROSS, 4)])
    with pytest.raises(
        InputError, match=r"cross · layer 1, head 2: there is no such head, cross · layer 1 has one head"
    ):
        intervene(gru, SOURCE, SEARCHES["greedy"](), [Edit(GRU, 1)])
    with pytest.raises(InputError, match="a row of 2 weights was set, but the source has"):
        check(gru, SOURCE, [Edit(GRU, 0, (1.0, 0.0))])
