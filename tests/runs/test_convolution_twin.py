"""A convolution and the attention that is one: as near as α says, at the border too, and the maps are of the query asked."""

import numpy as np
import pytest

from core.errors import InputError
from core.runs.convolution_twin import IMAGES, KERNELS, PADDINGS, SIDE, SIZES, twin


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kernel", KERNELS)
def test_at_alpha_20_the_two_are_one_for_every_kernel_and_image(kernel, size, padding):
    for image in IMAGES.values():
        found = twin(image, KERNELS[kernel](size), 20.0, padding)
        assert found.worst <= 1e-5 and found.worst_at_border <= found.worst
        assert found.output.shape == (SIDE, SIDE) if padding == "same" else (SIDE - size + 1,) * 2
        np.testing.assert_array_equal(found.difference, np.abs(found.output - found.attended))


def test_the_sharper_the_heads_the_smaller_the_difference():
    worst = [twin(IMAGES["noise"], KERNELS["random"](3), alpha, "same").worst for alpha in (1, 5, 10, 20, 46)]
    assert worst == sorted(worst, reverse=True) and worst[0] > 0.1 and worst[-1] < 1e-12


@pytest.mark.parametrize("padding", PADDINGS)
def test_heads_of_the_query_that_was_asked_look_where_their_taps_are(padding):
    found = twin(IMAGES["noise"], KERNELS["random"](3), 20.0, padding, query=(2, 7))
    assert found.weights.shape == (9, SIDE + 2 * found.border, SIDE + 2 * found.border)
    np.testing.assert_allclose(found.weights.sum(axis=(1, 2)), 1, atol=1e-6)
    for weights, (down, right) in zip(found.weights, found.centres):
        peak = np.unravel_index(weights.argmax(), weights.shape)
        assert tuple(map(int, peak)) == (found.center[0] + down, found.center[1] + right)
    keys = np.pad(IMAGES["noise"], found.border)
    by_hand = sum(tap * (weights * keys).sum() for tap, weights in zip(found.taps.flat, found.weights))
    assert by_hand == pytest.approx(found.attended[found.query], abs=1e-6)


def test_a_query_outside_is_moved_to_the_nearest_and_what_is_no_number_is_refused():
    assert twin(IMAGES["letter"], KERNELS["blur"](5), 5.0, "valid", query=(11, -3)).query == (SIDE - 5, 0)
    broken = IMAGES["letter"].copy()
    broken[0, 0] = np.nan
    with pytest.raises(InputError, match="at least 3 × 3 finite numbers"):
        twin(broken, KERNELS["blur"](3), 5.0, "same")
    with pytest.raises(InputError, match="at least 5 × 5"):
        twin(np.zeros((4, 9)), KERNELS["blur"](5), 5.0, "same")
