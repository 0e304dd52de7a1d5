"""What holds for every alignment besides the laws of models: its history belongs to the hypothesis, also while training."""

from dataclasses import replace

import pytest
import torch

from core.attention.alignment import AbstractAlignment
from core.attention.dropout import give_chance
from core.data.batch import Example, collate
from core.decoding.batched import decode
from core.models.build import build
from core.models.fast.table import fast
from core.recording.recorder import Recorder
from core.runs.catalog import SEARCHES
from core.seeds import Seeds
from core.training.evaluation import rules_for
from tests.laws.models import EVERY, LETTERS, WORDS, batch, model

REMEMBERING = [name for name in EVERY if any(isinstance(part, AbstractAlignment) for part in model(name).modules())]
every_alignment = pytest.mark.parametrize("name", REMEMBERING)


def noiseless(name):
    """As the laws have it, but with nothing that is drawn while training."""
    net, quiet = model(name), build(replace(EVERY[name], noise=0.0), LETTERS, LETTERS, Seeds(1))
    quiet.load_state_dict(net.state_dict())
    return quiet


def test_all_of_them_are_found():
    chosen = {EVERY[name].alignment for name in REMEMBERING}
    held = {"content"}  # to a course
    assert chosen == held | {"location", "location_previous", "monotonic", "mocha", "coverage"}


@every_alignment
def test_while_training_too_a_target_is_its_steps_also_after_rows_were_reordered(name):
    net, given = noiseless(name).double().train(), batch(["abcde", "hhhhh", "cabba"])
    with torch.no_grad():
        full = torch.log_softmax(net(given), -1)
        memory = net.encoder(given.source, given.source_valid)
        state, order, turned = net.decoder.start(memory), torch.arange(3), torch.tensor([2, 0, 1])
        for at in range(given.target_in.shape[1]):
            state, order = state.select(turned), order[turned]
            logits, state = net.decoder.step(given.target_in[order, at], state)
            torch.testing.assert_close(torch.log_softmax(logits, -1), full[order, at], atol=1e-9, rtol=0)


@every_alignment
def test_padding_changes_no_loss_while_training(name):
    net = noiseless(name).double().train()
    with torch.no_grad():
        together = net(batch(WORDS))
        for at, word in enumerate(WORDS):
            alone = net(batch([word]))[0]
            torch.testing.assert_close(together[at, : len(alone)], alone, atol=1e-9, rtol=0)


@every_alignment
def test_what_was_read_before_is_forgotten(name):
    used, fresh = model(name), model(name)
    with torch.no_grad():
        used(batch(["hgfedcba", "ff"]))
        assert torch.equal(used(batch(WORDS)), fresh(batch(WORDS)))


@every_alignment
def test_every_weight_of_it_learns_from_the_expectation(name):
    net = model(name).train()
    give_chance(net, torch.Generator().manual_seed(1))
    net(batch(WORDS)).square().sum().backward()
    for path, parameter in net.named_parameters():
        if "cross_attention" in path:
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, path
            assert parameter.grad.isfinite().all(), path


@pytest.mark.parametrize("name", [name for name in REMEMBERING if EVERY[name].alignment in ("monotonic", "mocha")])
def test_at_inference_each_query_of_a_monotonic_kind_looks_at_one_chunk_and_never_before_the_last_ones_end(name):
    net, width = model(name), EVERY[name].chunk if EVERY[name].alignment == "mocha" else 1
    with torch.no_grad(), Recorder(net, "*cross*") as recorder:
        net(batch(WORDS))
    for path in recorder.paths:
        weights = recorder.tensor(path)
        sums = weights.sum(-1)
        assert (((sums - 1).abs() < 1e-6) | (sums == 0)).all() and (sums > 0).any()
        assert ((weights > 0).sum(-1) <= width).all()
        ends = torch.where(sums > 0, weights.shape[-1] - 1 - (weights > 0).double().flip(-1).argmax(-1), 10**6)
        assert (ends.diff(dim=-1) >= 0).all()  # who has left the source stays away


@pytest.mark.parametrize(
    "search", [SEARCHES["beam"](width=3, max_length=6), SEARCHES["sampling"](draws=2, max_length=6)]
)
@pytest.mark.parametrize("name", ["alignment-monotonic", "recurrent-mocha", "recurrent-location-forced"])
def test_a_search_carries_each_hypothesis_with_its_own_past(search, name):
    """Batches are their items one by one, and what was found is re-scored to the same log-probability."""
    net = model(name)
    numbers = [[*LETTERS.encode(word), LETTERS.end] for word in WORDS[:4]]
    rules = [rules_for(net, one) for one in numbers]
    for word, source, rule, batched in zip(WORDS, numbers, rules, decode(search, fast(net, ""), numbers, rules)):
        (alone,) = decode(search, fast(net, ""), [source], [rule])
        assert [node.tokens() for node in batched.finished] == [node.tokens() for node in alone.finished]
        for node in batched.finished:
            tokens = node.tokens()
            body = LETTERS.decode(token for token in tokens if token != LETTERS.end)
            with torch.no_grad():
                taught = torch.log_softmax(net(collate([Example(tuple(word), tuple(body))], LETTERS, LETTERS))[0], -1)
            again = sum(float(taught[at, token]) for at, token in enumerate(tokens))
            assert node.logp == pytest.approx(again, abs=1e-4)
