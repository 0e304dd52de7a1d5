"""Two networks for images: patches are a strided convolution, blocks are recorded like any other, and what each can know."""

import pytest
import torch
from torch import nn

from core.errors import SettingError, ShapeError
from core.models.transformer_settings import TransformerSettings
from core.models.vision import POOLS, SUMMARIES, PatchEmbedding, TinyCNN, TinyViT
from core.recording.recorder import Recorder

SETTINGS = TransformerSettings(layers=2, heads=4, width=16, feed_forward=2)


def images(batch: int = 3, channels: int = 2, size: int = 12, seed: int = 1) -> torch.Tensor:
    chance = torch.Generator().manual_seed(seed)
    return torch.randn(batch, channels, size, size, generator=chance, dtype=torch.float64)


def vit(pool: str = "cls") -> TinyViT:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        return TinyViT(SETTINGS, size=12, patch=3, classes=5, channels=2, pool=pool).double().eval()


@pytest.mark.parametrize(("dtype", "close"), [(torch.float64, 1e-10), (torch.float32, 1e-6)])
@pytest.mark.parametrize("patch", [1, 2, 3, 4])
def test_patches_through_a_linear_map_are_a_convolution_that_steps_by_its_width(patch, dtype, close):
    given = images().to(dtype)
    embedding = PatchEmbedding(2, patch, 7).to(dtype)
    kernel = embedding.linear.weight.view(7, 2, patch, patch)
    strided = nn.functional.conv2d(given, kernel, embedding.linear.bias, stride=patch)
    found = embedding(given)
    assert found.shape == (3, (12 // patch) ** 2, 7)
    torch.testing.assert_close(found, strided.flatten(2).transpose(1, 2), atol=close, rtol=0)


@pytest.mark.parametrize("pool", POOLS)
def test_a_vision_transformer_scores_classes_and_every_part_of_it_learns(pool):
    network = vit(pool)
    scores = network(images())
    assert scores.shape == (3, 5)
    nn.functional.cross_entropy(scores, torch.tensor([0, 3, 1])).backward()
    still = {name for name, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()}
    assert not still


def test_its_attention_is_recorded_under_the_same_taps_as_any_other():
    network = vit()
    with Recorder(network) as recorder, torch.no_grad():
        scores = network(images())
    assert recorder.paths == [f"layers.{layer}.self_attention.attention" for layer in range(SETTINGS.layers)]
    for path in recorder.paths:
        weights = recorder.tensor(path)
        assert weights.shape == (3, SETTINGS.heads, 17, 17)
        torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]), atol=1e-6, rtol=0)
    assert torch.equal(network(images()), scores)


def test_patches_may_change_places_if_their_positions_change_with_them():
    """Nothing else in it says where a patch was; without the positions' move the scores are others."""
    network, given = vit(), images()
    order = torch.randperm(16, generator=torch.Generator().manual_seed(2))
    cut = given.unfold(2, 3, 3).unfold(3, 3, 3).flatten(2, 3)  # batch channel patch row column
    moved = cut[:, :, order].unflatten(2, (4, 4)).transpose(3, 4).reshape(3, 2, 12, 12)
    before = network(given)
    assert not torch.allclose(network(moved), before, atol=1e-6)
    with torch.no_grad():
        network.positions[1:] = network.positions[1:][order].clone()
    torch.testing.assert_close(network(moved), before, atol=1e-10, rtol=0)


@pytest.mark.parametrize("summary", SUMMARIES)
def test_a_convolutional_network_does_not_know_where_a_thing_stands(summary):
    """Far enough from the border, a thing that moves changes no score; what a window sees beside it does."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        network = TinyCNN(6, classes=5, summary=summary).double()
    here, there, broken = (torch.zeros(1, 1, 15, 15, dtype=torch.float64) for _ in range(3))
    glyph = images(1, 1, 3, seed=3)[0, 0]
    here[0, 0, 3:6, 3:6] = there[0, 0, 8:11, 7:10] = broken[0, 0, 3:6, 3:6] = glyph
    broken[0, 0, 4, 4] += 1
    torch.testing.assert_close(network(here), network(there), atol=1e-12, rtol=0)
    assert not torch.allclose(network(here), network(broken), atol=1e-6)


def test_with_the_mean_a_convolutional_network_cannot_compare_two_things_that_lie_far_apart():
    """Scores of images with glyphs (a, a) and (b, b) sum to those of (a, b) and (b, a): no threshold tells same from other."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        mean, largest = (TinyCNN(6, classes=2, summary=summary).double() for summary in ("mean", "max"))
    glyphs = images(1, 2, 3, seed=3)[0]

    def scored(network: TinyCNN, one: int, other: int) -> torch.Tensor:
        given = torch.zeros(1, 1, 15, 15, dtype=torch.float64)
        given[0, 0, 2:5, 2:5], given[0, 0, 10:13, 9:12] = glyphs[one], glyphs[other]
        return network(given)

    def sums(network: TinyCNN) -> tuple[torch.Tensor, torch.Tensor]:
        same = scored(network, 0, 0) + scored(network, 1, 1)
        return same, scored(network, 0, 1) + scored(network, 1, 0)

    torch.testing.assert_close(*sums(mean), atol=1e-12, rtol=0)
    assert not torch.allclose(*sums(largest), atol=1e-6)


def test_what_cannot_be_cut_or_is_not_known_is_refused_with_a_way_out():
    with pytest.raises(SettingError, match="size=12 cannot be cut into patches of patch=5: choose a divisor of 12"):
        TinyViT(SETTINGS, size=12, patch=5, classes=2)
    with pytest.raises(SettingError, match="pool='sum' is not known; choose one of: cls, mean"):
        TinyViT(SETTINGS, size=12, patch=3, classes=2, pool="sum")
    with pytest.raises(SettingError, match="summary='min' is not known; choose one of: mean, max"):
        TinyCNN(6, classes=2, summary="min")
    with pytest.raises(ShapeError, match="multiples of patch=3"):
        vit()(images(size=10))
    with pytest.raises(ShapeError, match="give 25 patches; this network has positions for 16"):
        vit()(images(size=15))
