"""What holds for every model: padding, batches, causality, caches, recording, chance (mechanisms §0.2)."""

import copy
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.attention.dropout import give_chance
from core.errors import ShapeError
from core.models.build import build
from core.recording.recorder import LEVELS, Recorder, attention_paths
from core.recording.tap import watched
from core.seeds import Seeds
from core.training.likelihood import Likelihood
from core.training.probe import fed, labels
from tests.laws.models import (
    CHOICES,
    EVERY,
    LETTERS,
    SHARED,
    WORDS,
    batch,
    model,
    pairs,
    rows_sum_to_one,
    smoothing,
    widen,
)

every_model = pytest.mark.parametrize("name", EVERY)


def close(one, other, tolerance=1e-5):
    torch.testing.assert_close(one, other, atol=tolerance, rtol=0)


@every_model
def test_padding_changes_no_output_no_loss_and_no_gradient(name):
    small, wide = batch(WORDS), widen(batch(WORDS), 3)
    one, other = model(name).double(), model(name).double()
    logits, padded = one(small), other(wide)
    close(padded[:, : logits.shape[1]][small.target_valid], logits[small.target_valid], 1e-10)
    for net, sample in ((one, small), (other, wide)):
        Likelihood(smoothing(name), "others_but_pad")(net, sample, 1).terms["likelihood"].backward()
    for (path, first), second in zip(one.named_parameters(), other.parameters()):
        if first.grad is not None or second.grad is not None:
            close(first.grad, second.grad, 1e-9), path


@every_model
def test_padding_changes_no_recorded_weight(name):
    net = model(name)
    words = ["abc", "hgfedcba"]
    for at, word in enumerate(words):
        with torch.no_grad(), Recorder(net) as alone:
            net(batch([word]))
        with torch.no_grad(), Recorder(net) as together:
            net(batch(words))
        for path in alone.paths:
            own = alone.tensor(path)[0]
            close(together.tensor(path)[at][:, : own.shape[1], : own.shape[2]], own)
            assert (together.tensor(path)[at][:, : own.shape[1], own.shape[2] :] == 0).all()


@every_model
def test_no_position_looks_ahead(name):
    net = model(name)
    sample = batch(["abcdefgh"])
    embedded = {}
    handle = net.decoder.embedding.table.register_forward_hook(
        lambda module, inputs, output: embedded.setdefault("vectors", output.requires_grad_(True))
    )
    logits = net(sample)
    handle.remove()
    for at in range(logits.shape[1]):
        (gradient,) = torch.autograd.grad(logits[0, at].sum(), embedded["vectors"], retain_graph=True)
        reach = gradient[0].abs().sum(-1)
        assert (reach[at + 1 :] == 0).all(), f"position {at} sees the future"
        assert reach[at] > 0


@every_model
def test_step_by_step_is_the_same_as_all_at_once_also_after_rows_were_reordered(name):
    net = model(name).double()
    given = batch(["abcde", "hhhhh", "cabba"])
    with torch.no_grad():
        full = torch.log_softmax(net(given), -1)
        sources = [
            [number for number, real in zip(row, valid) if real]
            for row, valid in zip(given.source.tolist(), given.source_valid.tolist())
        ]
        state, order = net.start(sources), torch.arange(3)
        here = torch.zeros(3, 1, dtype=torch.int64)
        for at in range(given.target_in.shape[1]):
            shuffle = torch.tensor([2, 0, 1])
            state, order = state.select(here, shuffle), order[shuffle]
            step = net.step(given.target_in[order, at : at + 1], state)
            state = step.state
            close(step.log_probs[:, 0], full[order, at], 1e-9)


@every_model
def test_a_state_that_is_forked_is_not_changed_by_its_child(name):
    net = model(name)
    state = net.start([[*LETTERS.encode("abc"), 2]])
    first = net.step(torch.tensor([[1]]), state)
    before = net.step(torch.tensor([[7]]), first.state).log_probs
    net.step(torch.tensor([[9]]), first.state)
    assert torch.equal(net.step(torch.tensor([[7]]), first.state).log_probs, before)


