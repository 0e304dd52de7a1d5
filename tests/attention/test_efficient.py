"""Performer, Linformer, Reformer, Synthesizer: each against what its paper says it is."""

import math
from itertools import pairwise

import pytest
import torch

from core.attention.attention import Attention
from core.attention.linformer import Linformer
from core.attention.masks import valid_keys
from core.attention.mechanisms import MECHANISMS, Wanted
from core.attention.multiplicative import ScaledDotProduct
from core.attention.performer import Performer, orthogonal
from core.attention.reformer import Reformer
from core.attention.synthesizer import DenseSynthesizer, RandomSynthesizer
from core.errors import InputError, SettingError, ShapeError
from core.recording.tap import watching


def _normal(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _chance(seed=0):
    return torch.Generator().manual_seed(seed)


def _weights(attention, *parts):
    seen = {}
    with watching(lambda tap, value: seen.__setitem__(tap, value)):
        attention(*parts)
    return seen[attention.tap_weights]


# --- Performer ---


def test_random_features_give_the_exponential_on_average_within_three_standard_errors():
    query, key = 0.7 * _normal(1, 1, 1, 6, 16), 0.7 * _normal(2, 1, 1, 6, 16)
    expected = (query @ key.transpose(-1, -2) / math.sqrt(16)).exp()
    chance, found, without_norms = _chance(3), [], []
    for _ in range(3000):  # products of exponentials have long tails: with few of them the error itself is not known
        performer = Performer(16, 256, chance).double()
        asks, has = performer.features(query), performer.features(key)
        found.append(asks @ has.transpose(-1, -2))
        norms = (query.square().sum(-1)[..., None] + key.square().sum(-1)[..., None, :]) / 2 / math.sqrt(16)
        without_norms.append(found[-1] * norms.exp())
    assert _standard_errors(found, expected).max() < 3
    assert _standard_errors(without_norms, expected).min() > 3  # the test can tell: exp(ω·x) alone is another kernel


def _standard_errors(found, expected):
    found = torch.stack(found)
    return (found.mean(0) - expected).abs() / (found.std(0) / math.sqrt(len(found)))


def test_the_error_of_performer_falls_with_its_features():
    query, key, value = (_normal(seed, 1, 2, 64, 16) for seed in (3, 4, 5))
    query, key = 0.7 * query, 0.7 * key
    exact = Attention(ScaledDotProduct())(query, key, value).context
    errors = []
    for features in (16, 64, 256, 1024, 4096):
        draws = [Performer(16, features, _chance(seed)).double()(query, key, value).context for seed in range(10)]
        errors.append(sum(float((one - exact).norm() / exact.norm()) for one in draws) / len(draws))
    assert all(one > two for one, two in pairwise(errors))
    assert errors[-1] < errors[0] / 4  # 1/√256 would be a sixteenth: slow, and seen so


def test_directions_are_at_right_angles_in_groups_and_as_long_as_gaussian_ones():
    directions = orthogonal(20, 8, _chance(6)).double()
    assert directions.shape == (20, 8)
    for group in (directions[:8], directions[8:16], directions[16:]):
        unit = torch.nn.functional.normalize(group, dim=1)
        torch.testing.assert_close(unit @ unit.T, torch.eye(len(unit), dtype=torch.float64), atol=1e-6, rtol=0)
    lengths = torch.cat([orthogonal(8, 8, _chance(seed)).square().sum(1) for seed in range(200)])
    assert lengths.mean().item() == pytest.approx(8, abs=4 * 4 / math.sqrt(1600))  # χ² with 8 degrees: variance 16
    assert torch.equal(orthogonal(20, 8, _chance(6)), orthogonal(20, 8, _chance(6)))


def test_the_shifts_of_performer_cancel_and_large_vectors_do_not_overflow():
    performer = Performer(8, 32, _chance(7)).double()
    query, key, value = (_normal(seed, 2, 3, 9, 8) for seed in (8, 9, 10))
    plain = performer.features(query) @ performer.features(key).transpose(-1, -2)
    expected = plain / plain.sum(-1, keepdim=True) @ value
    torch.testing.assert_close(performer(query, key, value).context, expected, atol=1e-10, rtol=0)
    loud = performer.float()((30 * query).float(), (30 * key).float(), value.float()).context
    assert loud.isfinite().all() and loud.abs().max() <= value.abs().max() + 1e-5


def test_looking_back_no_later_key_however_loud_changes_a_bit_of_an_earlier_output():
    performer = Performer(8, 32, _chance(7), causal=True)
    query, key, value = (torch.randn(1, 2, 9, 8, generator=_chance(seed)) for seed in (1, 2, 3))
    before = performer(query, key, value).context
    key[:, :, 6] *= 40
    after = performer(query, key, value).context
    assert torch.equal(after[:, :, :6], before[:, :, :6])
    assert before.abs().amin() > 0 and torch.isfinite(after).all()


def test_the_directions_of_performer_are_kept_with_the_weights():
    one, two = (MECHANISMS["performer"].make(Wanted(heads=2, dim=4)) for _ in range(2))
    assert not torch.equal(one.directions, two.directions)
    two.load_state_dict(one.state_dict())
    assert torch.equal(one.directions, two.directions)


# --- Linformer ---


def test_linformer_with_a_slot_for_each_token_is_full_attention():
    query, key, value = (_normal(seed, 2, 3, 7, 4) for seed in (11, 12, 13))
    linformer = Linformer(7, 7).double()
    with torch.no_grad():
        linformer.mix_keys.copy_(torch.eye(7))
        linformer.mix_values.copy_(torch.eye(7))
    expected = Attention(ScaledDotProduct())(query, key, value).context
    torch.testing.assert_close(linformer(query, key, value).context, expected, atol=1e-10, rtol=0)


def test_linformers_weights_over_tokens_are_a_times_f_and_rows_need_not_sum_to_one():
    query, key, value = (_normal(seed, 2, 3, 6, 4) for seed in (14, 15, 16))
    torch.manual_seed(14)
    linformer = Linformer(3, 9).double()
    slots = torch.softmax(query @ (linformer.mix_keys[:, :6] @ key).transpose(-1, -2) / 2, -1)
    weights = _weights(linformer, query, key, value)
    torch.testing.assert_close(weights, slots @ linformer.mix_values[:, :6], atol=1e-10, rtol=0)
    assert (weights.sum(-1) - 1).abs().max() > 0.1


def test_a_token_has_its_column_by_its_place_among_real_tokens():
    query, key, value = (_normal(seed, 1, 2, 5, 4) for seed in (17, 18, 19))
    for name in ("linformer", "synthesizer", "synthesizer_dense"):
        attention = MECHANISMS[name].make(Wanted(heads=2, dim=4, longest=5)).double()
        alone = attention(query, key, value).context
        pads = _normal(20, 1, 2, 3, 4)
        for left in (0, 3, 1):
            wide = [torch.cat([pads[:, :, :left], part, pads[:, :, left:]], 2) for part in (query, key, value)]
            real = (torch.arange(8) >= left) & (torch.arange(8) < left + 5)
            found = attention(*wide, valid_keys(real[None])).context[:, :, left : left + 5]
            torch.testing.assert_close(found, alone, atol=1e-10, rtol=0)


@pytest.mark.parametrize("name", ["linformer", "synthesizer", "synthesizer_dense"])
def test_a_text_past_the_longest_is_refused(name):
    attention = MECHANISMS[name].make(Wanted(heads=2, dim=4, longest=6)).double()
    parts = [_normal(seed, 1, 2, 7, 4) for seed in (21, 22, 23)]
    with pytest.raises(InputError, match=r"a text of 7 tokens is too long for .* longest=6"):
        attention(*parts)
    real = torch.arange(7)[None] < 6
    assert attention(*parts, valid_keys(real)).context.isfinite().all()


# --- Reformer ---


def test_one_bucket_is_full_attention_with_shared_queries_and_keys_and_the_self_token_rule():
    query, value = _normal(24, 2, 3, 8, 4), _normal(25, 2, 3, 8, 5)
    real = torch.arange(8) < torch.tensor([[8], [1]])
    unit = query / query.norm(dim=-1, keepdim=True)
    others = ~torch.eye(8, dtype=torch.bool) & valid_keys(real)
    others[1, :, 0, 0] = True  # the only token of the second item has nobody but itself
    expected = Attention(ScaledDotProduct())(query, unit, value, others).context
    found = Reformer(4, 1, 2, _chance()).double()(query, _normal(26, 2, 3, 8, 4), value, valid_keys(real)).context
    torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)


