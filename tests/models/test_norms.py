"""Norms: their formulas, what leaves them unchanged, and that padding is no data to them."""

import pytest
import torch
from torch import nn

from core.errors import SettingError
from core.models.norm import EPS
from core.models.norms import NORMS
from core.models.power_norm import PowerNorm
from core.models.residual import RESIDUALS
from core.models.transformer_encoder import EncoderLayer
from core.models.transformer_settings import TransformerSettings

WIDTH = 6
OF_BATCHES = [name for name, kind in NORMS.items() if kind.over_batch]


def states(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, WIDTH, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def drawn(name: str, **given: int) -> nn.Module:
    """A norm in double precision whose γ and β are not 1 and 0."""
    norm = NORMS[name](WIDTH, **given).double()
    generator = torch.Generator().manual_seed(9)
    for parameter in norm.parameters():
        nn.init.normal_(parameter, 0.3, 0.8, generator=generator)
    return norm


def ragged() -> torch.Tensor:
    return torch.tensor([[True] * 5, [True] * 3 + [False] * 2, [True] * 4 + [False]])


def test_the_norms_of_batches_are_batch_and_power():
    assert OF_BATCHES == ["batch", "power"]


# ---------------------------------------------------------------- formulas
def test_layer_norm_takes_a_token_to_mean_beta_and_is_its_formula():
    x, norm = states(2, 3), drawn("layer")
    mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, unbiased=False)
    expected = (x - mean) / (variance + EPS).sqrt() * norm.weight + norm.bias
    assert torch.allclose(norm(x, None), expected, atol=1e-10)


