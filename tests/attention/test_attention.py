"""Attention by hand: the lecture's four vectors, PyTorch's own functions, one score against another."""

import math

import pytest
import torch

from core.attention.absolute import LearnedPositions, SinusoidalPositions
from core.attention.additive import Additive
from core.attention.attention import Attention
from core.attention.dropout import Dropout
from core.attention.masks import causal, valid_keys
from core.attention.multihead import MultiHeadAttention
from core.attention.multiplicative import DotProduct, General, ScaledDotProduct
from core.attention.positions import POSITIONS
from core.errors import InputError, SettingError, ShapeError


def test_the_lectures_four_vectors_give_b1_by_hand():
    # q¹ = (1,0); keys (1,0) (0,1) (1,1) (−1,0): scores 1 0 1 −1, softmax over them mixes the values
    query = torch.tensor([[[[1.0, 0.0]]]], dtype=torch.float64)
    key = torch.tensor([[[[1, 0], [0, 1], [1, 1], [-1, 0]]]], dtype=torch.float64)
    value = torch.tensor([[[[1], [2], [3], [4]]]], dtype=torch.float64)
    attended = Attention(DotProduct())(query, key, value)
    e = [math.exp(1), 1.0, math.exp(1), math.exp(-1)]
    assert attended.scores.flatten().tolist() == [1, 0, 1, -1]
    assert attended.context.item() == pytest.approx((e[0] * 1 + e[1] * 2 + e[2] * 3 + e[3] * 4) / sum(e), abs=1e-12)


def test_scaled_dot_product_is_pytorchs_own_with_and_without_a_mask():
    chance = torch.Generator().manual_seed(1)
    query, key, value = (torch.randn(2, 3, n, 8, generator=chance) for n in (5, 7, 7))
    for mask in (None, torch.rand(2, 1, 5, 7, generator=chance) < 0.7, causal(5, 7)):
        mask = mask if mask is None else mask | (torch.arange(7) == 0)  # no empty row: PyTorch has NaN there
        ours = Attention(ScaledDotProduct())(query, key, value, mask).context
        theirs = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=0)


def test_multi_head_attention_is_pytorchs_after_copying_its_weights():
    ours, theirs = (
        MultiHeadAttention(12, 3).double(),
        torch.nn.MultiheadAttention(12, 3, bias=False, batch_first=True).double(),
    )
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([ours.w_query, ours.w_key, ours.w_value]))
        theirs.out_proj.weight.copy_(ours.w_output.weight)
    states = torch.randn(2, 5, 12, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    valid = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    expected, _ = theirs(states, states, states, key_padding_mask=~valid)
    found = ours(states, ours.prepare(states), valid_keys(valid))
    torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)