@every_model
@pytest.mark.parametrize("level", LEVELS)
def test_recording_changes_no_output_no_gradient_and_no_chance(name, level):
    one = batch(WORDS)
    results = []
    for recorded in (False, True):
        net = model(name).train()
        chance = torch.Generator().manual_seed(5)
        give_chance(net, chance)
        if recorded:
            with Recorder(net, level=level) as recorder:
                logits = net(one)
            assert all(not recorder.tensor(path).requires_grad for path in recorder.paths)
        else:
            logits = net(one)
        logits.sum().backward()
        results.append((logits.detach(), [p.grad for p in net.parameters()], chance.get_state(), torch.get_rng_state()))
    (plain, gradients, chance, world), (seen, same, chance_too, world_too) = results
    assert torch.equal(plain, seen) and torch.equal(chance, chance_too) and torch.equal(world, world_too)
    assert all((a is None and b is None) or torch.equal(a, b) for a, b in zip(gradients, same))


@every_model
def test_nothing_watches_after_a_recorder_even_after_an_exception(name):
    net = model(name)
    with pytest.raises(KeyError), Recorder(net) as recorder:
        assert watched()
        raise KeyError("anything")
    assert not watched() and all(not module._forward_hooks for module in net.modules())
    net(batch(["abc"]))
    with pytest.raises(ShapeError, match="nothing was recorded"):
        recorder.tensor(recorder.paths[0])


@every_model
def test_two_threads_that_record_one_shared_model_each_see_their_own_pass(name):
    net, words = model(name), ["abc", "hgfedcba", "cabbage", "ff"]

    def recorded(word: str) -> torch.Tensor:
        with torch.no_grad(), Recorder(net, "*cross*") as recorder:
            net(batch([word]))
        return recorder.tensor(recorder.paths[-1])

    alone = {word: recorded(word) for word in words}
    with ThreadPoolExecutor(4) as pool:
        for word, seen in zip(words * 8, pool.map(recorded, words * 8)):
            assert torch.equal(seen, alone[word])


@every_model
@settings(max_examples=8, deadline=None)
@given(words=st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=4), pads=st.integers(1, 4))
def test_whatever_the_words_padding_and_company_change_nothing(name, words, pads):
    net = model(name).double()
    with torch.no_grad():
        together = net(widen(batch(words), pads))
        for at, word in enumerate(words):
            alone = net(batch([word]))[0]
            close(together[at, : len(alone)], alone, 1e-9)


@every_model
def test_recorded_weights_times_values_are_the_recorded_context(name):
    net = model(name)
    with torch.no_grad(), Recorder(net, level="full") as recorder:
        net(batch(["abcdefgh"]))
    assert recorder.paths == attention_paths(net)
    assert set(recorder.paths) - set(recorder.mixing) <= {"decoder.cross_copying"}
    for path in recorder.mixing:
        weights, scores = recorder.tensor(path), recorder.tensor(path, "tap_scores")
        close(recorder.derived(path), recorder.tensor(path, "tap_context"))
        if name in CHOICES:
            close(torch.softmax(scores, -1), weights)
        if name != "attention-linformer":  # which mixes all tokens before it looks
            assert (weights[scores == -torch.inf] == 0).all()


@every_model
def test_records_carry_the_tokens_of_their_own_rows_and_columns(name):
    net, example = model(name), pairs(["cabbage"])[0]
    with torch.no_grad(), Recorder(net) as recorder:
        net(batch(["cabbage"]))
    for matrix in recorder.matrices(*labels(example, fed(net, example))):
        assert matrix.keys[-1] == (
            "<end>" if matrix.site.kind == "cross" or matrix.site.stack == "encoder" else example.target[-1]
        )
        assert matrix.queries[0] == ("c" if matrix.site.stack == "encoder" else "<begin>")
        if rows_sum_to_one(name, matrix.site.name):
            assert matrix.weights.sum(-1) == pytest.approx(1.0, abs=1e-5)


@every_model
def test_the_same_seed_builds_the_same_weights_and_leaves_the_global_generator_alone(name):
    before = torch.get_rng_state()
    first, same, other = model(name, 3), model(name, 3), model(name, 4)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), same.parameters()))
    assert any(not torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters()))