def test_rounds_are_combined_by_their_logsumexp_as_the_paper_has_it():
    query, value = _normal(27, 1, 2, 20, 6), _normal(28, 1, 2, 20, 5)
    reformer = Reformer(6, 4, 3, _chance(1)).double()
    unit = query / query.norm(dim=-1, keepdim=True)
    bucket = reformer.buckets(query)
    meet = bucket[..., :, None] == bucket[..., None, :]  # round batch head query key
    itself = torch.eye(20, dtype=torch.bool)
    penalty = meet.sum(0).double().log() + 1e5 * itself  # equation 5: log N, and 10⁵ for oneself
    scores = (query @ unit.transpose(-1, -2) / math.sqrt(6) - penalty).masked_fill(~meet, -torch.inf)
    partition = scores.logsumexp(-1, keepdim=True)
    rounds = (partition - partition.logsumexp(0)).exp() * (scores - partition).exp()
    torch.testing.assert_close(_weights(reformer, query, query, value), rounds.sum(0), atol=1e-10, rtol=0)
    assert 0 < rounds.sum(0).count_nonzero() < rounds.sum(0).numel(), "buckets leave pairs out"


def test_near_directions_meet_more_often_than_far_ones_and_every_bucket_is_used():
    chance = _normal(29, 1, 1, 500, 8)
    near, far = chance + 0.2 * _normal(30, 1, 1, 500, 8), -chance
    reformer = Reformer(8, 4, 6, _chance(2)).double()
    first, second, third = (reformer.buckets(part) for part in (chance, near, far))
    assert (first == second).double().mean() > 0.75
    assert (first == third).double().mean() == 0  # −x is in the opposite bucket
    assert first.unique().tolist() == [0, 1, 2, 3]


