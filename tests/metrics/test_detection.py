"""Average precision: the published example to the digit, hand-made orders, and what a threshold leaves."""

import numpy as np
import pytest

from core.errors import ShapeError
from core.metrics.detection import Found, There, average_precision, counted, mean_average_precision
from tests.real_data import real


def found(*answers: tuple[int, float, list[float]]) -> Found:
    """Label, score and corners of each."""
    return Found(
        np.array([box for _, _, box in answers], dtype=float).reshape(-1, 4), np.array([one[0] for one in answers], int),
        np.array([one[1] for one in answers], float),
    )  # fmt: skip


def there(*things: tuple[int, list[float]]) -> There:
    return There(
        np.array([box for _, box in things], dtype=float).reshape(-1, 4), np.array([one[0] for one in things], int)
    )


def published() -> tuple[list[Found], list[There]]:
    answers, things, folder = [], [], real("ref-detection-map")
    for path in sorted((folder / "groundtruths").glob("*.txt")):
        rows = [[float(word) for word in line.split()[1:]] for line in path.read_text().splitlines()]
        things.append(there(*((0, [x, y, x + w, y + h]) for x, y, w, h in rows)))
        rows = [
            [float(word) for word in line.split()[1:]]
            for line in (folder / "detections" / path.name).read_text().splitlines()
        ]
        answers.append(found(*((0, score, [x, y, x + w, y + h]) for score, x, y, w, h in rows)))
    return answers, things


@pytest.mark.parametrize(
    ("points", "inclusive", "percent"), [(0, True, 24.57), (11, True, 26.84), (0, False, 22.54)]
)  # fmt: skip
def test_the_published_example_is_met_to_the_digit(points, inclusive, percent):
    answers, things = published()
    assert (sum(len(one.labels) for one in answers), sum(len(one.labels) for one in things)) == (24, 15)
    value = average_precision(answers, things, 0, overlap=0.3, points=points, inclusive=inclusive)
    assert round(100 * value, 2) == percent


ONE, TWO = [0, 0, 4, 4], [10, 10, 14, 14]


def test_precision_at_each_recall_by_hand():
    """Right, wrong, right: precisions 1, 1/2, 2/3 at recalls 1/2, 1/2, 1; the area is ½·1 + ½·2/3."""
    answers = [found((0, 0.9, ONE), (0, 0.8, [20, 20, 22, 22]), (0, 0.7, TWO))]
    assert average_precision(answers, [there((0, ONE), (0, TWO))], 0) == pytest.approx(5 / 6)


def test_a_thing_is_taken_once_and_by_the_surest():
    answers = [found((0, 0.6, ONE), (0, 0.9, ONE))]
    assert average_precision(answers, [there((0, ONE), (0, TWO))], 0) == pytest.approx(0.5)
    assert counted(answers, [there((0, ONE), (0, TWO))]) == (0.5, 0.5, 1.0)


def test_classes_do_not_mix_and_only_those_that_are_there_count():
    answers, things = [found((1, 0.9, ONE), (0, 0.8, TWO))], [there((0, ONE), (0, TWO))]
    assert average_precision(answers, things, 0) == pytest.approx(0.5)
    assert np.isnan(average_precision(answers, things, 1))
    assert mean_average_precision(answers, things, 3) == pytest.approx(0.5)


def test_order_counts_over_all_pictures():
    answers = [found((0, 0.5, ONE)), found((0, 0.9, TWO))]
    things = [there((0, ONE)), there((0, ONE))]
    assert average_precision(answers, things, 0) == pytest.approx(0.25)  # wrong first, then 1/2 at recall 1/2


def test_what_is_not_sure_enough_is_no_answer_and_empty_pictures_count():
    answers = [found((0, 0.4, ONE)), found(), found((0, 0.7, ONE))]
    things = [there((0, ONE)), there(), there()]
    assert counted(answers, things) == (0.0, 0.0, pytest.approx(1 / 3))
    assert counted(answers, things, least=0.3) == (1.0, 0.5, pytest.approx(2 / 3))
    assert counted([found()], [there()]) == (1.0, 1.0, 1.0)
    with pytest.raises(ShapeError, match="2 boxes, 1 labels and 1 scores"):
        Found(np.zeros((2, 4)), np.zeros(1, int), np.zeros(1))
