"""Linear attention: all at once, chunk by chunk, and one after the other are the same; and nobody lays out a matrix."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from core.attention.linear import CHUNK, LinearAttention, sums_back
from core.attention.masks import causal, valid_keys
from core.attention.mechanisms import MECHANISMS, Wanted
from core.errors import SettingError
from core.recording.tap import editing, watching


def _heads(seed, time, kind=torch.float64, batch=2, heads=3, sizes=(5, 5, 4)):
    chance = torch.Generator().manual_seed(seed)
    return [torch.randn(batch, heads, time, size, generator=chance, dtype=kind) for size in sizes]


def _by_formula(query, key, value, mask):
    """Σ_j φ(q)·φ(k_j) v_j / Σ_j φ(q)·φ(k_j), pair by pair."""
    asks, has = (torch.where(x > 0, x + 1, x.exp()) for x in (query, key))
    weights = torch.einsum("bhqf,bhkf->bhqk", asks, has) * mask
    weights = weights / weights.sum(-1, keepdim=True)
    return weights, weights @ value


class _Largest(TorchDispatchMode):
    """The most numbers that any tensor had that was made meanwhile."""

    numbers = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        for one in made if isinstance(made, tuple | list) else [made]:
            if isinstance(one, torch.Tensor):
                self.numbers = max(self.numbers, one.numel())
        return made


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("time", [1, CHUNK, 2 * CHUNK + 7])
def test_it_is_its_formula_pair_by_pair_and_rows_of_its_weights_sum_to_one(time, back):
    query, key, value = _heads(1, time)
    mask = causal(time) if back else torch.ones(1, 1, time, time, dtype=torch.bool)
    weights, expected = _by_formula(query, key, value, mask)
    attention, seen = LinearAttention(causal=back), {}
    with watching(lambda tap, value: seen.__setitem__(tap, value)):
        found = attention(query, key, value, mask)
    torch.testing.assert_close(found.context, expected, atol=1e-10, rtol=0)
    torch.testing.assert_close(seen[attention.tap_weights], weights, atol=1e-10, rtol=0)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 3, time, dtype=torch.float64), atol=1e-10, rtol=0)


@pytest.mark.parametrize(("kind", "within"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
def test_all_at_once_is_one_after_the_other_over_512_tokens(kind, within):
    query, key, value = _heads(2, 512, kind)
    attention = LinearAttention(causal=True)
    state, contexts = attention.start(value, 5), []
    for at in range(512):
        now = [part[:, :, at : at + 1] for part in (query, key, value)]
        context, state = attention.step(*now, state)
        contexts.append(context)
    torch.testing.assert_close(attention(query, key, value).context, torch.cat(contexts, 2), atol=within, rtol=0)


def test_the_state_has_the_same_size_after_one_token_and_after_many_and_a_step_leaves_it_as_it_was():
    query, key, value = _heads(3, 40)
    attention = LinearAttention(causal=True)
    state = attention.start(value, 5)
    for at in range(40):
        before, kept = state, (state.pairs.clone(), state.keys.clone())
        _, state = attention.step(*(part[:, :, at : at + 1] for part in (query, key, value)), state)
        assert torch.equal(before.pairs, kept[0]) and torch.equal(before.keys, kept[1])
        assert state.pairs.shape == (2, 3, 5, 4) and state.keys.shape == (2, 3, 5)


def test_two_rows_that_came_from_one_state_do_not_disturb_each_other():
    query, key, value = _heads(4, 3)
    attention = LinearAttention(causal=True)
    _, state = attention.step(*(part[:, :, :1] for part in (query, key, value)), attention.start(value, 5))
    shared = state.select(torch.tensor([1, 1, 0]))
    next_ = [part[torch.tensor([0, 1, 1]), :, 1:2] for part in (query, key, value)]
    together, _ = attention.step(*next_, shared)
    for row, origin in enumerate([1, 1, 0]):
        alone, _ = attention.step(*(part[[row]] for part in next_), state.select(torch.tensor([origin])))
        torch.testing.assert_close(together[[row]], alone, atol=1e-12, rtol=0)


def test_later_queries_with_keys_written_before_are_the_last_of_all_at_once():
    query, key, value = _heads(5, 2 * CHUNK + 9)
    for name in ("linear", "performer", "banded"):
        attention = MECHANISMS[name].make(Wanted(heads=3, dim=5, window=6, causal=True)).double()
        whole = attention(query, key, value).context
        for last in (1, 7, CHUNK + 3):
            found = attention(query[:, :, -last:], key, value).context
            torch.testing.assert_close(found, whole[:, :, -last:], atol=1e-10, rtol=0)


def test_chunks_keep_a_sum_for_each_chunk_and_not_for_each_token():
    chance = torch.Generator().manual_seed(6)
    time, size = 16 * CHUNK, 48
    asks, has, value = (torch.rand(1, 1, time, size, generator=chance) for _ in range(3))
    with _Largest() as largest:
        sums_back(asks, has, value)
    assert largest.numbers <= time * CHUNK  # a sum for each token would be time · 48²
    assert largest.numbers < time * size**2 / 30


@pytest.mark.parametrize("name", ["linear", "performer", "banded"])
@pytest.mark.parametrize("back", [False, True])
def test_no_matrix_of_all_pairs_is_made_unless_somebody_watches(name, back):
    time = 40 * CHUNK
    query, key, value = _heads(7, time, torch.float32, batch=1, heads=1)
    attention = MECHANISMS[name].make(Wanted(heads=1, dim=5, window=8, causal=back))
    with _Largest() as unseen:
        attention(query, key, value)
    with _Largest() as seen, watching(lambda tap, value: None):
        attention(query, key, value)
    assert unseen.numbers < time * time / 10
    assert seen.numbers >= time * time


def test_padded_keys_count_nothing_and_a_query_without_keys_gets_zeros():
    query, key, value = _heads(8, 9)
    real = torch.tensor([[True] * 6 + [False] * 3, [False] * 9])
    for name in ("linear", "performer", "banded", "linformer"):
        attention = MECHANISMS[name].make(Wanted(heads=3, dim=5, longest=9, window=20)).double()
        found = attention(query, key, value, valid_keys(real)).context
        short = attention(query[:1, :, :6], key[:1, :, :6], value[:1, :, :6]).context
        torch.testing.assert_close(found[:1, :, :6], short, atol=1e-10, rtol=0)
        if name != "linformer":  # its slots are never empty: they hold zeros
            assert found[1].abs().max() == 0
        assert found.isfinite().all()


def test_where_somebody_edits_the_weights_the_context_comes_from_them():
    query, key, value = _heads(9, 11)
    for name in ("linear", "performer", "banded", "linformer"):
        attention = MECHANISMS[name].make(Wanted(heads=3, dim=5, longest=11, window=2)).double()
        plain = attention(query, key, value).context

        def first(tap, passed, wanted=attention.tap_weights):
            return torch.zeros_like(passed).index_fill(3, torch.tensor([4]), 1.0) if tap is wanted else passed

        with editing(first):
            edited = attention(query, key, value).context
        torch.testing.assert_close(edited, value[:, :, 4:5].expand_as(edited), atol=1e-12, rtol=0)
        with editing(lambda tap, passed: passed):
            assert torch.equal(attention(query, key, value).context, plain), "who edits nothing changes no bit"


def test_positions_at_pairs_are_refused():
    query, key, value = _heads(10, 4)
    for name in ("linear", "performer", "banded", "linformer", "reformer", "synthesizer", "synthesizer_dense"):
        attention = MECHANISMS[name].make(Wanted(heads=3, dim=5)).double()
        with pytest.raises(SettingError, match="positions cannot enter at every pair: choose attention=pairs"):
            attention(query, key, value, bias=torch.zeros(1, 1, 4, 4, dtype=torch.float64))


@pytest.mark.parametrize("name", [name for name, kind in MECHANISMS.items() if kind.causal])
def test_no_gradient_comes_from_a_later_token(name):
    torch.manual_seed(11)
    query, key, value = _heads(11, CHUNK + 9)
    attention = MECHANISMS[name].make(Wanted(heads=3, dim=5, window=6, causal=True)).double()
    parts = [part.requires_grad_() for part in (query, key, value)]
    for at in (0, 20, CHUNK):
        context = attention(*parts, causal(CHUNK + 9)).context[:, :, at].sum()
        for gradient in torch.autograd.grad(context, parts, allow_unused=True):
            assert gradient is None or (gradient[:, :, at + 1 :] == 0).all()
        assert gradient is not None and (gradient[:, :, at] != 0).any()


def test_those_that_mix_all_tokens_first_cannot_look_back_only():
    for kind in MECHANISMS.values():
        if not kind.causal:
            with pytest.raises(SettingError, match="cannot look back only: choose one of pairs, banded, linear"):
                kind.make(Wanted(heads=2, dim=4, causal=True))
    assert {name for name, kind in MECHANISMS.items() if not kind.causal} == {"linformer", "reformer"}


@pytest.mark.parametrize("name", MECHANISMS)
def test_watching_changes_no_bit_of_context_or_gradient(name):
    torch.manual_seed(12)
    attention = MECHANISMS[name].make(Wanted(heads=3, dim=5, longest=30, window=4))
    results = []
    for watcher in (None, lambda tap, value: value.detach().clone()):
        parts = [part.requires_grad_() for part in _heads(12, 30, torch.float32)]
        mask = valid_keys(torch.arange(30) < torch.tensor([[30], [21]]))
        if watcher is None:
            context = attention(*parts, mask).context
        else:
            with watching(watcher):
                context = attention(*parts, mask).context
        weights = [one for one in attention.parameters() if one.requires_grad]
        gradients = torch.autograd.grad(context.square().sum(), [*parts, *weights], allow_unused=True)
        results.append([context, *(one for one in gradients if one is not None)])
    assert all(torch.equal(one, two) for one, two in zip(*results))


@pytest.mark.parametrize("name", MECHANISMS)
def test_what_is_recorded_is_what_multiplies_the_values(name):
    torch.manual_seed(13)
    attention, seen = MECHANISMS[name].make(Wanted(heads=3, dim=5, longest=30, window=4)).double(), {}
    query, key, value = _heads(13, 26)
    mask = valid_keys(torch.arange(26) < torch.tensor([[26], [17]]))
    with watching(lambda tap, value: seen.__setitem__(tap, value)):
        context = attention(query, key, value, mask).context
    weights = seen[attention.tap_weights]
    torch.testing.assert_close(weights @ value, context, atol=1e-10, rtol=0)
    assert weights.shape == seen[attention.tap_scores].shape == (2, 3, 26, 26)
    assert (weights[1, :, :, 17:] == 0).all() and seen[attention.tap_scores][1, :, :, 17:].isneginf().all()