def test_reformer_refuses_keys_that_are_not_its_queries_and_odd_buckets():
    reformer = Reformer(4, 2, 1, _chance()).double()
    with pytest.raises(ShapeError, match="2 queries cannot be the keys of 5 places"):
        reformer(_normal(31, 1, 1, 2, 4), _normal(32, 1, 1, 5, 4), _normal(33, 1, 1, 5, 4))
    with pytest.raises(SettingError, match="buckets=3 cannot be named by ± projections"):
        Reformer(4, 3, 1, _chance())


# --- Synthesizer ---


def test_the_weights_of_the_random_synthesizer_do_not_change_with_the_tokens():
    attention = RandomSynthesizer(3, 9).double()
    found = [_weights(attention, *(_normal(seed + at, 2, 3, 6, 4) for at in range(3))) for seed in (34, 40)]
    assert torch.equal(*found)
    torch.testing.assert_close(found[0][1], attention.table[:, :6, :6].softmax(-1), atol=1e-12, rtol=0)


def test_a_row_of_the_dense_synthesizer_changes_with_its_own_token_alone():
    torch.manual_seed(0)
    attention = DenseSynthesizer(4, 9).double()
    query, key, value = (_normal(seed, 1, 2, 6, 4) for seed in (46, 47, 48))
    before = _weights(attention, query, key, value)
    assert torch.equal(before, _weights(attention, query, key + 1, value + 1))
    query[:, :, 2] += 1
    changed = (_weights(attention, query, key, value) != before).any(-1).any(1)[0]
    assert changed.tolist() == [False, False, True, False, False, False]


def test_every_kind_is_described_and_made_afresh_from_the_stream_that_weights_come_from():
    for kind in MECHANISMS.values():
        assert kind.summary and not kind.summary.endswith(".")
        states = []
        for seed in (1, 1, 2):
            torch.manual_seed(seed)
            states.append(kind.make(Wanted(heads=2, dim=4, longest=8, score="general")).state_dict())
        assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
        assert not states[0] or any(not torch.equal(states[0][name], states[2][name]) for name in states[0])