def test_heads_are_separate_attentions_joined_by_w_o():
    whole = MultiHeadAttention(6, 2).double()
    states = torch.randn(1, 4, 6, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    parts = []
    for head in (slice(0, 3), slice(3, 6)):
        query, key, value = (states @ w[head].T for w in (whole.w_query, whole.w_key, whole.w_value))
        parts.append(torch.softmax(query @ key.transpose(1, 2) / math.sqrt(3), -1) @ value)
    expected = torch.cat(parts, -1) @ whole.w_output.weight.T
    torch.testing.assert_close(whole(states, whole.prepare(states)), expected, atol=1e-10, rtol=0)


def test_the_only_parameters_are_the_four_matrices():
    attention = MultiHeadAttention(12, 3)
    assert {name: tuple(p.shape) for name, p in attention.named_parameters()} == {
        "w_query_key_value.weight": (36, 12),
        "w_output.weight": (12, 12),
    }
    together = torch.cat([attention.w_query, attention.w_key, attention.w_value])
    assert torch.equal(together, attention.w_query_key_value.weight)


def test_each_matrix_is_drawn_as_the_square_it_is_in_the_order_query_key_value_output():
    torch.manual_seed(5)
    attention = MultiHeadAttention(8, 2)
    torch.manual_seed(5)
    squares = [torch.nn.Linear(8, 8, bias=False) for _ in range(4)]
    for square in squares:
        torch.nn.init.xavier_uniform_(square.weight)
    found = (attention.w_query, attention.w_key, attention.w_value, attention.w_output.weight)
    assert all(torch.equal(one, square.weight) for one, square in zip(found, squares))


def test_weights_that_were_kept_as_three_matrices_are_read_and_a_third_alone_is_not():
    torch.manual_seed(6)
    attention, other = MultiHeadAttention(8, 2), MultiHeadAttention(8, 2)
    apart = {"w_output.weight": attention.w_output.weight}
    apart |= {f"w_{part}.weight": getattr(attention, f"w_{part}") for part in ("query", "key", "value")}
    other.load_state_dict(apart)
    assert all(torch.equal(one, two) for one, two in zip(attention.parameters(), other.parameters()))
    assert len(apart) == 4
    del apart["w_key.weight"]
    with pytest.raises(RuntimeError, match=r'Missing key.*"w_query_key_value.weight"'):
        other.load_state_dict(apart)


def test_looking_at_oneself_in_one_product_is_looking_at_what_was_prepared():
    attention = MultiHeadAttention(12, 3).double()
    states = torch.randn(2, 5, 12, generator=torch.Generator().manual_seed(7), dtype=torch.float64)
    query, own = attention.project(states)
    prepared = attention.prepare(states)
    torch.testing.assert_close(own.key, prepared.key, atol=1e-12, rtol=0)
    torch.testing.assert_close(own.value, prepared.value, atol=1e-12, rtol=0)
    torch.testing.assert_close(attention.look(query, own), attention(states, prepared), atol=1e-12, rtol=0)


def test_a_width_that_heads_cannot_share_is_refused():
    with pytest.raises(SettingError, match="width=10 cannot be shared by heads=3"):
        MultiHeadAttention(10, 3)


def test_additive_is_its_formula_pair_by_pair():
    score = Additive(3, 5, 4).double()
    query, key = torch.randn(1, 1, 2, 3, dtype=torch.float64), torch.randn(1, 1, 6, 5, dtype=torch.float64)
    found = score(query, score.prepare(key))
    for at in range(2):
        for to in range(6):
            between = torch.tanh(
                score.w_query.weight @ query[0, 0, at] + score.w_query.bias + score.w_key.weight @ key[0, 0, to]
            )
            assert found[0, 0, at, to].item() == pytest.approx((score.v @ between).item(), abs=1e-10)


def test_general_is_dot_with_projected_keys_and_scaled_is_dot_over_root_dim():
    query, key = torch.randn(1, 2, 3, 4), torch.randn(1, 2, 5, 6)
    general = General(4, 6)
    torch.testing.assert_close(general(query, general.prepare(key)), query @ (key @ general.w_key.weight.T).mT)
    same = torch.randn(1, 2, 5, 4)
    torch.testing.assert_close(ScaledDotProduct()(query, same) * 2.0, DotProduct()(query, same), atol=1e-5, rtol=0)


def test_a_query_without_keys_gets_a_context_of_zeros():
    mask = torch.zeros(1, 1, 1, 3, dtype=torch.bool)
    attended = Attention(ScaledDotProduct())(
        torch.ones(1, 1, 1, 2), torch.ones(1, 1, 3, 2), torch.ones(1, 1, 3, 2), mask
    )
    assert attended.context.tolist() == [[[[0.0, 0.0]]]]


def test_dropout_says_so_when_it_has_nothing_to_draw_from():
    with pytest.raises(ShapeError, match="give_chance"):
        Dropout(0.3).train()(torch.ones(3))


def test_moving_a_sinusoidal_position_is_a_rotation_that_does_not_depend_on_it():
    positions = SinusoidalPositions(8, 0)
    table = positions(torch.arange(40)[None])[0].double()
    frequencies = 10000.0 ** (-torch.arange(0, 8, 2, dtype=torch.float64) / 8)
    for shift in (1, 7):
        cosine, sine = torch.cos(shift * frequencies), torch.sin(shift * frequencies)
        moved = torch.stack(
            [table[:, 0::2] * cosine + table[:, 1::2] * sine, table[:, 1::2] * cosine - table[:, 0::2] * sine], -1
        )
        torch.testing.assert_close(moved.flatten(1)[: 40 - shift], table[shift:], atol=1e-5, rtol=0)
    products = table @ table.T
    torch.testing.assert_close(products[:-1, :-1], products[1:, 1:], atol=1e-5, rtol=0)


def test_learned_positions_end_with_a_clear_error_and_unseen_rows_get_no_gradient():
    positions = LearnedPositions(4, 6)
    with pytest.raises(InputError, match="position 7 is past the 6 learned positions"):
        positions(torch.arange(7)[None])
    positions(torch.arange(3)[None]).sum().backward()
    assert (positions.table.weight.grad[3:] == 0).all()


def test_sinusoidal_positions_that_are_kept_and_those_that_are_computed_follow_one_formula():
    positions = SinusoidalPositions(6, 0)
    far = torch.tensor([[3, 255, 256, 1000]])
    frequencies = 10000.0 ** (-torch.arange(0, 6, 2, dtype=torch.float64) / 6)
    angles = far[0, :, None] * frequencies
    for found in (positions(far)[0], torch.cat([positions(far[:, at : at + 1])[0] for at in range(4)])):
        torch.testing.assert_close(found[:, 0::2].double(), angles.sin(), atol=1e-4, rtol=0)
        torch.testing.assert_close(found[:, 1::2].double(), angles.cos(), atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", POSITIONS)
def test_positions_are_told_by_number_and_not_by_place_in_the_row(name):
    positions = POSITIONS[name](8, 16)
    there = positions(torch.tensor([[5, 2]]))
    torch.testing.assert_close(there[:, 1], positions(torch.tensor([[2]]))[:, 0])
