"""The convolutional encoder: its formula by hand, what it sees, and that padding counts for nothing in either direction."""

import math

import pytest
import torch

from core.attention.absolute import NoPositions, SinusoidalPositions
from core.attention.dropout import give_chance
from core.models.convolutional_encoder import ConvolutionalEncoder, GatedConvolution
from core.models.embedding import TokenEmbedding

VOCABULARY, WIDTH, LAYERS, TIME, BATCH = 11, 6, 3, 9, 4
DTYPES = {torch.float64: 1e-10, torch.float32: 1e-5}


def encoder(kernel: int, dtype: torch.dtype = torch.float64, dropout: float = 0.0) -> ConvolutionalEncoder:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        embedding = TokenEmbedding(VOCABULARY, WIDTH, SinusoidalPositions(WIDTH, 64))
        return ConvolutionalEncoder(WIDTH, LAYERS, kernel, embedding, dropout=dropout).to(dtype)


def tokens(seed: int = 1) -> torch.Tensor:
    return torch.randint(VOCABULARY, (BATCH, TIME), generator=torch.Generator().manual_seed(seed))


def gradients(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: weight.grad.clone() for name, weight in network.named_parameters() if weight.grad is not None}


def test_a_layer_is_the_papers_formula_at_every_place():
    """√½ · (x + A ⊙ σ(B)), where A and B are sums over the neighbours; beyond the ends there are zeros."""
    layer = GatedConvolution(WIDTH, 3).double()
    states = torch.randn(2, 5, WIDTH, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    found = layer(states, torch.ones(2, 5, dtype=torch.bool))
    weight, bias = layer.convolution.weight, layer.convolution.bias
    for place in range(5):
        near = [(tap, place + tap - 1) for tap in range(3) if 0 <= place + tap - 1 < 5]
        both = bias + sum(states[:, at] @ weight[:, :, tap].T for tap, at in near)
        gated = both[:, :WIDTH] * torch.sigmoid(both[:, WIDTH:])
        expected = math.sqrt(0.5) * (states[:, place] + gated)
        torch.testing.assert_close(found[:, place], expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
@pytest.mark.parametrize("dtype", DTYPES)
def test_padding_changes_no_valid_output_and_no_gradient_and_ends_as_zeros(dtype, kernel, side):
    source, more = tokens(), 7
    found = {}
    for name, junk in (("bare", None), ("padded", 3), ("padded otherwise", 8)):
        network = encoder(kernel, dtype)
        if junk is None:
            given, valid = source, torch.ones_like(source, dtype=torch.bool)
        else:
            around = (0, more) if side == "right" else (more, 0)
            given = torch.nn.functional.pad(source, around, value=junk)
            valid = torch.nn.functional.pad(torch.ones_like(source, dtype=torch.bool), around, value=False)
        memory = network(given, valid)
        assert len(memory.layers) == LAYERS and memory.states is memory.layers[-1]
        assert all((states[~valid] == 0).all() for states in memory.layers)
        memory.states[valid].square().sum().backward()
        found[name] = (*(states[valid] for states in memory.layers), *gradients(network).values())
    for name in ("padded", "padded otherwise"):
        for one, other in zip(found["bare"], found[name], strict=True):
            scale = max(1.0, float(one.detach().abs().max()))
            torch.testing.assert_close(one / scale, other / scale, atol=DTYPES[dtype], rtol=0)


def test_numbers_that_are_none_in_padding_stay_there():
    layer = GatedConvolution(WIDTH, 3).double()
    states = torch.ones(1, 4, WIDTH, dtype=torch.float64)
    valid = torch.tensor([[True, True, True, False]])
    states[0, 3] = torch.nan
    assert layer(states, valid)[valid].isfinite().all()


@pytest.mark.parametrize(("kernel", "back", "ahead"), [(1, 0, 0), (2, 0, 1), (3, 1, 1), (4, 1, 2)])
def test_a_token_reaches_layers_times_the_kernels_arm_and_not_one_place_further(kernel, back, ahead):
    network, source, middle = encoder(kernel), tokens()[:1], 4
    valid = torch.ones_like(source, dtype=torch.bool)
    other = source.clone()
    other[0, middle] = (other[0, middle] + 1) % VOCABULARY
    moved = (network(source, valid).states != network(other, valid).states).any(-1)[0]
    first, last = max(0, middle - LAYERS * ahead), min(TIME - 1, middle + LAYERS * back)
    assert moved.nonzero().flatten().tolist() == list(range(first, last + 1))


def test_items_of_a_batch_know_nothing_of_each_other():
    network, source = encoder(3), tokens()
    valid = torch.arange(TIME) < torch.tensor([9, 2, 5, 7])[:, None]
    together = network(source, valid).states
    for item in range(BATCH):
        alone = network(source[item : item + 1], valid[item : item + 1]).states
        torch.testing.assert_close(together[item : item + 1], alone, atol=1e-12, rtol=0)


def test_without_positions_inner_places_with_equal_neighbours_are_equal_and_with_them_they_are_not():
    """A convolution knows near from far but not where it stands: inside, a repeated pattern gives repeated states."""
    source, valid = torch.tensor([[1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]]), torch.ones(1, 12, dtype=torch.bool)
    network = encoder(3)
    with_places = network(source, valid).states
    assert not torch.allclose(with_places[0, 3], with_places[0, 7], atol=1e-6)
    network.embedding.positions = NoPositions(WIDTH, 64)
    states = network(source, valid).states
    torch.testing.assert_close(states[0, 3], states[0, 7], atol=1e-12, rtol=0)


def test_dropout_draws_from_the_chance_it_was_given():
    source = tokens()
    valid = torch.ones_like(source, dtype=torch.bool)
    network = encoder(3, dropout=0.5).train()
    given = torch.Generator()
    give_chance(network, given)
    drawn = []
    for seed in (1, 1, 2):
        given.manual_seed(seed)
        drawn.append(network(source, valid).states)
    assert torch.equal(drawn[0], drawn[1]) and not torch.equal(drawn[0], drawn[2])
    assert torch.equal(network.eval()(source, valid).states, network(source, valid).states)


def test_a_deep_stack_keeps_the_order_of_its_states_size():
    """√½ and the first weights are chosen so; without √½ the variance more than doubles with every layer."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        layers = [GatedConvolution(128, 3) for _ in range(6)]
    scaled = unscaled = torch.randn(2, 64, 128, generator=torch.Generator().manual_seed(3))
    valid = torch.ones(2, 64, dtype=torch.bool)
    with torch.no_grad():
        for layer in layers:
            before = float(scaled.square().mean()), float(unscaled.square().mean())
            scaled, unscaled = layer(scaled, valid), layer(unscaled, valid) * math.sqrt(2)
            assert 0.9 < float(scaled.square().mean()) / before[0] < 1.4
            assert float(unscaled.square().mean()) / before[1] > 2