@pytest.mark.parametrize(("dtype", "close"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
def test_layer_norm_does_not_see_scale_and_offset(dtype, close):
    norm = drawn("layer").to(dtype)
    norm.eps = 0.0
    x = states(2, 3).to(dtype)
    assert torch.allclose(norm(2.5 * x + 7.0), norm(x), atol=close)
    assert not torch.allclose(norm(-x), norm(x), atol=0.1)  # a factor below zero it does see


def test_rms_norm_sees_an_offset_but_no_scale_and_equals_that_of_torch():
    x, norm = states(2, 3), drawn("rms")
    other = nn.RMSNorm(WIDTH, eps=EPS).double()
    other.load_state_dict(norm.state_dict())
    assert torch.allclose(norm(x), other(x), atol=1e-10)
    assert torch.allclose(norm(300 * x), norm(200 * x), atol=1e-8) and not torch.allclose(
        norm(x + 1), norm(x), atol=0.1
    )


@pytest.mark.parametrize("name", ["layer", "rms"])
def test_a_norm_of_tokens_does_not_see_the_other_items(name):
    norm, x = drawn(name), states(3, 5)
    assert torch.equal(norm(x)[1:2], norm(x[1:2]))


def test_batch_norm_of_real_tokens_is_that_of_torch_over_them():
    norm, x, valid = drawn("batch"), states(3, 5), ragged()
    other = nn.BatchNorm1d(WIDTH, eps=EPS).double()
    with torch.no_grad():
        other.weight.copy_(norm.weight)
        other.bias.copy_(norm.bias)
    for _ in range(2):
        assert torch.allclose(norm(x, valid)[valid], other(x[valid]), atol=1e-10)
    assert torch.allclose(norm.eval()(x, valid), other.eval()(x.flatten(0, 1)).view_as(x), atol=1e-10)
    assert not torch.allclose(norm.mean, x.flatten(0, 1).mean(0) * 0.19, atol=1e-3)  # pads would be seen


# ---------------------------------------------------------------- power norm
def test_while_it_warms_up_power_norm_is_pn_v_and_its_gradient_that_of_autograd():
    norm, x, valid = drawn("power"), states(3, 5).requires_grad_(), ragged()
    weight = states(3, 5, seed=4)
    (norm(x, valid) * weight)[valid].sum().backward()
    own, x.grad = x.grad, None
    rows = x[valid]
    expected = rows / (rows.square().mean(0) + EPS).sqrt() * norm.weight + norm.bias
    assert torch.allclose(norm(x, valid)[valid], expected, atol=1e-10)
    (expected * weight[valid]).sum().backward()
    assert torch.allclose(own, x.grad, atol=1e-10) and own.abs().max() > 0.01


def test_power_norm_of_two_tokens_by_hand():
    norm = PowerNorm(1, warmup=0).double()
    norm.quadratic.fill_(4.0 - EPS)
    norm.slope.fill_(0.5)
    x = torch.tensor([[2.0], [-6.0]], dtype=torch.float64, requires_grad=True)
    y = norm(x)
    assert y.flatten().tolist() == pytest.approx([1.0, -3.0])  # x / 2
    assert float(norm.quadratic) == pytest.approx(0.9 * (4.0 - EPS) + 0.1 * (4 + 36) / 2)
    (y * torch.tensor([[3.0], [1.0]])).sum().backward()
    assert x.grad.flatten().tolist() == pytest.approx([(3 - 0.5 * 1) / 2, (1 + 0.5 * 3) / 2])
    size, share = (1 + 9) / 2, (3 * 1 + 1 * -3) / 2  # Λ and Γ
    assert float(norm.slope) == pytest.approx(0.5 * (1 - 0.1 * size) + 0.1 * share)


def test_the_running_psi_is_the_mean_of_all_batches_while_warming_up():
    norm = PowerNorm(WIDTH, warmup=5).double()
    batches = [states(4, seed=seed) * seed for seed in range(1, 5)]
    for batch in batches:
        norm(batch)
    assert torch.allclose(norm.quadratic, torch.stack([one.square().mean(0) for one in batches]).mean(0), atol=1e-10)


def test_evaluation_uses_the_running_psi_alone():
    norm, x = drawn("power"), states(3, 5)
    norm(x)
    before = {name: value.clone() for name, value in norm.state_dict().items()}
    norm.eval()
    expected = x / (norm.quadratic + EPS).sqrt() * norm.weight + norm.bias
    assert torch.allclose(norm(x), expected, atol=1e-10)
    assert torch.equal(norm(x)[:1], norm(x[:1]))  # whoever else is in the batch
    assert all(torch.equal(value, before[name]) for name, value in norm.state_dict().items())


@pytest.mark.parametrize("name", OF_BATCHES)
def test_what_is_gathered_travels_with_the_weights(name):
    """A norm that is restored after some batches goes on as the one that never stopped."""

    def trained(norm: nn.Module, seeds: range) -> None:
        for seed in seeds:
            norm(states(3, 5, seed=seed).requires_grad_()).square().sum().backward()

    one, two = (drawn(name, **({"warmup": 3} if name == "power" else {})) for _ in range(2))
    trained(one, range(5))
    two.load_state_dict(one.state_dict())
    trained(one, range(5, 8))
    trained(two, range(5, 8))
    assert all(torch.equal(value, two.state_dict()[word]) for word, value in one.state_dict().items())


# ---------------------------------------------------------------- padding
@pytest.mark.parametrize("warmed_up", [False, True], ids=["first", "later"])
@pytest.mark.parametrize("name", NORMS)
def test_what_stands_in_pads_changes_nothing_in_training(name, warmed_up):
    valid, weight = ragged(), states(3, 5, seed=4)
    found = []
    for filling in (0.0, 1e3):
        norm = drawn(name, **({"warmup": int(not warmed_up)} if name == "power" else {}))
        x = states(3, 5).masked_fill(~valid[..., None], filling)
        x = nn.functional.pad(x, (0, 0, 0, int(filling > 0)), value=filling).requires_grad_()  # and one more of them
        seen = nn.functional.pad(valid, (0, int(filling > 0)))
        y = norm(x, seen)
        (y[seen] * weight[valid]).sum().backward()
        found.append([y[seen], x.grad[seen], *norm.state_dict().values(), *(one.grad for one in norm.parameters())])
        assert not x.grad[~seen].any()
    assert all(torch.allclose(one.double(), other.double(), atol=1e-10) for one, other in zip(*found))


@pytest.mark.parametrize("name", OF_BATCHES)
def test_one_token_is_no_batch(name):
    norm, valid = drawn(name), torch.tensor([[True, False, False], [False, False, False]])
    with pytest.raises(SettingError, match="has 1 token to gather statistics from"):
        norm(states(2, 3), valid)
    assert norm.eval()(states(2, 3), valid).isfinite().all()


# ---------------------------------------------------------------- around a sublayer
@pytest.mark.parametrize("name", NORMS)
@pytest.mark.parametrize("kind", RESIDUALS)
def test_a_residual_normalizes_where_its_name_says(kind, name):
    norm, x, valid = drawn(name).eval(), states(3, 5), ragged()
    expected = {
        "pre": lambda: x + norm(x).sin(),
        "post": lambda: norm(x + x.sin()),
        "bare": lambda: norm(x).sin(),
    }
    residual = RESIDUALS[kind](norm, 0.0).eval()
    assert torch.allclose(residual(x, torch.sin, valid), expected[kind](), atol=1e-10)


@pytest.mark.parametrize("kind", RESIDUALS)
def test_a_residual_keeps_pads_out_of_a_norm_of_batches(kind):
    x, valid = states(3, 5), ragged()
    found = []
    for filling in (0.0, 50.0):
        residual = RESIDUALS[kind](drawn("batch"), 0.0)
        found.append(residual(x.masked_fill(~valid[..., None], filling), torch.sin, valid)[valid])
    assert torch.allclose(*found, atol=1e-10)


def test_only_a_stack_that_does_not_end_in_a_norm_is_given_one():
    def norm() -> nn.Module:
        return drawn("rms")

    after = {kind: residual.after_stack(norm) for kind, residual in RESIDUALS.items()}
    assert [type(after[kind]) is NORMS["rms"] for kind in ("pre", "post", "bare")] == [True, False, True]
    assert torch.equal(after["post"](states(2, 3), None), states(2, 3))


# ---------------------------------------------------------------- a block
def block(place: str) -> EncoderLayer:
    """Of an encoder, in double precision, in evaluation."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return EncoderLayer(TransformerSettings(width=WIDTH, heads=2, norm=place)).double().eval()


def test_a_block_whose_parts_give_nothing_is_the_identity_with_pre_norm_only():
    for place, same in (("pre", True), ("post", False), ("bare", False)):
        layer = block(place)
        with torch.no_grad():
            for parameter in (layer.self_attention.w_output.weight, *layer.feed_forward.narrow.parameters()):
                parameter.zero_()
        assert torch.equal(layer(states(2, 5), None), states(2, 5)) == same


def test_the_feed_forward_part_does_the_same_at_every_position():
    layer, order = block("pre"), torch.tensor([3, 0, 4, 1, 2])
    x = states(2, 5)
    assert torch.allclose(layer.feed_forward(x[:, order]), layer.feed_forward(x)[:, order], atol=1e-10)
    assert torch.allclose(layer.feed_forward(x)[:, 2:3], layer.feed_forward(x[:, 2:3]), atol=1e-10)
