"""Masks and patterns by hand: each is the set of pairs it is said to be, and composes with `&`."""

import pytest
import torch

from core.attention.attention import Attention
from core.attention.masks import Masks, band, blocks, causal, global_tokens, graph, random_keys, strided, valid_keys
from core.attention.multiplicative import ScaledDotProduct
from core.attention.patterns import PATTERNS
from core.errors import SettingError, ShapeError

LENGTH, WINDOW = 13, 3


def pairs(mask: torch.Tensor) -> set[tuple[int, int]]:
    """Who may look at whom."""
    return {tuple(pair) for pair in mask[0, 0].nonzero().tolist()}


def every(rule) -> set[tuple[int, int]]:
    return {(i, j) for i in range(LENGTH) for j in range(LENGTH) if rule(i, j)}


ENUMERATED = {
    "full": lambda i, j: True,
    "causal": lambda i, j: j <= i,
    "local": lambda i, j: abs(i - j) <= WINDOW,
    "strided": lambda i, j: abs(i - j) <= WINDOW or (i - j) % WINDOW == 0,
    "blocks": lambda i, j: i // WINDOW == j // WINDOW,
}


@pytest.mark.parametrize("name", ENUMERATED)
def test_a_pattern_is_the_set_of_pairs_it_is_said_to_be(name):
    assert pairs(PATTERNS[name].mask(LENGTH, WINDOW)) == every(ENUMERATED[name])


def test_bigbird_is_its_window_its_global_token_and_its_random_keys():
    drawn = pairs(random_keys(LENGTH, 1, 0))
    expected = every(lambda i, j: abs(i - j) <= WINDOW or 0 in (i, j)) | drawn
    assert pairs(PATTERNS["bigbird"].mask(LENGTH, WINDOW)) == expected
    assert drawn == {(j, i) for i, j in drawn} and all(i != j for i, j in drawn)
    for place in range(1, LENGTH):
        assert any((place, before) in drawn for before in range(place)), f"place {place} drew nobody"


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_the_union_of_its_parts_has_a_summary_and_a_shape_that_broadcasts(name):
    pattern = PATTERNS[name]
    parts = pattern.parts(LENGTH, WINDOW)
    assert set().union(*map(pairs, parts.values())) == pairs(pattern.mask(LENGTH, WINDOW))
    assert pattern.summary and "\n" not in pattern.summary
    assert all(part.shape == (1, 1, LENGTH, LENGTH) and part.dtype == torch.bool for part in parts.values())
    assert all((i, i) in pairs(pattern.mask(LENGTH, WINDOW)) for i in range(LENGTH)), "a token that cannot see itself"


@pytest.mark.parametrize("name", PATTERNS)
def test_what_two_tokens_are_to_each_other_does_not_depend_on_padding(name):
    longer = PATTERNS[name].mask(LENGTH + 9, WINDOW)[..., :LENGTH, :LENGTH]
    assert torch.equal(longer, PATTERNS[name].mask(LENGTH, WINDOW))


@pytest.mark.parametrize("name", [name for name, kind in PATTERNS.items() if kind.least_window is not None])
def test_a_window_too_small_is_refused_with_the_least_that_works(name):
    least = PATTERNS[name].least_window
    with pytest.raises(
        SettingError, match=f"window={least - 1} is too small for this pattern: choose at least {least}"
    ):
        PATTERNS[name].mask(LENGTH, least - 1)
    assert PATTERNS[name].mask(LENGTH, least).any()


def test_random_keys_come_from_their_seed_alone():
    torch.manual_seed(1)
    one = random_keys(LENGTH, 2, seed=5)
    torch.manual_seed(2)
    assert torch.equal(one, random_keys(LENGTH, 2, seed=5))
    assert not torch.equal(one, random_keys(LENGTH, 2, seed=6))


def test_cached_queries_are_the_last_of_the_keys_in_a_band_as_under_a_causal_mask():
    whole = band(7, 7, 2, 1)
    assert torch.equal(band(3, 7, 2, 1), whole[:, :, 4:])
    assert torch.equal(causal(3, 7), causal(7)[:, :, 4:])
    assert causal(1, 5).all()


def test_a_window_of_the_whole_length_is_full_attention_to_the_bit():
    query, key, value = torch.randn(3, 2, 4, LENGTH, 5, generator=torch.Generator().manual_seed(1)).unbind(0)
    attend = Attention(ScaledDotProduct())
    wide, narrow = (PATTERNS["local"].mask(LENGTH, window) for window in (LENGTH - 1, LENGTH - 2))
    full = attend(query, key, value).context
    assert torch.equal(attend(query, key, value, wide).context, full)
    assert not torch.equal(attend(query, key, value, narrow).context, full)


