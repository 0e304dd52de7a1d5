"""A picture under the weights of its patches: laid out over it, and a frame on their grid or on one of its own."""

import numpy as np

from core.figures.patches import laid_over


def frame(figure) -> tuple[float, float, float, float]:
    (shape,) = figure.layout.shapes
    return shape.x0, shape.x1, shape.y0, shape.y1


def test_each_weight_covers_its_patch_and_the_frame_may_be_a_pixel_s():
    picture, weights = np.zeros((8, 8)), np.array([[0.1, 0.2], [0.3, 0.4]])
    patch = laid_over(picture, weights, "light", title="it", chosen=(0, 1))
    assert np.array_equal(patch.data[1].z[:, 3:5], np.repeat(weights, 4, axis=0)) and frame(patch) == (
        3.5,
        7.5,
        -0.5,
        3.5,
    )
    pixel = laid_over(picture, weights, "dark", title="it", chosen=(6, 1), framed=1)
    assert frame(pixel) == (0.5, 1.5, 5.5, 6.5) and np.array_equal(pixel.data[1].z, patch.data[1].z)
