"""Self-attention that is a convolution: equal to it, borders included, and where it is not, seen not to be."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from core.attention.convolution import QuadraticRelativeAttention
from core.errors import SettingError, ShapeError
from core.recording.recorder import Recorder


def _conv(kernel, padding, channels=(3, 4), **more):
    torch.manual_seed(1)
    return nn.Conv2d(*channels, kernel, padding=padding, **more)


def _image(rows=7, columns=9, channels=3):
    return torch.randn(2, channels, rows, columns, generator=torch.Generator().manual_seed(2))


def _difference(conv, image, alpha):
    return (QuadraticRelativeAttention.from_conv(conv, alpha)(image) - conv(image)).abs().max().item()


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("channels", [(3, 4), (1, 6), (5, 2)])
def test_attention_is_the_convolution_within_a_hundred_thousandth(kernel, padding, channels):
    conv, image = _conv(kernel, padding, channels), _image(channels=channels[0])
    found = QuadraticRelativeAttention.from_conv(conv, 20.0)(image)
    assert found.shape == conv(image).shape
    torch.testing.assert_close(found, conv(image), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("kernel", "padding", "more"),
    [((3, 5), "same", {}), (2, 0, {}), (4, 1, {}), ((1, 3), (2, 0), {}), (3, 2, {"dilation": 2}), (3, 4, {}),
     (3, 1, {"bias": False})],
)  # fmt: skip
def test_so_it_is_with_windows_of_other_shapes(kernel, padding, more):
    conv = _conv(kernel, padding, **more)
    torch.testing.assert_close(QuadraticRelativeAttention.from_conv(conv)(_image()), conv(_image()), atol=1e-5, rtol=0)


def test_the_sharper_the_heads_the_nearer_it_comes():
    conv, image = _conv(3, "same").double(), _image().double()
    far = [_difference(conv, image, alpha) for alpha in (1.0, 5.0, 10.0, 20.0, 46.0)]
    assert all(one > two for one, two in pairwise(far))
    assert far[0] > 0.1 and far[3] < 1e-7 and far[4] < 1e-14


def test_without_the_zeros_around_the_image_borders_differ_and_the_inside_does_not():
    conv, image = _conv(3, "same"), _image()
    attention = QuadraticRelativeAttention.from_conv(conv)
    attention.padding = attention.reach = (0, 0)
    apart = (attention(image) - conv(image)).abs().amax(dim=(0, 1))
    inside = torch.zeros(7, 9, dtype=torch.bool)
    inside[1:-1, 1:-1] = True
    assert apart[inside].max() < 1e-5
    assert apart[~inside].min() > 1e-3


def test_each_heads_weights_lie_on_its_own_tap():
    attention = QuadraticRelativeAttention.from_conv(_conv(3, "same"))
    with Recorder(attention, level="scores") as recorder:
        attention(_image())
    weights = recorder.tensor("attention")
    assert weights.shape == (2, 9, 7 * 9, 9 * 11)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 9, 63), atol=1e-6, rtol=0)
    for head in range(9):
        for row, column in ((0, 0), (3, 5), (6, 8)):
            tap = (row + head // 3) * 11 + column + head % 3  # the padded image begins a row and a column earlier
            assert weights[0, head, row * 9 + column, tap] > 0.999
    assert (recorder.tensor("attention", "tap_scores").argmax(-1) == weights.argmax(-1)).all()


def test_scores_are_the_squared_distances_from_the_centre_but_for_a_constant():
    attention = QuadraticRelativeAttention((1, 1), [(1.5, -0.5), (0.0, 2.0)], 3.0, 2).double()
    bias = attention.bias(3, 4)
    assert bias.shape == (1, 2, 12, 12)
    for head, centre in enumerate(attention.centres.tolist()):
        for query in (0, 5, 11):
            for key in (0, 7, 10):
                away = (key // 4 - query // 4 - centre[0], key % 4 - query % 4 - centre[1])
                constant = 3.0 * (centre[0] ** 2 + centre[1] ** 2)
                expected = -3.0 * (away[0] ** 2 + away[1] ** 2) + constant
                assert bias[0, head, query, key].item() == pytest.approx(expected, abs=1e-10)


def test_centres_and_sharpness_can_be_learned():
    attention = QuadraticRelativeAttention.from_conv(_conv(3, "same"), 1.0)
    attention(_image()).square().sum().backward()
    assert attention.centres.grad.abs().min() > 0 and attention.alpha.grad.abs().min() > 0


@pytest.mark.parametrize(
    ("more", "said"),
    [({"stride": 2}, "a stride of 2 × 2: choose stride=1"), ({"groups": 3}, "groups=3: choose groups=1"),
     ({"padding_mode": "reflect"}, "padding_mode=reflect: choose zeros")],
)  # fmt: skip
def test_a_convolution_that_it_cannot_be_is_refused(more, said):
    with pytest.raises(SettingError, match=said):
        QuadraticRelativeAttention.from_conv(_conv(3, 1, (3, 6), **more))


def test_what_else_cannot_be_is_refused():
    with pytest.raises(SettingError, match="padding=same around a window of even size"):
        QuadraticRelativeAttention.from_conv(_conv(4, "same"))
    with pytest.raises(SettingError, match="alpha=0 does not draw a head to its centre"):
        QuadraticRelativeAttention.from_conv(_conv(3, 1), 0.0)
    with pytest.raises(ShapeError, match=r"an image of 4 × 9 pixels is smaller .* expected at least 5 × 5"):
        QuadraticRelativeAttention.from_conv(_conv(5, 0))(_image(rows=4))