def test_the_sparse_transformers_own_pattern_is_strided_and_causal():
    mask = PATTERNS["strided"].mask(LENGTH, WINDOW) & causal(LENGTH)
    assert pairs(mask) == every(lambda i, j: j <= i and (i - j <= WINDOW or (i - j) % WINDOW == 0))


# ---------------------------------------------------------------- graphs
EDGES = torch.tensor([[0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=torch.bool)


def test_a_graph_lets_a_node_look_along_its_edges_and_at_itself():
    assert pairs(graph(EDGES)) == {(0, 1), (1, 2), (0, 0), (1, 1), (2, 2)}
    assert pairs(graph(EDGES, self_loops=False)) == {(0, 1), (1, 2)}


def test_a_node_without_edges_and_without_itself_has_weights_of_zeros():
    scores = torch.randn(3, 1, 2, 3, 4).unbind(0)
    attended = Attention(ScaledDotProduct())(*scores, graph(EDGES, self_loops=False))
    assert (attended.weights[..., 2, :] == 0).all() and (attended.context[..., 2, :] == 0).all()
    assert (attended.weights[..., ~EDGES] == 0).all(), "weight on what is no edge"


def test_a_complete_graph_is_full_attention_and_relabeling_nodes_permutes_outputs():
    query, key, value = torch.randn(
        3, 1, 2, 3, 4, generator=torch.Generator().manual_seed(2), dtype=torch.float64
    ).unbind(0)
    attend = Attention(ScaledDotProduct())
    complete = graph(~torch.eye(3, dtype=torch.bool))
    assert torch.equal(attend(query, key, value, complete).context, attend(query, key, value).context)
    order = torch.tensor([2, 0, 1])
    moved = attend(*(part[:, :, order] for part in (query, key, value)), graph(EDGES[order][:, order]))
    expected = attend(query, key, value, graph(EDGES)).context[:, :, order]
    torch.testing.assert_close(moved.context, expected, atol=1e-10, rtol=0)


def test_a_graph_that_does_not_fit_says_what_would():
    with pytest.raises(ShapeError, match=r"adjacency \(2, 3\) is not square; expected \[node, node\]"):
        graph(EDGES[:2])
    with pytest.raises(SettingError, match="a graph of 3 nodes cannot mask 5 tokens: give an adjacency of 5 × 5"):
        graph(EDGES, 5)
    assert graph(EDGES, 3).shape == (1, 1, 3, 3)


# ---------------------------------------------------------------- composed
def test_parts_stay_visible_in_their_order_and_hold_together():
    valid = torch.tensor([[True] * 4, [True] * 2 + [False] * 2])
    masks = Masks({"padding": valid_keys(valid)}) & Masks({"window": band(4, 4, 1, 1)}) & Masks({"past": causal(4)})
    assert list(masks.parts) == ["padding", "window", "past"]
    assert torch.equal(masks.together(), valid_keys(valid) & band(4, 4, 1, 1) & causal(4))
    assert masks.together().shape == (2, 1, 4, 4)


def test_parts_of_one_name_become_one_and_no_parts_forbid_nothing():
    masks = Masks({"window": band(5, 5, 2, 0)}) & Masks({"window": band(5, 5, 0, 2)})
    assert list(masks.parts) == ["window"] and pairs(masks.together()) == {(i, i) for i in range(5)}
    assert Masks().together().all()


def test_parts_that_do_not_fit_are_named_with_both_shapes():
    with pytest.raises(ShapeError, match=r"masks \(1, 1, 3, 3\) and \(1, 1, 4, 4\) do not broadcast"):
        (Masks({"past": causal(3)}) & Masks({"window": band(4, 4, 1, 1)})).together()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: band(4, 4, -1, 0), "left=-1"),
        (lambda: band(4, 4, 0, -2), "right=-2"),
        (lambda: strided(4, 0), "stride=0"),
        (lambda: blocks(4, 0), "size=0"),
        (lambda: global_tokens(4, -1), "count=-1"),
        (lambda: random_keys(4, -1, 0), "draws=-1"),
    ],
)
def test_a_number_too_small_is_refused(make, words):
    with pytest.raises(SettingError, match=f"{words} is too small for this mask: choose at least"):
        make()