@every_model
def test_a_shared_boundary_begins_with_the_token_that_ends(name):
    net = build(EVERY[name], SHARED, SHARED, Seeds(1)).eval()
    assert net.begin == net.end and net.end not in net.never_generated


@every_model
def test_a_copy_of_a_model_is_a_model_of_its_own(name):
    net = model(name)
    twin = copy.deepcopy(net)
    with torch.no_grad():
        next(twin.parameters()).add_(1.0)
    assert not torch.equal(next(net.parameters()), next(twin.parameters()))


def test_without_positions_a_transformer_cannot_tell_orders_apart_and_with_them_it_can():
    shuffle = torch.tensor([2, 0, 4, 1, 3])
    source = torch.tensor([LETTERS.encode("abcde")])
    for positions in ("none", "sinusoidal", "learned"):
        encoder = model(f"transformer-pre-{positions}").double().encoder
        valid = torch.ones_like(source, dtype=torch.bool)
        states, moved = encoder(source, valid).states, encoder(source[:, shuffle], valid).states
        same = torch.allclose(moved, states[:, shuffle], atol=1e-10)
        assert same == (positions == "none")


def test_left_padding_moves_no_position():
    for positions in ("sinusoidal", "learned"):
        encoder = model(f"transformer-pre-{positions}").encoder
        source = torch.tensor([LETTERS.encode("abc")])
        left, valid = torch.nn.functional.pad(source, (2, 0)), torch.tensor([[False, False, True, True, True]])
        close(encoder(left, valid).states[:, 2:], encoder(source, torch.ones_like(source, dtype=torch.bool)).states)


def test_equal_tokens_without_positions_get_the_very_same_output():
    encoder = model("transformer-pre-none").encoder
    source = torch.tensor([LETTERS.encode("aba")])
    states = encoder(source, torch.ones_like(source, dtype=torch.bool)).states
    assert torch.equal(states[0, 0], states[0, 2]) and not torch.equal(states[0, 0], states[0, 1])


def test_a_pre_norm_block_whose_last_weights_are_zero_changes_nothing_and_its_feed_forward_knows_no_place():
    layer = model("transformer-pre-sinusoidal").encoder.layers[0]
    states = torch.randn(2, 5, 16, generator=torch.Generator().manual_seed(1))
    shuffle = torch.tensor([3, 0, 4, 1, 2])
    close(layer.feed_forward(states[:, shuffle]), layer.feed_forward(states)[:, shuffle])
    with torch.no_grad():
        for weight in (
            layer.self_attention.w_output.weight,
            layer.feed_forward.narrow.weight,
            layer.feed_forward.narrow.bias,
        ):
            weight.zero_()
    assert torch.equal(layer(states, torch.ones(2, 1, 1, 5, dtype=torch.bool)), states)


def test_moving_the_memory_about_moves_no_output_and_its_keys_are_those_that_are_cached():
    net = model("transformer-pre-learned").double()
    sample, shuffle = batch(["abcdefgh"]), torch.tensor([4, 0, 8, 2, 6, 1, 3, 7, 5])
    memory = net.encoder(sample.source, sample.source_valid)
    moved = memory._replace(states=memory.states[:, shuffle])
    close(net.decoder(sample.target_in, moved), net.decoder(sample.target_in, memory), 1e-10)
    for layer, (cached,) in zip(net.decoder.layers, net.decoder.start(memory).source):
        assert torch.equal(layer.cross_attention.prepare(memory.states).key, cached.key)


@pytest.mark.parametrize("name", [name for name in EVERY if name.startswith("pattern")])
def test_pads_at_the_left_move_no_pattern(name):
    encoder = model(name).double().encoder
    with torch.no_grad():
        source = torch.tensor([LETTERS.encode("abcdefgh")])
        left, valid = torch.nn.functional.pad(source, (3, 0)), torch.tensor([[False] * 3 + [True] * 8])
        alone = encoder(source, torch.ones_like(source, dtype=torch.bool)).states
        close(encoder(left, valid).states[:, 3:], alone, 1e-10)
