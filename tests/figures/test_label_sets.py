"""Pictures of a set of labels: what stands where, and that nothing is computed on the way."""

import numpy as np
import pytest

from core.figures.label_sets import LabelMap, label_bars, label_map


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_map_has_a_row_a_step_and_tells_p_and_the_end_beside_it(mode):
    rows = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    one = LabelMap(("joy", "<end>"), ("so", "glad", "<end>"), np.array([0.9, 0.6]), np.array([0.05, 0.6]), rows)
    written, ends, looks = label_map(one, mode).data
    assert np.ravel(written.z).tolist() == [0.9, 0.6] and np.ravel(ends.z).tolist() == [0.05, 0.6]
    assert np.array_equal(looks.z, rows) and looks.text[0][1] == "joy looks at glad"


def test_bars_are_the_likeliest_labels_first_and_chosen_ones_are_hatched():
    (bars,) = label_bars({"fear": 0.2, "joy": 0.8, "pride": 0.5}, ("joy",), 0.5, "light").data
    assert list(bars.x) == [0.8, 0.5, 0.2] and list(bars.marker.pattern.shape) == ["/", "", ""]
    many = label_bars({f"label {at}": at / 40 for at in range(40)}, (), 0.5, "dark")
    assert len(many.data[0].x) == 14
    assert list(label_bars({"joy": 0.8, "fear": 0.1}, ("joy",), 0.5, "light").layout.yaxis.ticktext) == [
        "★ joy",
        "fear",
    ]
