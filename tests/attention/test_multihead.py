"""Multi-head attention against its definition: single heads beside each other, PyTorch's own, heads in another order."""

import math

import pytest
import torch

from core.attention.attention import Attention
from core.attention.masks import causal
from core.attention.multihead import MultiHeadAttention
from core.attention.multiplicative import ScaledDotProduct
from core.attention.scores import SCORES
from core.recording.recorder import Recorder

EXACT = {torch.float32: 1e-5, torch.float64: 1e-10}
every_dtype = pytest.mark.parametrize("dtype", EXACT, ids=str)


def drawn(*shape: int, seed: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def attention(width: int, heads: int, seed: int, dtype: torch.dtype = torch.float64) -> MultiHeadAttention:
    made = MultiHeadAttention(width, heads).to(dtype)
    with torch.no_grad():
        for at, parameter in enumerate(made.parameters()):
            parameter.copy_(drawn(*parameter.shape, seed=seed + at) / math.sqrt(width))
    return made.requires_grad_(False)


@every_dtype
def test_heads_with_block_weights_are_single_head_attentions_side_by_side(dtype):
    singles = [attention(5, 1, seed, dtype) for seed in (1, 11, 21)]
    whole = MultiHeadAttention(15, 3).to(dtype).requires_grad_(False)
    for own, parts in (
        (whole.w_query, [one.w_query for one in singles]),
        (whole.w_key, [one.w_key for one in singles]),
        (whole.w_value, [one.w_value for one in singles]),
        (whole.w_output.weight, [one.w_output.weight for one in singles]),
    ):
        own.copy_(torch.block_diag(*parts))
    states = drawn(2, 7, 15, seed=4, dtype=dtype)
    mask = causal(7)
    apart = [one(part, one.prepare(part), mask) for one, part in zip(singles, states.split(5, dim=-1))]
    found = whole(states, whole.prepare(states), mask)
    torch.testing.assert_close(found, torch.cat(apart, dim=-1), atol=EXACT[dtype], rtol=0)


@every_dtype
def test_heads_in_another_order_with_w_o_likewise_give_the_same_output(dtype):
    order = [2, 0, 3, 1]
    one, other = attention(12, 4, 5, dtype), attention(12, 4, 5, dtype)
    for name in ("w_query", "w_key", "w_value"):
        getattr(other, name).copy_(getattr(one, name).unflatten(0, (4, 3))[order].flatten(0, 1))
    states = drawn(2, 6, 12, seed=6, dtype=dtype)
    expected = one(states, one.prepare(states))
    mixed_up = other(states, other.prepare(states))
    assert (mixed_up - expected).abs().max() > 0.01, "without W_o the order must matter"
    other.w_output.weight.copy_(one.w_output.weight.unflatten(1, (4, 3))[:, order].flatten(1))
    found = other(states, other.prepare(states))
    torch.testing.assert_close(found, expected, atol=EXACT[dtype], rtol=0)


def test_what_is_recorded_as_a_head_is_that_head():
    heads = attention(12, 3, 7)
    states = drawn(2, 5, 12, seed=8)
    with Recorder(heads, level="full") as recorder:
        heads(states, heads.prepare(states))
    for head in range(3):
        own = slice(4 * head, 4 * head + 4)
        query, key, value = (states @ w[own].T for w in (heads.w_query, heads.w_key, heads.w_value))
        weights = torch.softmax(query @ key.mT / 2, dim=-1)
        torch.testing.assert_close(recorder.tensor("attention")[:, head], weights.float(), atol=1e-6, rtol=0)
        context = recorder.tensor("attention", "tap_context")[:, head]
        torch.testing.assert_close(context, (weights @ value).float(), atol=1e-5, rtol=0)


@every_dtype
@pytest.mark.parametrize("queries", [4, 9])
def test_scaled_dot_product_is_pytorchs_own_in_both_precisions(dtype, queries):
    query, key, value = (
        drawn(2, 3, queries, 8, seed=1, dtype=dtype),
        *(drawn(2, 3, 9, 8, seed=s, dtype=dtype) for s in (2, 3)),
    )
    some = torch.rand(2, 3, queries, 9, generator=torch.Generator().manual_seed(4)) < 0.5
    some[..., 0] = True  # no empty row: PyTorch has NaN there
    for mask in (None, causal(queries, 9), some):
        ours = Attention(ScaledDotProduct())(query, key, value, mask).context
        theirs = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        torch.testing.assert_close(ours, theirs, atol=EXACT[dtype], rtol=0)


@every_dtype
def test_with_pytorchs_weights_and_a_causal_mask_it_is_pytorchs_module_weights_included(dtype):
    ours = attention(12, 3, 9, dtype)
    theirs = torch.nn.MultiheadAttention(12, 3, bias=False, batch_first=True, dtype=dtype).requires_grad_(False)
    theirs.in_proj_weight.copy_(ours.w_query_key_value.weight)
    theirs.out_proj.weight.copy_(ours.w_output.weight)
    states = drawn(2, 6, 12, seed=10, dtype=dtype)
    expected, weights = theirs(
        states, states, states, attn_mask=~causal(6)[0, 0], average_attn_weights=False
    )  # PyTorch's True is ours turned round
    query, own = ours.project(states)
    attended = ours.attention(query, *own, causal(6))
    torch.testing.assert_close(attended.weights, weights, atol=EXACT[dtype], rtol=0)
    torch.testing.assert_close(ours.look(query, own, causal(6)), expected, atol=EXACT[dtype], rtol=0)


@pytest.mark.parametrize("name", SCORES)
def test_all_queries_at_once_are_one_query_after_another(name):
    score = SCORES[name](4).double().requires_grad_(False)
    query, key, value = drawn(2, 3, 5, 4, seed=1), drawn(2, 3, 7, 4, seed=2), drawn(2, 3, 7, 6, seed=3)
    mask = torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(5)) < 0.6
    whole = Attention(score)
    prepared = whole.prepare(key)
    together = whole(query, prepared, value, mask)
    for at in range(5):
        alone = whole(query[:, :, at : at + 1], prepared, value, mask[:, :, at : at + 1])
        torch.testing.assert_close(alone.context[:, :, 0], together.context[:, :, at], atol=1e-10, rtol=0)
        torch.testing.assert_close(alone.weights[:, :, 0], together.weights[:, :, at], atol=1e-10, rtol=0)


@pytest.mark.parametrize(("width", "heads"), [(12, 1), (12, 3), (10, 5)])
def test_nothing_is_learned_but_the_four_matrices(width, heads):
    dim = width // heads
    count = sum(parameter.numel() for parameter in MultiHeadAttention(width, heads).parameters())
    assert count == width * heads * (2 * dim + dim) + heads * dim * width
