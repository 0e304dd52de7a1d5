"""Banded attention computed in blocks: it is the attention of all pairs under a band, and its cost is that of the band."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from core.attention.attention import Attention
from core.attention.banded import SMALLEST, BandedAttention
from core.attention.dropout import give_chance
from core.attention.masks import band, valid_keys
from core.attention.multiplicative import ScaledDotProduct
from core.attention.normalizers import NORMALIZERS
from core.attention.scores import SCORES
from core.errors import SettingError
from core.models.labeler import Labeler
from core.models.transformer_settings import TransformerSettings


def _heads(seed, queries, keys=None, kind=torch.float64):
    chance, keys = torch.Generator().manual_seed(seed), keys or queries
    sizes = ((queries, 6), (keys, 6), (keys, 5))
    return [torch.randn(2, 3, time, size, generator=chance, dtype=kind) for time, size in sizes]


def _both(parts, left, right, real=None, score="scaled_dot", **slots):
    """The contexts in blocks, and of all pairs under a mask."""
    query, key, value = parts
    torch.manual_seed(0)
    blocked = BandedAttention(SCORES[score](6), left, right, **slots).to(query.dtype)
    masked = Attention(blocked.score, **slots)
    mask = band(query.shape[2], key.shape[2], left, right)
    padding = None if real is None else valid_keys(real)
    found = blocked(query, blocked.prepare(key), value, padding)
    expected = masked(query, masked.prepare(key), value, mask if real is None else mask & padding)
    return found.context, expected.context


@pytest.mark.parametrize("time", [1, 5, SMALLEST, 50, 4 * SMALLEST])
@pytest.mark.parametrize(("left", "right"), [(0, 0), (1, 1), (3, 0), (0, 7), (20, 20), (70, 70)])
def test_blocks_give_what_a_band_over_all_pairs_gives(time, left, right):
    for kind, within in ((torch.float64, 1e-10), (torch.float32, 1e-6)):
        found, expected = _both(_heads(1, time, kind=kind), left, right)
        torch.testing.assert_close(found, expected, atol=within, rtol=0)


@pytest.mark.parametrize(("queries", "keys"), [(1, 9), (1, 60), (7, 60), (33, 40)])
def test_later_queries_with_keys_written_before(queries, keys):
    for left, right in ((4, 0), (30, 0), (5, 5)):
        found, expected = _both(_heads(2, queries, keys), left, right)
        torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)


def test_pads_on_either_side_and_items_without_any_key():
    place = torch.arange(37)
    for real in ((place < 30, place < 3), (place >= 6, place > 40), (place % 2 == 0, place >= 0)):
        found, expected = _both(_heads(3, 37), 4, 2, torch.stack(real))
        torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)
        assert found.isfinite().all()


@pytest.mark.parametrize("score", SCORES)
def test_with_every_score_and_temperature(score):
    found, expected = _both(_heads(4, 41), 3, 5, score=score, temperature=1.7)
    torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)


@pytest.mark.parametrize("normalizer", NORMALIZERS)
def test_with_every_normalizer(normalizer):
    real = torch.arange(41) < torch.tensor([[41], [25]])
    found, expected = _both(_heads(5, 41), 3, 5, real, normalize=NORMALIZERS[normalizer])
    torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)


def test_gradients_are_those_of_all_pairs():
    parts = [part.requires_grad_() for part in _heads(6, 45)]
    found, expected = _both(parts, 6, 2)
    wanted = torch.randn(found.shape, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
    for one, two in zip(torch.autograd.grad(found, parts, wanted), torch.autograd.grad(expected, parts, wanted)):
        torch.testing.assert_close(one, two, atol=1e-10, rtol=0)


def test_a_reach_of_the_whole_text_is_full_attention():
    query, key, value = _heads(7, 23)
    full = Attention(ScaledDotProduct())(query, key, value).context
    for reach, same in ((22, True), (40, True), (21, False)):
        found = BandedAttention(ScaledDotProduct(), reach, reach)(query, key, value).context
        assert torch.allclose(found, full, atol=1e-10, rtol=0) is same


def test_what_lies_out_of_reach_changes_no_bit():
    query, key, value = _heads(8, 60)
    attention = BandedAttention(ScaledDotProduct(), 5, 3)
    before = attention(query, key, value).context
    key[:, :, 30] += 1.0
    value[:, :, 30] -= 1.0
    after = attention(query, key, value).context
    changed = (before != after).flatten(0, 1).any(-1).any(0).nonzero().flatten().tolist()
    assert changed == list(range(27, 36))  # who looks 3 ahead, to who looks 5 back


def test_a_stack_of_layers_reaches_as_far_as_its_windows_together_and_no_further():
    torch.manual_seed(9)
    settings = TransformerSettings(layers=2, heads=2, width=16, attention="banded", window=3)
    labeler, tokens = Labeler(settings, 11, 5).eval(), torch.arange(40)[None] % 11
    valid, changed = torch.ones(1, 40, dtype=torch.bool), tokens.clone()
    changed[0, 20] = 10  # it was 9
    apart = (labeler(tokens, valid) != labeler(changed, valid)).any(-1)[0].nonzero().flatten().tolist()
    assert apart == list(range(14, 27))  # two layers of three places, to each side


def test_only_pairs_near_the_band_are_multiplied():
    time, window, size = 1024, 64, 16
    query = torch.randn(1, 1, time, size, generator=torch.Generator().manual_seed(9))
    counted = []
    for attention in (BandedAttention(ScaledDotProduct(), window, window), Attention(ScaledDotProduct())):
        with FlopCounterMode(display=False) as flops:
            attention(query, query, query)
        counted.append(flops.get_total_flops())
    assert counted[1] == 2 * 2 * time * time * size  # scores and context, a multiplication and an addition each
    assert counted[0] == 2 * 2 * time * (window + 2 * window) * size


def test_a_negative_reach_is_refused():
    with pytest.raises(SettingError, match="left=-1 is too small for banded attention: choose at least 0"):
        BandedAttention(ScaledDotProduct(), -1, 2)


def test_dropped_weights_are_drawn_from_the_generator_that_was_given():
    query, key, value = _heads(10, 40)
    attention = BandedAttention(ScaledDotProduct(), 4, 4, dropout=0.5).train()
    found = []
    for seed in (1, 1, 2):
        give_chance(attention, torch.Generator().manual_seed(seed))
        found.append(attention(query, key, value).context)
    assert torch.equal(found[0], found[1]) and not torch.equal(found[0], found[2])
