"""Attention that another program recorded, rolled through its layers: half precision is no obstacle, other sums are."""

import numpy as np
import pytest

from core.errors import InputError
from core.recording.matrix import AttentionMatrix, Site
from core.runs.rolled import as_shares, roll
from tests.adapters.written import soft


def stack(name: str, *layers: np.ndarray) -> list[AttentionMatrix]:
    tokens = tuple("abcdefghi"[: layers[0].shape[-1]])
    return [
        AttentionMatrix(Site(name, at, "self", f"{name}.{at}"), weights, tokens, tokens)
        for at, weights in enumerate(layers)
    ]


def test_rows_rounded_to_half_precision_are_shares_again_and_exact_ones_are_not_touched():
    exact = soft(9, 9, sharp=2)[None]
    half = (exact * 1.003).astype(np.float16).astype(np.float32)
    whole, rounded = stack("encoder", exact, half)
    with pytest.raises(InputError, match="rows that sum to"):
        roll([whole, rounded])
    first, second = as_shares([whole, rounded])
    assert first is whole and np.abs(second.sums - 1).max() < 1e-6
    np.testing.assert_allclose(second.weights, exact, atol=1e-3)
    through = roll([first, second])
    assert through.up_to.shape == (2, 9, 9) and through.tokens == tuple("abcdefghi")


def test_rows_of_another_sum_stay_as_they_are_and_are_not_rolled():
    (sixth,) = as_shares(stack("encoder", soft(4, 4)[None] * np.float32(0.6)))
    np.testing.assert_allclose(sixth.sums, 0.6, atol=1e-6)
    with pytest.raises(InputError, match=r"rows that sum to 0\.6"):
        roll([sixth])


def test_a_model_of_one_stack_is_rolled_through_its_decoder():
    causal = np.tril(soft(5, 5, sharp=1))[None]
    layers = as_shares(stack("decoder", (causal / causal.sum(-1, keepdims=True)).astype(np.float32)))
    through = roll(layers, stack="decoder")
    np.testing.assert_allclose(np.triu(through.up_to[0], 1), 0)
    with pytest.raises(InputError, match="this encoder has no self-attention"):
        roll(layers)
