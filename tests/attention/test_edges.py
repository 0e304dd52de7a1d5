"""Attention along edges: by hand, and the laws of mechanisms that look along a graph only."""

import math

import pytest
import torch

from core.attention.attention import Attention
from core.attention.edges import EDGE_ATTENTIONS, EdgeDotProduct, Edges, GraphAttention, softmax_along
from core.attention.masks import graph
from core.attention.multiplicative import ScaledDotProduct
from core.data.vector_sets import Entrance, SetExample, stack_sets
from core.models.graph_settings import EdgeSettings, GraphAttentionSettings
from core.models.set_models import build_set_model
from core.models.set_settings import ReaderSettings
from core.recording.recorder import Recorder
from core.seeds import Seeds
from core.training.set_trainer import recorded

PATH = torch.tensor([[0, 1, 1, 2, 2, 3, 3, 4], [1, 0, 2, 1, 3, 2, 4, 3]])  # 0 – 1 – 2 – 3 – 4, and 5 alone
ENTRANCE = Entrance(None, 3, "each", ("a", "b"))


def example(edges=PATH, nodes=6, seed=0):
    content = torch.randn(nodes, 3, generator=torch.Generator().manual_seed(seed))
    return SetExample(tuple(f"n{at}" for at in range(nodes)), content, torch.zeros(nodes, dtype=torch.long), edges)


def network(kind, **settings):
    return build_set_model(kind(**settings), ENTRANCE, Seeds(2)).eval()


KINDS = pytest.mark.parametrize("kind", [EdgeSettings, GraphAttentionSettings])


def test_a_softmax_along_edges_by_hand():
    scores = torch.tensor([[math.log(3.0)], [0.0], [1000.0]])
    found = softmax_along(scores, torch.tensor([2, 2, 0]), 3)
    assert torch.allclose(found.flatten(), torch.tensor([0.75, 0.25, 1.0]))


def test_gat_scores_by_hand():
    attention = GraphAttention(2, 1, 2)
    with torch.no_grad():
        attention.w.weight.copy_(torch.eye(2))
        attention.looks.copy_(torch.tensor([[1.0, 0.0]]))
        attention.is_seen.copy_(torch.tensor([[0.0, 2.0]]))
    edges = Edges(torch.tensor([0, 0]), torch.tensor([0, 1]), 1, 2)
    scores, values = attention.weighed(torch.tensor([[1.0, -3.0], [5.0, 4.0]]), edges)
    # node 0 looks at itself: 1 + 2·(−3) = −5, times 0.2; at node 1: 1 + 2·4 = 9
    assert torch.allclose(scores.flatten(), torch.tensor([-1.0, 9.0]))
    assert torch.equal(values[:, 0], torch.tensor([[1.0, -3.0], [5.0, 4.0]]))


@KINDS
def test_what_is_no_edge_has_no_weight_and_rows_sum_to_one(kind):
    one = example()
    allowed = torch.eye(6, dtype=torch.bool)
    allowed[PATH[0], PATH[1]] = True
    for matrix in recorded(network(kind, layers=2), one, ()):
        weights = torch.from_numpy(matrix.weights)
        assert (weights[:, ~allowed] == 0).all()
        assert torch.allclose(weights.sum(-1), torch.ones(()), atol=1e-6)


@pytest.mark.parametrize("kind", [EdgeSettings, GraphAttentionSettings, ReaderSettings])
def test_of_two_like_parts_the_mean_is_that_of_one_and_the_sum_is_twice_it(kind):
    """Two graphs that are one, with no edge between: a mean cannot tell how many nodes there are, a sum can."""
    entrance, one, free = (
        ENTRANCE._replace(output="one"),
        example(),
        {} if kind != ReaderSettings else {"positions": "none"},
    )
    label = torch.tensor(0)
    alone = SetExample(one.items, one.content, label, PATH)
    twice = SetExample(one.items * 2, one.content.repeat(2, 1), label, torch.cat([PATH, PATH + 6], dim=1))
    for pool, times in (("mean", 1), ("sum", 2)):
        net = build_set_model(kind(pool=pool, **free), entrance, Seeds(2)).eval()
        with torch.no_grad():
            batch = stack_sets([alone, twice])  # the first is padded: pads count for nothing
            scores = net(batch) - net.output.bias
        assert torch.allclose(scores[0] * times, scores[1], atol=1e-5) and scores[0].abs().max() > 0.01


@KINDS
def test_numbering_the_nodes_otherwise_moves_the_labels_with_them(kind):
    one, net = example(), network(kind, layers=2)
    order = torch.tensor([3, 5, 0, 2, 1, 4])
    place = torch.argsort(order)  # where each old node stands now
    other = SetExample(tuple(one.items[at] for at in order), one.content[order], one.labels, place[PATH])
    with torch.no_grad():
        assert torch.allclose(net(stack_sets([one]))[0][order], net(stack_sets([other]))[0], atol=1e-6)


@KINDS
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_node_further_away_than_there_are_layers_changes_no_bit(kind, layers):
    one, net = example(), network(kind, layers=layers)
    changed = one.content.clone()
    changed[0] += 1.0
    other = SetExample(one.items, changed, one.labels, PATH)
    with torch.no_grad():
        before, after = (net(stack_sets([which]))[0] for which in (one, other))
    same = [bool(torch.equal(before[node], after[node])) for node in range(5)]
    assert same == [node > layers for node in range(5)]


@KINDS
def test_a_node_alone_hears_nothing_without_self_loops(kind):
    with_loops, without = network(kind, layers=1), network(kind, layers=1, self_loops=False)
    lonely = [matrix.weights[:, 5] for net in (with_loops, without) for matrix in recorded(net, example(), ())]
    assert (lonely[0][:, 5] == 1).all() and not lonely[1].any()
    with torch.no_grad():
        assert torch.equal(without(stack_sets([example()]))[0, 5], without.output.bias)


def test_on_a_complete_graph_it_is_full_attention():
    nodes, heads, dim = 5, 2, 4
    attention = EdgeDotProduct(3, heads, dim)
    states = torch.randn(1, nodes, 3, generator=torch.Generator().manual_seed(1))
    everyone = torch.tensor([(0, i, j) for i in range(nodes) for j in range(nodes) if i != j]).T
    edges = Edges.of(everyone, 1, nodes, self_loops=True)
    query, key, value = attention.w_query_key_value(states).unflatten(-1, (3, heads, dim)).unbind(2)
    full = Attention(ScaledDotProduct())
    adjacency = ~torch.eye(nodes, dtype=torch.bool)
    expected = full(*(one.transpose(1, 2) for one in (query, key, value)), mask=graph(adjacency)).context
    assert torch.allclose(attention(states, edges), expected.transpose(1, 2).flatten(2), atol=1e-6)


@pytest.mark.parametrize("name", EDGE_ATTENTIONS)
def test_looking_changes_no_bit(name):
    attention = EDGE_ATTENTIONS[name](3, 2, 4)
    states = torch.randn(1, 6, 3, generator=torch.Generator().manual_seed(1))
    edges = Edges.of(torch.cat([torch.zeros(1, 8, dtype=torch.long), PATH]), 1, 6, self_loops=True)
    with torch.no_grad():
        before = attention(states, edges)
        with Recorder(torch.nn.ModuleDict({"encoder": attention})):
            assert torch.equal(attention(states, edges), before)
