"""What holds for every search on every model: batches, re-scoring, seeds, going back, records (mechanisms §0.2, §11.3)."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.batch import Example, collate
from core.decoding.batched import decode
from core.decoding.hypothesis import Status
from core.decoding.sampling import SamplingSearch
from core.decoding.stepper import Stepper
from core.decoding.trees.tree import DecodingTree, fold
from core.models.build import build
from core.recording.recorded import Recorded
from core.recording.recorder import Recorder
from core.runs.catalog import SEARCHES
from core.seeds import Seeds
from core.training.evaluation import rules_for
from tests.laws.models import CHOICES, LETTERS, WORDS, model

SETTINGS = {
    "greedy": [{}, {"repetition_penalty": 1.7, "min_length": 3}, {"no_repeat_ngram": 2, "max_length": 6}],
    "beam": [
        {"width": 1}, {"width": 4}, {"width": 3, "length_norm": "mean"}, {"width": 3, "length_norm": "gnmt", "stop": "never"},
        {"width": 3, "length_norm": "reward", "length_penalty": 0.5, "stop": "k_finished"}, {"width": 40},
        {"width": 3, "coverage": "gnmt", "length_norm": "gnmt"}, {"width": 3, "coverage": "summary", "no_repeat_ngram": 1},
        {"width": 2, "repetition_penalty": 2.0, "min_length": 2, "max_length": 7},
        {"width": 8, "repetition_penalty": 1.5, "no_repeat_ngram": 2, "stop": "never"},
    ],
    "diverse": [{"width": 4, "groups": 2}, {"width": 3, "groups": 3, "diversity": 2.0, "length_norm": "mean"}],
    "stochastic": [{"width": 3}, {"width": 5, "seed": 7, "min_length": 2}],
    "sampling": [
        {"draws": 3}, {"draws": 2, "temperature": 0.7, "top_k": 4, "top_p": 0.8, "min_p": 0.05, "seed": 9},
        {"draws": 2, "typical": 0.6, "epsilon": 0.02, "repetition_penalty": 1.5},
    ],
    "exact": [{"max_nodes": 40, "start_width": 2}, {"max_nodes": 30, "length_norm": "mean", "max_length": 4}],
}  # fmt: skip
CASES = [(name, values) for name in SEARCHES for values in SETTINGS[name]]
every_search = pytest.mark.parametrize(
    "search", [SEARCHES[n](**v) for n, v in CASES], ids=[f"{n}-{v}" for n, v in CASES]
)
some_models = pytest.mark.parametrize("name", ["transformer-pre-sinusoidal", "gru-additive", "lstm-dot"])


def sources(words):
    return [[*LETTERS.encode(word), LETTERS.end] for word in words]


def decoded(net, search, words):
    numbers = sources(words)
    return decode(search, Recorded(net, "*cross*"), numbers, [rules_for(net, one) for one in numbers])


def tree(frontier):
    return fold([frontier], LETTERS.tokens, {})


def test_every_search_of_the_table_is_under_these_laws():
    assert set(SETTINGS) == set(SEARCHES)


@every_search
@some_models
def test_together_is_the_same_as_one_by_one(search, name):
    net = model(name)
    together = decoded(net, search, WORDS)
    for word, batched in zip(WORDS, together):
        (alone,) = decoded(net, search, [word])
        assert [node.tokens() for node in batched.finished] == [node.tokens() for node in alone.finished]
        assert [n.logp for n in batched.finished] == pytest.approx([n.logp for n in alone.finished], abs=1e-4)


@every_search
@some_models
def test_re_scoring_an_output_under_teacher_forcing_gives_its_logp(search, name):
    net = model(name)
    for word, frontier in zip(WORDS, decoded(net, search, WORDS)):
        for node in frontier.finished[:3]:
            tokens = node.tokens()
            body = tokens[:-1] if node.status is Status.FINISHED else tokens
            batch = collate([Example(tuple(word), tuple(LETTERS.decode(body)))], LETTERS, LETTERS)
            with torch.no_grad():
                log_probs = torch.log_softmax(net(batch)[0], -1)
            rescored = sum(float(log_probs[at, token]) for at, token in enumerate(tokens))
            assert node.logp == pytest.approx(rescored, abs=1e-4)


@every_search
def test_stepping_by_hand_is_the_same_as_decoding_at_speed_and_going_back_repeats_itself(search):
    net = model("gru-additive")
    (fast,) = decoded(net, search, ["cabbage"])
    (numbers,) = sources(["cabbage"])
    stepper = Stepper(Recorded(net, "*cross*"), search, numbers, rules_for(net, numbers))
    for _ in range(3):
        stepper.forward()
    reached = stepper.frontier
    stepper.back(), stepper.back()
    stepper.forward(), stepper.forward()
    assert stepper.frontier is reached  # computed once, kept by its prefix
    stepper.finish()
    assert [n.tokens() for n in stepper.frontier.finished] == [n.tokens() for n in fast.finished]
    assert [n.logp for n in stepper.frontier.finished] == [n.logp for n in fast.finished]


@every_search
@some_models
def test_records_hold_together(search, name):
    net = model(name)
    for word, frontier in zip(WORDS, decoded(net, search, WORDS)):
        record = tree(frontier)
        nodes = record.nodes
        for node in range(1, len(record)):
            parent = nodes["parent"][node]
            assert parent < node and nodes["step"][node] == nodes["step"][parent] + 1
            assert nodes["status"][parent] in ("root", "expanded")
            assert nodes["logp"][node] == pytest.approx(
                sum(nodes["logp_token"][at] for at in record.path(node)), abs=1e-6
            )
            ended = nodes["status"][node] == "finished"
            assert not ended or nodes["token"][node] == LETTERS.end
            rows = record.rows(
                "decoder.cross_attention"
                if "gru" in name or "lstm" in name
                else "decoder.layers.1.cross_attention.attention",
                node,
            )
            assert rows.shape[-1] == len(word) + 1 or len(word) + 1 < rows.shape[-1]
        # an expansion of exact search may rule everything out
        assert all(0 <= step["kept_mass"] <= 1 for step in record.steps)
        assert all(step["kept_mass"] > 0 for step in record.steps) or search.name == "exact"


@some_models
def test_greedy_keeps_what_its_probabilities_say(name):
    (frontier,) = decoded(model(name), SEARCHES["greedy"](), ["cabbage"])
    product = np.prod([step["kept_mass"] for step in tree(frontier).steps])
    assert product == pytest.approx(np.exp(frontier.best.logp), rel=1e-5)


@every_search
@some_models
def test_attention_along_a_path_is_that_of_one_teacher_forced_pass(search, name):
    net = model(name)
    (frontier,) = decoded(net, search, ["cabbage"])
    record = tree(frontier)
    for end in record.finished()[:3]:
        path = record.path(end)
        body = [record.nodes["text"][node] for node in path if record.nodes["token"][node] != LETTERS.end]
        with torch.no_grad(), Recorder(net, "*cross*") as recorder:
            net(collate([Example(tuple("cabbage"), tuple(body))], LETTERS, LETTERS))
        for site in recorder.paths:
            taught = recorder.tensor(site)[0].numpy()
            for at, node in enumerate(path):
                np.testing.assert_allclose(record.rows(site, node), taught[:, at], atol=1e-5)


@every_search
def test_a_tree_survives_json(search):
    (frontier,) = decoded(model("gru-additive"), search, ["hgfedcba"])
    record = tree(frontier)
    back = DecodingTree.from_json(record.to_json())
    for name, column in record.nodes.items():
        assert (
            column == pytest.approx(back.nodes[name], nan_ok=True)
            if name in ("bound", "prob_filtered")
            else column == back.nodes[name]
        )
    assert record.draws == back.draws and len(record.steps) == len(back.steps)
    for site, rows in record.attention.items():
        np.testing.assert_array_equal(rows, back.attention[site])


def test_a_seed_repeats_itself_and_another_draws_otherwise():
    net = model("transformer-pre-sinusoidal")
    texts = [
        [n.tokens() for n in decoded(net, SamplingSearch(draws=4, seed=seed), ["cabbage"])[0].finished]
        for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_replaying_the_noise_of_a_draw_gives_its_token():
    net, search = model("gru-additive"), SamplingSearch(draws=3, temperature=1.3, top_p=0.9, seed=4)
    (frontier,) = decoded(net, search, ["cabbage"])
    for node in (end for last in frontier.finished for end in last.path()):
        assert node.draw is not None
        assert node.draw.noise == search.uniform(node.draw.index, node.step - 1, frontier.rules.item)
        assert node.draw.cum_before <= node.draw.noise < node.draw.cum_after + 1e-9
        assert node.prob_filtered == pytest.approx(node.draw.cum_after - node.draw.cum_before, abs=1e-9)


@pytest.mark.parametrize("name", CHOICES)
def test_towards_zero_temperature_and_with_one_token_sampling_is_greedy(name):
    net = model(name)
    greedy = decoded(net, SEARCHES["greedy"](), WORDS)
    for search in (
        SamplingSearch(temperature=1e-9),
        SamplingSearch(top_k=1),
        SamplingSearch(top_p=1e-9),
        SEARCHES["beam"](width=1, stop="top_finished"),
    ):
        assert [f.best.tokens() for f in decoded(net, search, WORDS)] == [f.best.tokens() for f in greedy]


@settings(max_examples=12, deadline=None)
@given(
    name=st.sampled_from(sorted(CHOICES)),
    case=st.sampled_from(CASES),
    words=st.lists(st.text("abcdefgh", min_size=1, max_size=7), min_size=2, max_size=4),
)
def test_whatever_the_words_every_model_and_search_decode_together_as_alone(name, case, words):
    net, search = model(name).double(), SEARCHES[case[0]](**case[1])
    for word, together in zip(words, decoded(net, search, words)):
        (alone,) = decoded(net, search, [word])
        assert [n.tokens() for n in together.finished] == [n.tokens() for n in alone.finished]
        assert [n.logp for n in together.finished] == pytest.approx([n.logp for n in alone.finished], abs=1e-6)


@every_search
def test_outputs_are_told_apart_and_never_hold_what_is_never_generated(search):
    net = model("gru-additive")
    with torch.no_grad():
        net.decoder.output.bias[list(net.never_generated)] += 50.0  # the model would love to
    for frontier in decoded(net, search, WORDS):
        outputs = [tuple(node.tokens()) for node in frontier.finished]
        assert len(set(outputs)) == len(outputs) or search.name == "sampling"
        assert not set(net.never_generated) & {token for output in outputs for token in output}


@every_search
def test_the_ranking_of_a_step_can_be_replayed_from_its_stored_candidates(search):
    if search.name not in ("greedy", "beam"):
        return  # draws are replayed from their noise above; the others have laws of their own in tests/decoding
    (frontier,) = decoded(model("transformer-pre-sinusoidal"), search, ["cabbage"])
    width = getattr(search, "width", 1)
    for one in frontier.history[1:]:
        ranked = sorted((n for n in one.born if n.rank >= 0), key=lambda node: (-node.rank_score, node.rank))
        ends = {id(n) for n in ranked[:width] if n.token == LETTERS.end}
        goes_on = {id(n) for n in [n for n in ranked if n.token != LETTERS.end][:width]}
        assert {id(n) for n in one.born if n.status is Status.FINISHED and n.rank >= 0} == ends
        lives = {
            id(n)
            for n in one.born
            if n.rank >= 0 and n.status in (Status.LIVE, Status.TRUNCATED, Status.PRUNED_BOUND, Status.SUPERSEDED)
        }
        assert lives == goes_on if search.name == "beam" else lives | ends == {id(ranked[0])}


@pytest.mark.parametrize("search", [SEARCHES[n](**v) for n, v in CASES])
def test_the_record_counts_the_models_calls(search, monkeypatch):
    net, calls = model("gru-dot"), []
    step = net.step
    monkeypatch.setattr(net, "step", lambda *given: calls.append(1) or step(*given))
    (frontier,) = decoded(net, search, ["cabbage"])
    assert len(calls) == 1 + sum(bool(one.live) for one in frontier.history[1:])


def test_a_model_with_few_positions_is_cut_at_its_last_one_and_does_not_fail():
    net = build(replace(CHOICES["transformer-pre-learned"], longest=12), LETTERS, LETTERS, Seeds(1)).eval()
    with torch.no_grad():
        net.decoder.output.bias[net.end] -= 100.0  # it never ends by itself
    (frontier,) = decoded(net, SEARCHES["greedy"](), ["abcdefgh"])
    assert frontier.best.status is Status.TRUNCATED and len(frontier.best.tokens()) == 12


def test_a_decoding_of_thousands_of_steps_is_a_list_and_no_recursion():
    net = model("gru-dot")
    with torch.no_grad():
        net.decoder.output.bias[net.end] -= 100.0
    (frontier,) = decoded(net, SEARCHES["greedy"](), ["ab" * 600])
    assert frontier.step == len(frontier.best.tokens()) == 2 * 1201 + 10
    assert len(tree(frontier)) > 2000
